import { parseLanguage } from '../../domain/base/language.ts';
import type { Language } from '../../domain/base/language.ts';
import { isAddress } from '../../domain/job/job-id.ts';
import { nearest } from '../../domain/names/nearest.ts';
import { NOTHING_TYPED } from '../../domain/rules/typed-rules.ts';
import type { TypedRules } from '../../domain/rules/typed-rules.ts';
import { parseRules, splitRules } from './parse-rules.ts';
import type { RuleError } from './parse-rules.ts';
import { CHART_SPANS, MEASURES } from '../../domain/rules/chart-series.ts';
import type { ChartSpan, Measure } from '../../domain/rules/chart-series.ts';
import { tokenize } from './tokenize.ts';
import type { Token } from './tokenize.ts';

/** The longest command, in UTF-16 code units: fifty ids fit in; Slack takes no longer message either. */
const MAX_COMMAND = 4_000;
/** Jobs shown by one command: more do not fit in one message that can be read. */
const MAX_STATUS_JOBS = 10;
/** Jobs changed by one command. */
const MAX_CHANGED_JOBS = 50;

/** A command that can be carried out. Job references are as typed. */
export type Command =
  | { readonly kind: 'status'; readonly jobs: readonly string[]; readonly isPublic: boolean }
  | { readonly kind: 'ready'; readonly jobs: readonly string[]; readonly isPublic: boolean }
  | { readonly kind: 'subscribe'; readonly jobs: readonly string[]; readonly rules: TypedRules }
  | { readonly kind: 'unsubscribe'; readonly jobs: readonly string[] }
  | { readonly kind: 'unsubscribe_all' }
  | { readonly kind: 'list' }
  | { readonly kind: 'list_all' }
  /** What DRS lists; only jobs with this text where there is one. */
  | { readonly kind: 'jobs'; readonly text: string | null }
  | { readonly kind: 'settings' }
  | { readonly kind: 'choose_language'; readonly language: Language }
  /** What the subscriptions of the channel follow that say nothing themselves. */
  | { readonly kind: 'choose_rules'; readonly rules: TypedRules }
  /** What is left out is chosen by the state of the job, or a day. */
  | { readonly kind: 'chart'; readonly job: string; readonly measure: Measure | null; readonly span: ChartSpan | null }
  /** Why something was told of a job, or not. */
  | { readonly kind: 'why'; readonly job: string }
  /** What was done here, with one job where there is a reference. */
  | { readonly kind: 'audit'; readonly job: string | null }
  | { readonly kind: 'health' }
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly topic: string | null };

/** Why a text is no command: facts, put into words by the message that shows them. */
export type UsageError =
  | { readonly kind: 'too_long'; readonly most: number }
  | { readonly kind: 'unclosed_quote'; readonly text: string }
  | { readonly kind: 'jobs_missing'; readonly verb: VerbWithJobs }
  | { readonly kind: 'too_many_jobs'; readonly verb: string; readonly count: number; readonly most: number }
  | { readonly kind: 'unknown_option'; readonly option: string; readonly verb: string }
  | { readonly kind: 'all_with_jobs' }
  /** Several words that could be the job, where there is but one. */
  | { readonly kind: 'one_job'; readonly verb: VerbWithOneJob; readonly words: readonly string[] }
  /** A stretch of time that charts do not have. */
  | { readonly kind: 'unknown_span'; readonly span: string }
  /** Two words of which only one can be meant, such as `1h` and `7d`. */
  | { readonly kind: 'either_or'; readonly words: readonly string[] }
  | {
      readonly kind: 'unexpected_words';
      readonly verb: VerbWithoutJobs;
      readonly words: readonly string[];
    }
  | { readonly kind: 'unknown_setting'; readonly setting: string }
  | { readonly kind: 'setting_later'; readonly setting: string }
  /** `by:` is about one copy. */
  | { readonly kind: 'rule_of_one'; readonly rule: string }
  | RuleError
  | { readonly kind: 'unknown_language'; readonly language: string }
  /**
   * A channel or a person was named, and this verb is about the conversation it is typed in: `#ops`, or Slack's own
   * `<#C012AB3CD>` where it did not tell the name of the channel.
   */
  | { readonly kind: 'channel_named'; readonly channel: string }
  | { readonly kind: 'person_named'; readonly person: string }
  | { readonly kind: 'misspelt_verb'; readonly word: string; readonly meant: string };

export type ParsedCommand =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly error: UsageError };

