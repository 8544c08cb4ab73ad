import { DAY, HOUR, MINUTE, SECOND } from '../../domain/base/time.ts';
import { isCalendarDate } from '../../domain/base/wall-clock.ts';
import type { SpokenMoment } from '../../domain/base/wall-clock.ts';
import { EVENT_CLASSES } from '../../domain/job/event-class.ts';
import { nearest } from '../../domain/names/nearest.ts';
import { USUAL_RULES } from '../../domain/rules/typed-rules.ts';
import type { TypedRules } from '../../domain/rules/typed-rules.ts';
import { tokenize } from './tokenize.ts';
import type { Token } from './tokenize.ts';

/** What a rule is called where it is typed, with an example of each. One rule is one word, `lag:2m/10m`. */
export const RULE_EXAMPLES = {
  lag: 'lag:2m/10m',
  stall: 'stall:off',
  ready: 'ready:10s/15m',
  events: 'events:all',
  min: 'min:warning',
  by: 'by:Sat-02:00',
} as const;
/** The first part of a rule as typed. */
export type RuleKey = keyof typeof RULE_EXAMPLES;
export const RULE_KEYS = Object.keys(RULE_EXAMPLES).filter(isRuleKey);

/** What will be a rule one day. */
const LATER_KEYS: ReadonlySet<string> = new Set(['style', 'mention', 'quiet', 'escalate']);

/** Why words are no rules. */
export type RuleError =
  /** `lag:30`: a figure without a unit. */
  | { readonly kind: 'unit_missing'; readonly key: RuleKey; readonly amount: string; readonly example: string }
  | { readonly kind: 'rule_not_understood'; readonly key: RuleKey; readonly rule: string }
  | { readonly kind: 'rule_twice'; readonly first: string; readonly second: string }
  | { readonly kind: 'rule_later'; readonly rule: string }
  | { readonly kind: 'unknown_rule'; readonly rule: string; readonly meant: RuleKey | null };

/** One word that looks like a rule, `key:value`. */
export interface RuleWord {
  /** In small letters. */
  readonly key: string;
  readonly value: string;
  /** In the usual width (NFKC). */
  readonly text: string;
}

/** `key:value` where the key is a plain word. A URL is not one. */
const RULE = /^([a-z_]+):(?!\/\/)(.*)$/is;
/** What ends a sentence, behind a value. */
const SENTENCE_END = /[:;.?!。…]+$/u;

/**
 * The words that are rules, and all others. `lag: 2m` is what a phone's keyboard makes of one, and is put together. A quoted
 * word is never one, nor is a name with a colon behind it.
 */
export function splitRules(tokens: readonly Token[]): {
  readonly rules: readonly RuleWord[];
  readonly others: readonly Token[];
} {
  const rules: RuleWord[] = [];
  const others: Token[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined) continue;
    const [, key = '', value = ''] = token.quoted ? [] : (RULE.exec(token.text) ?? []);
    const next = tokens[index + 1];
    const isCut = value === '' && isKnown(key.toLowerCase()) && next !== undefined && !next.quoted;
    const whole = isCut ? next.text : value;
    if (isCut) index += 1;
    if (key === '' || (whole.replace(SENTENCE_END, '') === '' && !isKnown(key.toLowerCase()))) others.push(token);
    else rules.push(toWord(key, whole));
  }
  return { rules, others };
}

function toWord(key: string, value: string): RuleWord {
  const bare = value.replace(SENTENCE_END, '');
  return { key: key.toLowerCase(), value: bare, text: `${key}:${bare}` };
}

function isKnown(key: string): boolean {
  return isRuleKey(key) || LATER_KEYS.has(key);
}

function isRuleKey(key: string): key is RuleKey {
  return Object.hasOwn(RULE_EXAMPLES, key);
}

/** Understands rules, or says of the first that is none why. */
export function parseRules(
  words: readonly RuleWord[],
): { readonly ok: true; readonly rules: TypedRules } | { readonly ok: false; readonly error: RuleError } {
  let rules: TypedRules = {};
  for (const [index, word] of words.entries()) {
    const { key, text } = word;
    if (LATER_KEYS.has(key)) return { ok: false, error: { kind: 'rule_later', rule: text } };
    if (!isRuleKey(key)) return { ok: false, error: { kind: 'unknown_rule', rule: text, meant: meantBy(key) } };
    const other = words.slice(0, index).find((one) => one.key === key);
    if (other !== undefined && other.value.toLowerCase() !== word.value.toLowerCase())
      return { ok: false, error: { kind: 'rule_twice', first: other.text, second: text } };
    const parsed = PARSERS[key](word.value.toLowerCase(), word.value);
    if ('kind' in parsed)
      return { ok: false, error: parsed.kind === 'unit_missing' ? parsed : { ...parsed, rule: text } };
    rules = { ...rules, ...parsed };
  }
  return { ok: true, rules };
}

/** Understands rules that a button carries; null for anything that is none. */
export function readRules(text: string): TypedRules | null {
  const tokens = tokenize(text);
  if ('quote' in tokens) return null;
  const { rules, others } = splitRules(tokens);
  const parsed = parseRules(rules);
  return parsed.ok && others.length === 0 ? parsed.rules : null;
}

