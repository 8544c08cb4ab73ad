import { STATUS_GROUPS } from '../../domain/job/job-status.ts';
import type { StatusGroup } from '../../domain/job/job-status.ts';
import { RULE_NAMES, RULE_SILENCES } from '../../domain/rules/decision.ts';
import type { Decision, RuleName } from '../../domain/rules/decision.ts';
import { NO_MEMORY } from '../../domain/rules/rule-memory.ts';
import type { Look, RuleMemory, RulesOfJob } from '../../domain/rules/rule-memory.ts';
import { parsed } from './codec.ts';
import { readFirstMemory, remarked, toldDecision } from './memory-shapes.ts';
import { isLag, isList, isNumber, packSamples, packTimes, unpackReadings, unpackSamples } from './sample-codec.ts';

/** What a row begins with that is written in this way; the first way began with `{`. */
const VERSION = 2;
/** Stands where there is nothing. */
const NONE = 0;

/**
 * What the rules remember as text, for a row that is read and written with every poll: lists without names, read by hand,
 * because both took longer than all that the rules do.
 */
export function encodeMemory({ rules, looks, recent }: RuleMemory): string {
  return JSON.stringify([
    VERSION,
    Object.entries(rules).map(([key, one]) => packRules(key, one)),
    packLooks(looks),
    packSamples(recent),
  ]);
}

/** Reads what the rules remember; what cannot be read is forgotten. */
export function decodeMemory(text: string | null): RuleMemory {
  if (text === null) return NO_MEMORY;
  return (text.startsWith('{') ? readFirstMemory(text) : unpackMemory(parsed(text))) ?? NO_MEMORY;
}

function unpackMemory(packed: unknown): RuleMemory | null {
  if (!isList(packed) || packed[0] !== VERSION) return null;
  const [rules, looks, recent] = [unpackAllRules(packed[1]), unpackLooks(packed[2]), unpackSamples(packed[3])];
  if (rules === null || looks === null || recent === null) return null;
  return { rules, looks, recent };
}

function packRules(key: string, { state, window, decisions }: RulesOfJob): readonly unknown[] {
  const { lastAt, group, inRow, settling, readings } = state.course;
  const { climbingSince, teeth } = state.heartbeat;
  const { toldAt, isCaughtUp, isLost, erredAt } = state.caughtUp;
  const course = [lastAt, group, inRow, settling, packTimes(readings, lastAt ?? 0)];
  const caughtUp = [toldAt, isCaughtUp ? 1 : 0, isLost ? 1 : 0, erredAt];
  const decided = decisions === null ? NONE : packDecisions(decisions);
  return [key, ...course, climbingSince, ...caughtUp, decided, packRemarks(state, teeth, window)];
}

/** What most jobs have none of, by its name. */
function packRemarks(
  { lag, standstill, jumping, unmeasured, catchUp, copy, outage }: RulesOfJob['state'],
  teeth: RulesOfJob['state']['heartbeat']['teeth'],
  window: RulesOfJob['window'],
): unknown {
  const some: Record<string, unknown> = {};
  if (teeth.length > 0) some['teeth'] = teeth;
  if (lag.open !== null || lag.past.length > 0) some['lag'] = lag;
  if (standstill !== null) some['standstill'] = standstill;
  if (jumping !== null) some['jumping'] = jumping;
  if (unmeasured.isTold) some['unmeasured'] = unmeasured;
  if (catchUp !== null) some['catchUp'] = catchUp;
  if (copy.pace !== null) some['copy'] = copy;
  if (outage !== null) some['outage'] = outage;
  if (window.isMissedTold) some['window'] = window;
  return Object.keys(some).length === 0 ? NONE : some;
}

function unpackAllRules(packed: unknown): RuleMemory['rules'] | null {
  if (!isList(packed)) return null;
  const rules: Record<string, RulesOfJob> = {};
  for (const one of packed) {
    const key = isList(one) ? one[0] : null;
    const unpacked = isList(one) ? unpackRules(one) : null;
    if (typeof key !== 'string' || unpacked === null) return null;
    rules[key] = unpacked;
  }
  return rules;
}

