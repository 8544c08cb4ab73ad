import type { Job } from '../../../domain/job/job.ts';
import { distinctNames } from '../../../domain/names/tell-apart.ts';
import type { RuleFound } from '../../../domain/job/rule-endings.ts';
import type { RuleEvent } from '../../../domain/job/rule-event.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { standingOf } from '../../../domain/job/standing.ts';
import type { Aftermath, NamedJob } from '../../../domain/post/post.ts';
import { STANDING_EMOJI } from '../jobs/standings.ts';
import { statusName } from '../jobs/status-words.ts';
import { linesPart } from '../kit/message.ts';
import type { Part } from '../kit/message.ts';
import { unescapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { MAX_ROWS, MAX_ROWS_IN_FULL, shownRows } from './incident-table.ts';
import type { Incident } from './incident-table.ts';
import { overWords } from './rule-over-text.ts';
import { foundFigure, foundWeight, foundWords, lasted, RULE_EMOJI } from './found-words.ts';

/** One job of which a rule found the same as of others: what, what became of that, and how the job is now. */
interface FoundRow {
  readonly job: NamedJob;
  readonly event: RuleFound;
  readonly aftermath: Aftermath;
  /** Null when nobody looked. */
  readonly current: Job | null;
}

/** What calls for somebody when it befalls several jobs at once. */
const TROUBLES: ReadonlySet<RuleEvent['kind']> = new Set<RuleEvent['kind']>([
  'lag_high',
  'nothing_newer',
  'cannot_keep_up',
  'stands_still',
  'not_measurable',
  'catch_up_not_gaining',
  'stalled',
  'no_longer_caught_up',
]);

/** The rows of an incident that rules found, the last event of each job; empty for any other. */
export function foundRows({ facts, jobs }: Incident): readonly FoundRow[] {
  const rows = facts.flatMap(({ job, event, aftermath }) =>
    event.kind === 'rule'
      ? [{ job, event, aftermath, current: jobs.find(({ jobId }) => jobId === job.jobId) ?? null }]
      : [],
  );
  return [...new Map(rows.map((row) => [row.job.jobId, row])).values()];
}

/** What was found of the job is so still, and somebody here looks. */
function isOpen({ aftermath: { endedBy, letGo } }: FoundRow): boolean {
  return endedBy === null && letGo === null;
}

/** What rules found of many jobs, in one message: how many, what they may share, and the worst of them. */
export function foundParts(texts: Texts, rows: readonly FoundRow[], watched: number): readonly Part[] {
  const [first] = rows;
  if (first === undefined) return [];
  if (rows.some(({ event }) => event.found.kind === 'lag_cleared')) return clearedParts(texts, rows);
  const { found } = first.event;
  const open = rows.filter(isOpen);
  const line = lineBelow(texts, found.kind, open);
  return [
    linesPart([headline(texts, found, rows, open.length, watched)]),
    ...(line === null ? [] : [linesPart([line])]),
    tablePart(texts, rows, MAX_ROWS),
  ];
}

/**
 * Lags that are fine again, of how many that were told together: those that are high still come first, and while there are any
 * nothing is green.
 */
function clearedParts(texts: Texts, rows: readonly FoundRow[]): readonly Part[] {
  const fine = rows.filter(isFine);
  const high = rows.filter((row) => !isFine(row) && (isOpen(row) || isHighAgain(row)));
  const said = {
    count: fine.length,
    of: rows.length,
    left: high.length,
    other: rows.length - fine.length - high.length,
  };
  const headline =
    high.length === 0
      ? `🟢 ${texts.get('incident.lag_cleared', said)}`
      : `🟠 ${texts.get('incident.lag_partly_cleared', said)}`;
  return [linesPart([headline]), linesPart([clearedLine(texts, rows)]), tablePart(texts, [...high, ...fine], MAX_ROWS)];
}

/** The lag of a row is fine again, whether this message told it first or another. */
function isFine({ event, aftermath: { endedBy } }: FoundRow): boolean {
  if (event.found.kind === 'lag_cleared') return endedBy === null;
  return endedBy?.kind === 'rule' && endedBy.found.kind === 'lag_cleared';
}

function isHighAgain({ event, aftermath: { endedBy } }: FoundRow): boolean {
  return event.found.kind === 'lag_cleared' && endedBy !== null;
}

/** Every row of it. */
export function foundInFull(texts: Texts, rows: readonly FoundRow[]): readonly Part[] {
  const headline = texts.get('incident.all', { count: rows.length });
  return [linesPart([headline]), tablePart(texts, rows, MAX_ROWS_IN_FULL)];
}

function headline(texts: Texts, found: RuleEvent, rows: readonly FoundRow[], open: number, watched: number): string {
  const state = foundWords(texts, found);
  const said = { state, count: rows.length, of: Math.max(watched, rows.length), open, closed: rows.length - open };
  if (open === 0) return overHeadline(texts, rows) ?? `⚪ ${texts.get('incident.no_longer', said)}`;
  const key = open < rows.length ? 'incident.still_found' : 'incident.found';
  return `${RULE_EMOJI[found.kind]} ${texts.get(key, said)}`;
}

/** By what it is over, where that is the same for all. */
function overHeadline(texts: Texts, rows: readonly FoundRow[]): string | null {
  const said = rows.flatMap((row) => becameOf(texts, row) ?? []);
  const [first] = said;
  if (first === undefined || said.some(({ state }) => state !== first.state)) return null;
  return `${first.emoji} ${texts.get('incident.other', { count: rows.length, state: first.state })}`;
}

function lineBelow(texts: Texts, kind: RuleEvent['kind'], open: readonly FoundRow[]): string | null {
  if (kind === 'caught_up' && open.length > 0) return texts.get('rule.not_checked');
  return TROUBLES.has(kind) && open.length > 0 ? texts.get('incident.look_at_shared') : null;
}

/** `The longest was high for 38 min, the highest peak was 9 min 40 s` */
function clearedLine(texts: Texts, rows: readonly FoundRow[]): string {
  const cleared = rows.flatMap(({ event, aftermath: { endedBy } }) =>
    [event, endedBy].flatMap((one) =>
      one?.kind === 'rule' && one.found.kind === 'lag_cleared'
        ? [{ ...one.found, lastedMs: one.at - one.found.since }]
        : [],
    ),
  );
  return texts.get('incident.lag_was', {
    duration: texts.duration(lasted(Math.max(...cleared.map(({ lastedMs }) => lastedMs)))),
    peak: texts.duration(Math.max(...cleared.map(({ peakMs }) => peakMs))),
  });
}

/** Those that it is still so of first, the worst of them first. */
function tablePart(texts: Texts, rows: readonly FoundRow[], max: number): Part {
  const weight = (row: FoundRow) => (isOpen(row) ? foundWeight(row.event.found, row.event.at) : -Infinity);
  const sorted = rows.toSorted((one, other) =>
    weight(other) > weight(one) ? 1 : weight(other) < weight(one) ? -1 : 0,
  );
  const { shown, more } = shownRows(sorted, max);
  const nameOf = distinctNames(rows.map(({ job }) => job));
  const kind = rows[0]?.event.found.kind ?? 'lag_high';
  return {
    kind: 'table',
    rows: [
      [texts.get('incident.job'), texts.get(`figure.${FIGURES[kind]}`)],
      ...shown.map((row) => [nameOf(row.job), unescapeMrkdwn(cell(texts, row))]),
      ...(more > 0 ? [[texts.get('names.more', { count: more }), '']] : []),
    ],
    alignRight: [1],
  };
}

/** What the figure of each kind is. */
const FIGURES: Readonly<Record<RuleEvent['kind'], 'lag' | 'data' | 'for' | 'late' | 'early' | 'left'>> = {
  lag_high: 'lag',
  lag_cleared: 'lag',
  nothing_newer: 'lag',
  cannot_keep_up: 'lag',
  stands_still: 'lag',
  jumping: 'lag',
  over: 'lag',
  catch_up_not_gaining: 'lag',
  gaining_again: 'lag',
  caught_up: 'lag',
  no_longer_caught_up: 'lag',
  not_measurable: 'for',
  stalled: 'data',
  slow_tail: 'data',
  moving_again: 'data',
  still_failing: 'for',
  still_paused: 'for',
  window_missed: 'late',
  window_met: 'early',
  deadline_near: 'left',
};

/** How the job is since somebody asked; else what became of what was found; else the figure. */
function cell(texts: Texts, row: FoundRow): string {
  const { job, event, aftermath, current } = row;
  const report = current?.state.report ?? null;
  if (current !== null && report !== null) {
    const isMeasured = statusGroup(report.status) === 'replicating' && report.lagMs !== null;
    const state = isMeasured ? texts.duration(report.lagMs ?? 0) : statusName(texts, report.status, job.jobType).state;
    return `${STANDING_EMOJI[standingOf(current.state, aftermath.alarmMs)]} ${state}`;
  }
  const became = becameOf(texts, row);
  if (became !== null) return `${became.emoji} ${became.state}`;
  const { found, at } = aftermath.more ?? event;
  return foundFigure(texts, found, at);
}

/** By what the job of a row is no longer as it was found, in a word or two, with its emoji; null while it is. */
function becameOf(
  texts: Texts,
  { job, aftermath: { endedBy, letGo, alarmMs } }: FoundRow,
): { readonly emoji: string; readonly state: string } | null {
  if (endedBy !== null) return overWords(texts, job, endedBy, alarmMs);
  return letGo === null ? null : { emoji: '🔔', state: texts.get(`incident.let_go.${letGo.how}`) };
}