function meantBy(key: string): RuleKey | null {
  return RULE_KEYS.find((one) => one === nearest(key, RULE_KEYS)) ?? null;
}

type NotUnderstood = Extract<RuleError, { readonly kind: 'unit_missing' }> | Misread;
interface Misread {
  readonly kind: 'rule_not_understood';
  readonly key: RuleKey;
}

/** What is understood of the value of each rule, in small letters and as it was typed. */
const PARSERS: {
  readonly [Key in RuleKey]: (value: string, typed: string) => TypedRules | NotUnderstood;
} = {
  lag: (value) => parseHold('lag', value, (lag) => ({ lag })),
  ready: (value) => parseHold('ready', value, (ready) => ({ ready })),
  stall: (stall) => (isOneOf(stall, ['on', 'off', 'default']) ? { stall } : misread('stall')),
  events: (events) => (isOneOf(events, ['all', 'lasting', 'default']) ? { events } : misread('events')),
  min: (least) => (isOneOf(least, [...EVENT_CLASSES, 'default']) ? { least } : misread('min')),
  by: (value, typed) => {
    if (value === 'off' || value === 'default') return { by: 'default' };
    const by = parseMoment(typed);
    return by === null ? misread('by') : { by };
  },
};

function isOneOf<const Word extends string>(text: string, words: readonly Word[]): text is Word {
  return words.some((word) => word === text);
}

function misread(key: RuleKey): Misread {
  return { kind: 'rule_not_understood', key };
}

const UNITS_MS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };
/** `2m/10m`, `2m`; figures of seven digits are no time that anybody waits. */
const HOLD = /^(\d{1,7})([a-z]*)(?:\/(\d{1,7})([a-z]*))?$/;

function parseHold(
  key: 'lag' | 'ready',
  value: string,
  rules: (hold: NonNullable<TypedRules['lag']>) => TypedRules,
): TypedRules | NotUnderstood {
  if (value === 'off' || value === 'default') return rules(value);
  if (value === 'on') return rules(USUAL_RULES[key]);
  const [match, level = '', levelUnit = '', hold, holdUnit = ''] = HOLD.exec(value) ?? [];
  if (match === undefined) return misread(key);
  const bare = levelUnit === '' ? level : hold !== undefined && holdUnit === '' ? hold : null;
  if (bare !== null) return { kind: 'unit_missing', key, amount: bare, example: withUnits(key, value) };
  const levelMs = toMs(level, levelUnit);
  const holdMs = hold === undefined ? USUAL_RULES[key].holdMs : toMs(hold, holdUnit);
  return levelMs === null || holdMs === null ? misread(key) : rules({ levelMs, holdMs });
}

/** Null for a unit that there is not. */
function toMs(count: string, unit: string): number | null {
  const unitMs = Object.hasOwn(UNITS_MS, unit) ? UNITS_MS[unit] : undefined;
  return unitMs === undefined ? null : Number(count) * unitMs;
}

/** The same with seconds for a level and minutes for a hold where no unit was typed. */
function withUnits(key: 'lag' | 'ready', value: string): string {
  const [level = '', hold] = value.split('/');
  const unit = (figure: string, usual: string) => (/\d$/.test(figure) ? `${figure}${usual}` : figure);
  return `${key}:${unit(level, 's')}${hold === undefined ? '' : `/${unit(hold, 'm')}`}`;
}

/** Sunday is 0. */
const WEEKDAYS: readonly (readonly string[])[] = [
  ['sun', 'sunday', '周日', '周天', '星期日', '星期天'],
  ['mon', 'monday', '周一', '星期一'],
  ['tue', 'tues', 'tuesday', '周二', '星期二'],
  ['wed', 'wednesday', '周三', '星期三'],
  ['thu', 'thur', 'thurs', 'thursday', '周四', '星期四'],
  ['fri', 'friday', '周五', '星期五'],
  ['sat', 'saturday', '周六', '星期六'],
];
/** `Sat-02:00`, `2026-12-05T02:00`, `02:00`. */
const MOMENT = /^(?:(\d{4})-(\d{1,2})-(\d{1,2})[t-]|([a-z\p{Script=Han}]+)-?)?(\d{1,2}):(\d{2})$/iu;

function parseMoment(typed: string): SpokenMoment | null {
  const match = MOMENT.exec(typed);
  if (match === null) return null;
  const [, year, month, day, name, hours, minutes] = match;
  const [hour, minute] = [Number(hours), Number(minutes)];
  if (hour > 23 || minute > 59) return null;
  if (year !== undefined) {
    const date = { year: Number(year), month: Number(month), day: Number(day) };
    return isCalendarDate(date) ? { typed, hour, minute, day: { kind: 'date', date } } : null;
  }
  if (name === undefined) return { typed, hour, minute, day: { kind: 'next' } };
  const weekday = WEEKDAYS.findIndex((names) => names.includes(name.toLowerCase()));
  return weekday === -1 ? null : { typed, hour, minute, day: { kind: 'weekday', weekday } };
}