function unpackRules(packed: readonly unknown[]): RulesOfJob | null {
  const [, lastAt, group, inRow, settling, lags, climbingSince, ...told] = packed;
  const [toldAt, isCaughtUp, isLost, erredAt, decisions, remarks] = told;
  if (!isLag(lastAt) || !isNumber(inRow) || !isNumber(settling) || !isLag(climbingSince)) return null;
  if (!isLag(toldAt) || !isLag(erredAt)) return null;
  if (group !== null && typeof group !== 'string') return null;
  const readings = unpackReadings(lags, lastAt ?? 0);
  const rest = remarks === NONE ? NOTHING_REMARKED : (remarked.safeParse(remarks).data ?? null);
  if (readings === null || rest === null) return null;
  const { teeth, window, ...state } = rest;
  const course = { lastAt, group: group === null ? null : toGroup(group), inRow, readings, settling };
  const heartbeat = { climbingSince, teeth };
  const caughtUp = { toldAt, isCaughtUp: isCaughtUp === 1, isLost: isLost === 1, erredAt };
  return { state: { ...state, course, heartbeat, caughtUp }, window, decisions: unpackDecisions(decisions) };
}

const NOTHING_REMARKED = remarked.parse({});

/** One of a status that this version does not know is an unknown one. */
function toGroup(name: string): StatusGroup {
  return STATUS_GROUPS.find((group) => group === name) ?? 'unknown';
}

/** In the order of the rules; for a reason that was there before, where it was. */
function packDecisions(decisions: NonNullable<RulesOfJob['decisions']>): readonly unknown[] {
  const packed: unknown[] = [];
  for (const name of RULE_NAMES) {
    const decision = decisions[name];
    const one = decision.kind === 'silent' ? decision.reason : decision.event;
    const before = packed.indexOf(one);
    packed.push(before === -1 ? one : before);
  }
  return packed;
}

const SILENT: ReadonlyMap<unknown, Decision> = new Map<string, Decision>(
  RULE_SILENCES.map((reason) => [reason, { kind: 'silent', reason }]),
);

/** None where they are of other rules than this version has. */
function unpackDecisions(packed: unknown): RulesOfJob['decisions'] {
  if (!isList(packed) || packed.length !== RULE_NAMES.length) return null;
  const unpacked: Partial<Record<RuleName, Decision>> = {};
  for (const [index, name] of RULE_NAMES.entries()) {
    const item = packed[index];
    const one = isNumber(item) ? packed[item] : item;
    const decision = typeof one === 'string' ? SILENT.get(one) : toldDecision.safeParse(one).data;
    if (decision === undefined) return null;
    unpacked[name] = decision;
  }
  return isEveryRule(unpacked) ? unpacked : null;
}

function isEveryRule(some: Partial<Record<RuleName, Decision>>): some is Record<RuleName, Decision> {
  return RULE_NAMES.every((name) => some[name] !== undefined);
}

/** Their times and lags, with a status before each look that has another one. */
function packLooks(looks: readonly Look[]): readonly unknown[] {
  let status: string | null | undefined;
  const statuses = looks.map((look) => {
    const isSame = look.status === status;
    ({ status } = look);
    return isSame ? NONE : status;
  });
  return [packTimes(looks, 0), statuses];
}

function unpackLooks(packed: unknown): readonly Look[] | null {
  if (!isList(packed)) return null;
  const [lags, statuses] = packed;
  const readings = unpackReadings(lags, 0);
  if (readings === null || !isList(statuses) || statuses.length !== readings.length) return null;
  let status: string | null = null;
  const looks: Look[] = [];
  for (const [index, { at, lagMs }] of readings.entries()) {
    const item = statuses[index];
    if (item === null || typeof item === 'string') status = item;
    else if (item !== NONE) return null;
    looks.push({ at, status, lagMs });
  }
  return looks;
}