/** The commands, in the order of the help, and how each is typed. */
export const COMMANDS = [
  { verb: 'status', typed: 'status <job>…' },
  { verb: 'ready', typed: 'ready <job>…' },
  { verb: 'subscribe', typed: 'subscribe <job>… [rules]' },
  { verb: 'unsubscribe', typed: 'unsubscribe <job>…' },
  { verb: 'list', typed: 'list' },
  { verb: 'jobs', typed: 'jobs [text]' },
  { verb: 'chart', typed: 'chart <job> [lag|progress] [1h|24h|7d]' },
  { verb: 'why', typed: 'why <job>' },
  { verb: 'settings', typed: 'settings' },
  { verb: 'audit', typed: 'audit [job]' },
  { verb: 'health', typed: 'health' },
  { verb: 'version', typed: 'version' },
  { verb: 'help', typed: 'help [topic]' },
] as const;
/** The first word of a command. */
export type Verb = (typeof COMMANDS)[number]['verb'];
const VERBS: readonly Verb[] = COMMANDS.map(({ verb }) => verb);
type VerbWithOneJob = 'chart' | 'why';
type VerbWithJobs = 'status' | 'ready' | 'subscribe' | 'unsubscribe' | VerbWithOneJob;
type VerbWithoutJobs = Exclude<Verb, VerbWithJobs | 'jobs'>;
/** Said on their own: a slip in one of these is told from a job's name even when nothing follows. */
const LONE_VERBS: ReadonlySet<Verb> = new Set<Verb>(['list', 'audit', 'help', 'health', 'version']);

/** `public`, `--public` and what smart dashes make of it. */
const PUBLIC = /^-{0,2}public$/i;
const ALL = /^-{0,2}all$/i;
/** A stretch of time, also one that charts do not have. */
const SPAN = /^\d+ ?(?:[smhdw]|min)$/i;
/** `key:value` where the key is a plain word: a rule of a subscription. A URL is not one. */
const OPTION = /^([a-z_]+):(?!\/\/)/i;

