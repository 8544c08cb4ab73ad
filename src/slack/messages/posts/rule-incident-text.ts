import type { Job } from '../../../domain/job/job.ts';
import type { JobEvent } from '../../../domain/job/job-event.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import type { RuleFound } from '../../../domain/job/rule-endings.ts';
import type { RuleEvent } from '../../../domain/job/rule-event.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { standingOf } from '../../../domain/job/standing.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { STANDING_EMOJI } from '../jobs/standings.ts';
import { statusName } from '../jobs/status-words.ts';
import { linesPart } from '../kit/message.ts';
import type { Part } from '../kit/message.ts';
import { unescapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { MAX_ROWS, MAX_ROWS_IN_FULL, shownRows } from './incident-table.ts';
import type { Incident } from './incident-table.ts';
import { overWords } from './rule-over-text.ts';
import { foundFigure, foundSince, foundWeight, foundWords, RULE_EMOJI } from './found-words.ts';

/** One job of which a rule found the same as of others: what, by what that is over, and how the job is now. */
interface FoundRow {
  readonly job: NamedJob;
  readonly event: RuleFound;
  readonly endedBy: JobEvent | null;
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
      ? [{ job, event, endedBy: aftermath.endedBy, current: jobs.find(({ jobId }) => jobId === job.jobId) ?? null }]
      : [],
  );
  return [...new Map(rows.map((row) => [row.job.jobId, row])).values()];
}

/** What rules found of many jobs, in one message: how many, what they may share, and the worst of them. */
export function foundParts(texts: Texts, rows: readonly FoundRow[], watched: number): readonly Part[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { found } = first.event;
  const open = rows.filter(({ endedBy }) => endedBy === null);
  const line = lineBelow(texts, found.kind, rows, open);
  return [
    linesPart([headline(texts, found, rows, open.length, watched)]),
    ...(line === null ? [] : [linesPart([line])]),
    tablePart(texts, rows, MAX_ROWS),
  ];
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
  const said = rows.flatMap(({ job, endedBy }) => (endedBy === null ? [] : [overWords(texts, job, endedBy)]));
  const [first] = said;
  if (first === undefined || said.some(({ state }) => state !== first.state)) return null;
  return `${first.emoji} ${texts.get('incident.other', { count: rows.length, state: first.state })}`;
}

function lineBelow(
  texts: Texts,
  kind: RuleEvent['kind'],
  rows: readonly FoundRow[],
  open: readonly FoundRow[],
): string | null {
  if (kind === 'lag_cleared') return clearedLine(texts, rows);
  if (kind === 'caught_up' && open.length > 0) return texts.get('rule.not_checked');
  return TROUBLES.has(kind) && open.length > 0 ? texts.get('incident.look_at_shared') : null;
}

/** `The longest was high for 38 min, the highest peak was 9 min 40 s`. */
function clearedLine(texts: Texts, rows: readonly FoundRow[]): string {
  const lengths = rows.map(({ event: { found, at } }) => at - foundSince(found, at));
  const peaks = rows.map(({ event: { found } }) => (found.kind === 'lag_cleared' ? found.peakMs : 0));
  return texts.get('incident.lag_was', {
    duration: texts.duration(Math.max(...lengths)),
    peak: texts.duration(Math.max(...peaks)),
  });
}

/** Those that it is still so of first, the worst of them first. */
function tablePart(texts: Texts, rows: readonly FoundRow[], max: number): Part {
  const weight = ({ event: { found, at }, endedBy }: FoundRow) =>
    endedBy === null ? foundWeight(found, at) : -Infinity;
  const sorted = rows.toSorted((one, other) =>
    weight(other) > weight(one) ? 1 : weight(other) < weight(one) ? -1 : 0,
  );
  const { shown, more } = shownRows(sorted, max);
  const kind = rows[0]?.event.found.kind ?? 'lag_high';
  return {
    kind: 'table',
    rows: [
      [texts.get('incident.job'), texts.get(`figure.${FIGURES[kind]}`)],
      ...shown.map((row) => [jobName(row.job), unescapeMrkdwn(cell(texts, row))]),
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
  catch_up_not_gaining: 'lag',
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

/** How the job is since somebody asked; else by what it is over; else the figure. */
function cell(texts: Texts, { job, event, endedBy, current }: FoundRow): string {
  const report = current?.state.report ?? null;
  if (current !== null && report !== null) {
    const isMeasured = statusGroup(report.status) === 'replicating' && report.lagMs !== null;
    const state = isMeasured ? texts.duration(report.lagMs ?? 0) : statusName(texts, report.status, job.jobType).state;
    return `${STANDING_EMOJI[standingOf(current.state)]} ${state}`;
  }
  if (endedBy === null) return foundFigure(texts, event.found, event.at);
  const { emoji, state } = overWords(texts, job, endedBy);
  return `${emoji} ${state}`;
}
