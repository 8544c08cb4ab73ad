import type { EpochMs } from '../../../domain/base/time.ts';
import type { Job } from '../../../domain/job/job.ts';
import { distinctNames } from '../../../domain/names/tell-apart.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { standingOf, worstFirst } from '../../../domain/job/standing.ts';
import type { Standing } from '../../../domain/job/standing.ts';
import { causeKey } from '../../../domain/post/cause-key.ts';
import { causeLine, MAX_TOLD_TEXT, shortCause } from '../jobs/cause-text.ts';
import { STANDING_EMOJI } from '../jobs/standings.ts';
import { statusName, statusWords } from '../jobs/status-words.ts';
import { withMore } from '../kit/job-names.ts';
import { linesPart } from '../kit/message.ts';
import type { Part } from '../kit/message.ts';
import { escapeMrkdwn, stretch, unescapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { errorCodeOf, isFailure } from './event-facts.ts';
import type { EventFacts } from './event-facts.ts';
import { MAX_ROWS, MAX_ROWS_IN_FULL, shownRows } from './incident-table.ts';
import type { Incident } from './incident-table.ts';
import { foundInFull, foundParts, foundRows } from './rule-incident-text.ts';

/** Causes told apart in lines of their own. */
const MAX_CAUSES = 3;
/** People named of those who did something to jobs. */
const MAX_DOERS = 3;
/** Characters of a cause in a table. */
const MAX_CAUSE = 16;

/** One job of an incident: what befell it last, what closed it, and how it is now. */
interface Row extends Pick<EventFacts, 'job' | 'event'> {
  readonly cause: EventFacts['aftermath']['cause'];
  readonly key: string | null;
  readonly closed: EventFacts['aftermath']['closed'];
  readonly doer: EventFacts['aftermath']['doer'];
  readonly alarmMs: number;
  readonly current: Job | null;
}

/** A message about many jobs: the count, the cause they share or what tells them apart, and the worst of them. */
export function incidentParts(texts: Texts, incident: Incident): readonly Part[] {
  const found = foundRows(incident);
  if (found.length > 0) return foundParts(texts, found, incident.watched);
  const rows = toRows(incident);
  const [first] = rows;
  if (first === undefined) return [];
  if (isFailure(first.event)) return failureParts(texts, rows, incident.watched);
  if (first.event.kind !== 'recovered') return otherParts(texts, rows, first);
  const said = { count: rows.length, of: rows.length, other: 0 };
  return recoveredParts(texts, `🟢 ${texts.get('incident.recovered', said)}`, { measured: rows, shown: rows });
}

/** Every row of it, for whoever wants to see all. */
export function incidentInFull(texts: Texts, incident: Incident): readonly Part[] {
  const found = foundRows(incident);
  if (found.length > 0) return foundInFull(texts, found);
  const rows = toRows(incident);
  const headline = texts.get('incident.all', { count: rows.length });
  return [linesPart([headline]), tablePart(texts, rows, MAX_ROWS_IN_FULL)];
}

/**
 * The recoveries from an incident: how many of how many, after how long, and which have not.
 *
 * @param told what the incident told
 */
export function recoveriesParts(
  texts: Texts,
  recovered: readonly EventFacts[],
  told: readonly EventFacts[],
): readonly Part[] {
  const rows = toRows({ facts: recovered, jobs: [], watched: 0 });
  const failures = toRows({ facts: told.filter(({ event }) => isFailure(event)), jobs: [], watched: 0 });
  const failed = failures.filter(isStillFailed);
  const [of, left] = [failures.length, failed.length];
  const count = countRecovered(failures);
  const said = { count, of, left, other: of - left - count };
  const headline =
    left === 0 ? `🟢 ${texts.get('incident.recovered', said)}` : `🟠 ${texts.get('incident.partly_recovered', said)}`;
  return recoveredParts(texts, headline, { measured: [...failures, ...rows], shown: [...failed, ...rows] });
}

/** @param measured whose longest failure is told */
function recoveredParts(
  texts: Texts,
  headline: string,
  { measured, shown }: { readonly measured: readonly Row[]; readonly shown: readonly Row[] },
): readonly Part[] {
  const lengths = measured.flatMap(({ event, closed }) => {
    if (event.kind === 'recovered') return [event.workingAt - event.failedAt];
    return closed?.how === 'recovered' ? [closed.at - event.at] : [];
  });
  const duration = texts.duration(Math.max(0, ...lengths));
  return [
    linesPart([headline]),
    linesPart([texts.get('incident.recovered_longest', { duration })]),
    tablePart(texts, shown, MAX_ROWS),
  ];
}

function failureParts(texts: Texts, rows: readonly Row[], watched: number): readonly Part[] {
  const open = rows.filter(isStillFailed);
  const headline = open.length === 0 ? closedHeadline(texts, rows) : failureHeadline(texts, rows, open.length, watched);
  return [
    linesPart([headline]),
    linesPart(open.length === 0 ? [struckLine(texts, rows)] : causeLines(texts, open)),
    tablePart(texts, rows, MAX_ROWS),
  ];
}

function failureHeadline(texts: Texts, rows: readonly Row[], open: number, watched: number): string {
  if (open < rows.length) {
    const said = { count: open, of: rows.length, closed: rows.length - open };
    return `🔴 ${texts.get('incident.still_failed', said)}`;
  }
  const state = sharedState(texts, rows);
  const said = { count: rows.length, of: Math.max(watched, rows.length) };
  const headline = `🔴 ${texts.get('incident.failed', said)}`;
  return state === null ? headline : `${headline} – ${texts.get('incident.all_state', { state })}`;
}

/** What stopped, where it is the same for all. */
function sharedState(texts: Texts, rows: readonly Row[]): string | null {
  const states = new Set(
    rows.map(({ job, event }) =>
      event.report === null ? '' : (statusWords(texts, event.report, job.jobType).tail ?? ''),
    ),
  );
  const [only] = states;
  return states.size === 1 && only !== undefined && only !== '' ? only : null;
}

function closedHeadline(texts: Texts, rows: readonly Row[]): string {
  const recovered = countRecovered(rows);
  const duration = texts.duration(Math.max(0, lastClosing(rows) - firstFailure(rows)));
  const said = { count: recovered, of: rows.length, other: rows.length - recovered, duration };
  return `${recovered === rows.length ? '🟢' : '⚪'} ${texts.get('incident.closed', said)}`;
}

function struckLine(texts: Texts, rows: readonly Row[]): string {
  const [why] = causesOf(texts, rows);
  const cause = why === undefined || why.key === null ? '' : ` · ${why.said}`;
  return `~🔴 ${texts.get('state.failed')}~ ${stretch(firstFailure(rows), lastClosing(rows))}${cause}`;
}

function firstFailure(rows: readonly Row[]): EpochMs {
  return Math.min(...rows.map(({ event }) => event.at));
}

function lastClosing(rows: readonly Row[]): EpochMs {
  return Math.max(...rows.map(({ event, closed }) => closed?.at ?? event.at));
}

/** A cause with how many jobs failed for it. */
interface CauseCount {
  readonly key: string | null;
  readonly count: number;
  readonly said: string;
  /** The same where several stand one below the other. */
  readonly short: string;
}

/** The causes there are, the most frequent first, what is not known last. */
function causesOf(texts: Texts, rows: readonly Row[]): readonly CauseCount[] {
  const keys = [...new Set(rows.map(({ key }) => key))];
  const counted = keys.flatMap((key) => {
    const of = rows.filter((row) => row.key === key);
    const [example] = of;
    if (example === undefined) return [];
    const { cause } = example;
    const said =
      key === null ? texts.get('incident.cause_unknown') : causeLine(texts, cause, errorCodeOf(example), MAX_TOLD_TEXT);
    const short = key === null ? said : shortCause(texts, cause, errorCodeOf(example));
    return [{ key, count: of.length, said, short }];
  });
  return counted.toSorted(
    (one, other) => Number(one.key === null) - Number(other.key === null) || other.count - one.count,
  );
}

function causeLines(texts: Texts, rows: readonly Row[]): readonly string[] {
  const [only, ...others] = causesOf(texts, rows);
  if (only === undefined) return [];
  if (others.length === 0)
    return [only.key === null ? only.said : texts.get('incident.same_cause', { cause: only.said })];
  const counted = [only, ...others].map(({ count, short }) => `*${count}:* ${short}`);
  return withMore(texts, counted, MAX_CAUSES);
}

function otherParts(texts: Texts, rows: readonly Row[], first: Row): readonly Part[] {
  const { emoji, state } = eventState(texts, first);
  const isSame = rows.every((row) => eventState(texts, row).state === state);
  const headline = isSame
    ? `${emoji} ${texts.get('incident.other', { count: rows.length, state })}`
    : `⚪ ${texts.get('incident.mixed', { count: rows.length })}`;
  return [linesPart([headline]), linesPart(doerLines(texts, rows)), tablePart(texts, rows, MAX_ROWS)];
}

/** `By ada (4), ben (1)`: who did it as far as anybody knows, whoever did most first. */
function doerLines(texts: Texts, rows: readonly Row[]): readonly string[] {
  const names = rows.flatMap(({ doer }) => (doer === null ? [] : [doer.userName]));
  const counts = [...new Set(names)].map((name) => ({ name, count: names.filter((one) => one === name).length }));
  if (counts.length === 0) return [];
  const said = counts
    .toSorted((one, other) => other.count - one.count)
    .map(({ name, count }) => `${escapeMrkdwn(name)} (${count})`);
  return [texts.get('incident.by', { who: withMore(texts, said, MAX_DOERS).join(', ') })];
}

/** What happened to a job, in a word or two. */
function eventState(texts: Texts, { job, event }: Row): { readonly emoji: string; readonly state: string } {
  switch (event.kind) {
    case 'ended':
      return { emoji: '⏹️', state: texts.get('state.ended') };
    case 'gone':
      return { emoji: '🔴', state: texts.get('state.gone') };
    case 'flapping':
      return { emoji: '🟠', state: texts.get('standing.flapping') };
    default:
      return statusName(texts, event.report?.status ?? null, job.jobType);
  }
}

/** The worst first; of those that are failed the rarest cause where they differ, otherwise what was furthest behind. */
function tablePart(texts: Texts, rows: readonly Row[], max: number): Part {
  const causes = causesOf(texts, rows.filter(isStillFailed));
  const isByCause = causes.length > 1;
  const rank = (row: Row) => causes.find(({ key }) => key === row.key)?.count ?? 0;
  const byCause = (one: Row, other: Row) => (isByCause ? rank(one) - rank(other) : 0);
  const sorted = worstFirst(
    rows.toSorted(
      (one, other) => byCause(one, other) || (other.event.lastLag?.ms ?? -1) - (one.event.lastLag?.ms ?? -1),
    ),
    standingOfRow,
  );
  const { shown, more } = shownRows(sorted, max);
  const nameOf = distinctNames(rows.map(({ job }) => job));
  const head = [
    texts.get('incident.job'),
    texts.get(isByCause ? 'incident.cause' : 'incident.now'),
    texts.get('incident.last_lag'),
  ];
  return {
    kind: 'table',
    rows: [
      head,
      ...shown.map((row) => [nameOf(row.job), ...rowCells(texts, row, isByCause)]),
      ...(more > 0 ? [[texts.get('names.more', { count: more }), '', '']] : []),
    ],
    alignRight: [2],
  };
}

function countRecovered(rows: readonly Row[]): number {
  return rows.filter(({ closed }) => closed?.how === 'recovered').length;
}

function isStillFailed({ event, closed }: Row): boolean {
  return isFailure(event) && closed === null;
}

/** How the job of a row stands, as far as that is known. */
function standingOfRow(row: Row): Standing {
  const { closed, current } = row;
  if (isStillFailed(row)) return 'failed';
  if (closed !== null && closed.how !== 'recovered') return closed.how === 'unsubscribed' ? 'ended' : closed.how;
  return current === null ? 'in_sync' : standingOf(current.state, row.alarmMs);
}

/** What stands beside the name. */
function rowCells(texts: Texts, row: Row, isByCause: boolean): readonly string[] {
  const { event } = row;
  const lag = event.lastLag === null ? '–' : unescapeMrkdwn(texts.duration(event.lastLag.ms));
  const state = isByCause && row.closed === null ? cellCause(texts, row) : stateNow(texts, row);
  return [state, lag];
}

function cellCause(texts: Texts, row: Row): string {
  const said = row.cause?.text ?? errorCodeOf(row) ?? texts.get('incident.cause_short_unknown');
  return `🔴 ${said.length > MAX_CAUSE ? `${said.slice(0, MAX_CAUSE - 1)}…` : said}`;
}

/** How the job is now; what closed its failure, where nobody has looked since. */
function stateNow(texts: Texts, row: Row): string {
  const { current, closed, event, job } = row;
  if (closed !== null && closed.how !== 'recovered') return texts.get(`incident.row_${closed.how}`);
  if (event.kind === 'ended' || event.kind === 'gone' || event.kind === 'flapping') {
    const happened = eventState(texts, row);
    return `${happened.emoji} ${happened.state}`;
  }
  const report = current?.state.report ?? (closed === null ? event.report : null);
  if (report === null) return texts.get(closed === null ? 'now.unknown' : 'incident.row_recovered');
  if (statusGroup(report.status) === 'failed') return `🔴 ${texts.get('incident.row_failed')}`;
  const emoji =
    current === null
      ? statusWords(texts, report, job.jobType, event.lagNote, row.alarmMs).emoji
      : STANDING_EMOJI[standingOf(current.state, row.alarmMs)];
  return `${emoji} ${unescapeMrkdwn(statusName(texts, report.status, job.jobType).state)}`;
}

/**
 * The last event of each job; of an incident of failures the last failure: what else is told of a job by the way, such as a
 * recovery, is not what befell it here.
 */
function toRows({ facts, jobs }: Incident): readonly Row[] {
  const failures = facts.filter(({ event }) => isFailure(event));
  const latest = new Map((failures.length === 0 ? facts : failures).map((one) => [one.job.jobId, one]));
  return [...latest.values()].map(({ job, event, aftermath }) => ({
    job,
    event,
    cause: aftermath.cause,
    key: causeKey(aftermath.cause, errorCodeOf({ event })),
    closed: aftermath.closed,
    doer: aftermath.doer,
    alarmMs: aftermath.alarmMs,
    current: jobs.find(({ jobId }) => jobId === job.jobId) ?? null,
  }));
}