/** `#ops`, and what Slack makes of it: `<#C012AB3CD|ops>`, or `<#C012AB3CD|>` where it does not tell the name. */
const CHANNEL = /^(?:#(.+)|<#([A-Z0-9]+)(?:\|([^>]*))?>?)$/iu;
/** `@ana`, `<@U012AB3CD>`, `<!subteam^S1|@dba>`, `<!channel>`; of `<@U012AB3CD|Ana Lee>` the first word. */
const PERSON = /^(?:@(.+)|<[@!]([^|>]+)(?:\|([^>]*))?>?)$/u;
/** The bot itself, at the beginning of what is written to it, and the slash command in a line that was copied. */
const ADDRESS = /^(?:<@[^>]+>|\/[\p{L}\p{N}_-]+)[:;.!-]*$/iu;
/** What ends a sentence: no name ends in it. */
const SENTENCE_END = /[:;.?!。…]+$/u;
/** Words of a sentence that could be taken for the beginning of a name, and name none. */
const FILLERS: ReadonlySet<string> = new Set('to in into for from on of at with and or the here'.split(' '));

/** Understands what was typed after the slash command. Verbs and flags in any case; a quoted word is always a job. */
export function parseCommand(text: string): ParsedCommand {
  if (text.length > MAX_COMMAND) return refuse({ kind: 'too_long', most: MAX_COMMAND });
  const all = tokenize(text);
  if ('quote' in all) return refuse({ kind: 'unclosed_quote', text: all.text });
  const tokens = withoutAddress(all);
  const elsewhere = findElsewhere(tokens);
  if (elsewhere !== null) return refuse(elsewhere);
  const [first, ...rest] = tokens;
  if (first === undefined) return accept({ kind: 'help', topic: null });
  const verb = verbIn(first);
  if (verb !== null) return parseArguments(verb, rest);
  const meant = findMeantVerb(first, rest);
  return meant === null ? parseArguments('status', tokens) : refuse({ kind: 'misspelt_verb', word: first.text, meant });
}

/** What is said to the bot, without the bot's name before it. */
export function withoutAddress(tokens: readonly Token[]): readonly Token[] {
  const [first] = tokens;
  return first !== undefined && !first.quoted && ADDRESS.test(first.text) ? tokens.slice(1) : tokens;
}

/** A channel or a person among the words: what would be done here is meant for somewhere else. */
function findElsewhere(tokens: readonly Token[]): UsageError | null {
  for (const { text, quoted } of tokens) {
    if (quoted) continue;
    const [, channel, channelId = '', channelName] = CHANNEL.exec(text) ?? [];
    const named = [channel, channelName].find(isSaid);
    if (named !== undefined) return { kind: 'channel_named', channel: `#${named}` };
    if (channelId !== '') return { kind: 'channel_named', channel: `<#${channelId}>` };
    const [, person, personId, personName] = PERSON.exec(text) ?? [];
    const called = [person, personName, personId].find(isSaid);
    if (called !== undefined) return { kind: 'person_named', person: `@${called.replace(/^@/, '')}` };
  }
  return null;
}

function isSaid(name: string | undefined): name is string {
  return name !== undefined && name !== '';
}

/** The verb that a word is; null for any other word. */
export function verbIn(token: Token): Verb | null {
  if (token.quoted) return null;
  const word = token.text.toLowerCase().replace(SENTENCE_END, '');
  return VERBS.find((verb) => verb === word) ?? null;
}

/** `subscrbe orders` is a slip of the finger; `orders` is a job. */
function findMeantVerb(first: Token, rest: readonly Token[]): Verb | null {
  if (first.quoted || /[^a-z]/i.test(first.text) || first.text.length < 4) return null;
  const meant = nearest(first.text, VERBS);
  return VERBS.find((verb) => verb === meant && (rest.length > 0 || LONE_VERBS.has(verb))) ?? null;
}

function parseArguments(verb: Verb, tokens: readonly Token[]): ParsedCommand {
  switch (verb) {
    case 'help':
      return tokens.length > 1
        ? refuseWords(verb, tokens)
        : accept({ kind: 'help', topic: tokens[0]?.text.replace(SENTENCE_END, '') ?? null });
    case 'health':
    case 'version':
      return tokens.length > 0 ? refuseWords(verb, tokens) : accept({ kind: verb });
    case 'list':
      return parseList(tokens);
    case 'jobs':
      return accept({ kind: 'jobs', text: tokens.length === 0 ? null : tokens.map((token) => token.text).join(' ') });
    case 'settings':
      return parseSettings(tokens);
    case 'chart':
      return parseChart(tokens);
    case 'why':
      return parseOneJob(verb, tokens, (job) => ({ kind: 'why', job }));
    case 'audit':
      return tokens.length > 1
        ? refuseWords(verb, tokens)
        : accept({ kind: 'audit', job: tokens[0] === undefined ? null : jobNamed(tokens[0]) });
    case 'status':
    case 'ready':
      return parseShown(verb, tokens);
    case 'subscribe':
      return parseSubscribe(tokens);
    case 'unsubscribe':
      return parseUnsubscribe(tokens);
  }
}

function parseList(tokens: readonly Token[]): ParsedCommand {
  const [first, ...rest] = tokens;
  if (first === undefined) return accept({ kind: 'list' });
  return isFlag(first, ALL) && rest.length === 0 ? accept({ kind: 'list_all' }) : refuseWords('list', tokens);
}

/** Settings that will be there one day. */
const LATER_SETTINGS: ReadonlySet<string> = new Set(['tz', 'digest', 'quiet', 'style', 'mention', 'escalate']);

function parseSettings(tokens: readonly Token[]): ParsedCommand {
  const [first, ...rest] = tokens;
  if (first === undefined) return accept({ kind: 'settings' });
  const [, key = first.text, value = ''] = /^([^:]+):(.*)$/.exec(first.text) ?? [];
  if (key.toLowerCase() !== 'lang') return parseChannelRules(tokens);
  if (rest.length > 0 && value !== '') return refuseWords('settings', rest);
  // `lang: zh` is what a phone's keyboard makes of it.
  const given = value === '' ? rest.map((token) => token.text).join(' ') : value;
  const language = parseLanguage(given);
  return language === null
    ? refuse({ kind: 'unknown_language', language: given })
    : accept({ kind: 'choose_language', language });
}

function parseChannelRules(tokens: readonly Token[]): ParsedCommand {
  const { rules: words, others } = splitRules(tokens);
  const [other] = others;
  if (other !== undefined) return refuse({ kind: 'unknown_setting', setting: other.text });
  if (words.some(({ key }) => key === 'lang')) return refuseWords('settings', tokens);
  const later = words.find(({ key }) => LATER_SETTINGS.has(key));
  if (later !== undefined) return refuse({ kind: 'setting_later', setting: later.text });
  const parsed = parseRules(words);
  if (!parsed.ok)
    return refuse(
      parsed.error.kind === 'unknown_rule' && parsed.error.meant === null
        ? { kind: 'unknown_setting', setting: parsed.error.rule }
        : parsed.error,
    );
  const by = words.find(({ key }) => key === 'by');
  return by === undefined
    ? accept({ kind: 'choose_rules', rules: parsed.rules })
    : refuse({ kind: 'rule_of_one', rule: by.text });
}

/** Rules hold for all jobs of the command. */
function parseSubscribe(tokens: readonly Token[]): ParsedCommand {
  const { rules: words, others } = splitRules(tokens);
  const parsed = words.length === 0 ? { ok: true as const, rules: NOTHING_TYPED } : parseRules(words);
  if (!parsed.ok) return refuse(parsed.error);
  const { rules } = parsed;
  return parseJobs('subscribe', others, MAX_CHANGED_JOBS, (jobs) => ({ kind: 'subscribe', jobs, rules }));
}

function refuseWords(verb: VerbWithoutJobs, tokens: readonly Token[]): ParsedCommand {
  return refuse({ kind: 'unexpected_words', verb, words: tokens.map((token) => token.text) });
}

function parseShown(verb: 'status' | 'ready', tokens: readonly Token[]): ParsedCommand {
  const words = tokens.filter((token) => !isFlag(token, PUBLIC));
  const isPublic = words.length < tokens.length;
  return parseJobs(verb, words, MAX_STATUS_JOBS, (jobs) => ({ kind: verb, jobs, isPublic }));
}

/** The job, what is charted, and for how long, in any order. */
function parseChart(tokens: readonly Token[]): ParsedCommand {
  const spans = tokens.filter((token) => isFlag(token, SPAN));
  const measures = tokens.filter((token) => wordAmong(token, MEASURES) !== null);
  for (const said of [spans, measures])
    if (said.length > 1) return refuse({ kind: 'either_or', words: said.map((token) => token.text) });
  const [span, measure] = [spans[0], measures[0]];
  const known = span === undefined ? null : wordAmong(span, CHART_SPAN_WORDS);
  if (span !== undefined && known === null) return refuse({ kind: 'unknown_span', span: span.text });
  const rest = tokens.filter((token) => token !== span && token !== measure);
  const charted = measure === undefined ? null : wordAmong(measure, MEASURES);
  return parseOneJob('chart', rest, (job) => ({ kind: 'chart', job, measure: charted, span: known }));
}

const CHART_SPAN_WORDS = Object.keys(CHART_SPANS).filter((span): span is ChartSpan => span in CHART_SPANS);

function wordAmong<Word extends string>({ text, quoted }: Token, words: readonly Word[]): Word | null {
  const word = text.toLowerCase().replace(SENTENCE_END, '');
  return quoted ? null : (words.find((one) => one === word) ?? null);
}

function parseOneJob(verb: VerbWithOneJob, tokens: readonly Token[], command: (job: string) => Command): ParsedCommand {
  const option = tokens.find((token) => !token.quoted && isNoJob(token.text));
  if (option !== undefined) return refuse({ kind: 'unknown_option', option: option.text, verb });
  const [job, ...others] = new Set(tokens.map(jobNamed).filter((name) => name !== ''));
  if (job === undefined) return refuse({ kind: 'jobs_missing', verb });
  return others.length === 0 ? accept(command(job)) : refuse({ kind: 'one_job', verb, words: [job, ...others] });
}

function parseUnsubscribe(tokens: readonly Token[]): ParsedCommand {
  const words = tokens.filter((token) => !isFlag(token, ALL));
  if (words.length === tokens.length) {
    return parseJobs('unsubscribe', words, MAX_CHANGED_JOBS, (jobs) => ({ kind: 'unsubscribe', jobs }));
  }
  return words.length === 0 ? accept({ kind: 'unsubscribe_all' }) : refuse({ kind: 'all_with_jobs' });
}

function parseJobs(
  verb: VerbWithJobs,
  tokens: readonly Token[],
  max: number,
  command: (jobs: readonly string[]) => Command,
): ParsedCommand {
  const option = tokens.find((token) => !token.quoted && isNoJob(token.text));
  if (option !== undefined) return refuse({ kind: 'unknown_option', option: option.text, verb });
  const jobs = [...new Set(tokens.map(jobNamed).filter((job) => job !== ''))];
  if (jobs.length === 0) return refuse({ kind: 'jobs_missing', verb });
  if (jobs.length > max) return refuse({ kind: 'too_many_jobs', verb, count: jobs.length, most: max });
  return accept(command(jobs));
}

/** An option, or a word that only holds a sentence together. */
function isNoJob(text: string): boolean {
  const word = text.replace(SENTENCE_END, '');
  return OPTION.test(word) || word.startsWith('--') || FILLERS.has(word.toLowerCase());
}

/** What a word says of a job, as it was typed; a question mark behind it asks, and names nothing. */
function jobNamed({ typed, quoted, text }: Token): string {
  return quoted || isAddress(text) ? typed : typed.replace(SENTENCE_END, '');
}

function isFlag(token: Token, flag: RegExp): boolean {
  return !token.quoted && flag.test(token.text.replace(SENTENCE_END, ''));
}

function accept(command: Command): ParsedCommand {
  return { ok: true, command };
}

function refuse(error: UsageError): ParsedCommand {
  return { ok: false, error };
}
