import type { Job } from '../../../domain/job/job.ts';
import type { JobEvent } from '../../../domain/job/job-event.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { standingOf, worstFirst } from '../../../domain/job/standing.ts';
import type { Standing } from '../../../domain/job/standing.ts';
import { causeKey } from '../../../domain/post/cause-key.ts';
import type { Closing } from '../../../domain/post/closing.ts';
import type { DeliveryFacts, NamedJob } from '../../../domain/post/post.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import { causeLine, MOST_TOLD, shortCause } from '../jobs/cause-text.ts';
import { stretch } from './closed-failure.ts';
import type { Part } from '../kit/message.ts';
import { STANDING_EMOJI } from '../jobs/standings.ts';
import { statusName, statusWords } from '../jobs/status-words.ts';
import type { Voice } from '../kit/texts.ts';

type EventFacts = Extract<DeliveryFacts, { readonly kind: 'event' }>;

/** Rows that leave the buttons on a phone; a table in full has as many as Slack takes. */
const MOST_ROWS = 6;
const MOST_ROWS_IN_FULL = 98;
/** Causes told apart in lines of their own. */
const MOST_CAUSES = 3;
/** Characters of a cause in a table. */
const MOST_CAUSE = 16;

/** One job of an incident: what befell it last, and how it is now. */
interface Row {
  readonly job: NamedJob;
  readonly event: JobEvent;
  readonly cause: EventFacts['aftermath']['cause'];
  readonly key: string | null;
  readonly closed: Closing | null;
  readonly current: Job | null;
}

/** What an incident tells. */
export interface Incident {
  /** Its own, and those of the posts that it shows. */
  readonly facts: readonly EventFacts[];
  /** The jobs as they are now; empty when it is sent first. */
  readonly jobs: readonly Job[];
  /** How many jobs the channel watches. */
  readonly watched: number;
}

/** A message about many jobs: the count, the cause they share or what tells them apart, and the worst of them. */
export function incidentParts(voice: Voice, incident: Incident): readonly Part[] {
  const rows = toRows(incident);
  const [first] = rows;
  if (first === undefined) return [];
  if (isFailure(first.event)) return failureParts(voice, rows, incident);
  if (first.event.kind === 'recovered') return recoveryParts(voice, rows);
  return otherParts(voice, rows);
}

/** Every row of it, for whoever wants to see all. */
export function incidentInFull(voice: Voice, incident: Incident): readonly Part[] {
  const rows = toRows(incident);
  return [headlinePart(voice.say('incident.all', { count: rows.length })), tablePart(voice, rows, MOST_ROWS_IN_FULL)];
}

/**
 * The recoveries from an incident: how many of how many, after how long, and which have not.
 *
 * @param told what the incident told
 */
export function recoveriesParts(
  voice: Voice,
  recovered: readonly EventFacts[],
  told: readonly EventFacts[],
): readonly Part[] {
  const rows = toRows({ facts: recovered, jobs: [], watched: 0 });
  const failures = toRows({ facts: told.filter(({ event }) => isFailure(event)), jobs: [], watched: 0 });
  const failed = failures.filter(isStillFailed);
  const [of, left] = [failures.length, failed.length];
  const count = countRecovered(failures);
  const said = { count, of, left, other: of - left - count, duration: longest(voice, [...failures, ...rows]) };
  return [
    headlinePart(
      `${left === 0 ? '🟢' : '🟠'} ${voice.say(left === 0 ? 'incident.recovered' : 'incident.partly_recovered', said)}`,
    ),
    linesPart([voice.say('incident.recovered_longest', said)]),
    tablePart(voice, [...failed, ...rows], MOST_ROWS),
  ];
}

function recoveryParts(voice: Voice, rows: readonly Row[]): readonly Part[] {
  const said = { count: rows.length, of: rows.length, other: 0, duration: longest(voice, rows) };
  return [
    headlinePart(`🟢 ${voice.say('incident.recovered', said)}`),
    linesPart([voice.say('incident.recovered_longest', said)]),
    tablePart(voice, rows, MOST_ROWS),
  ];
}

function longest(voice: Voice, rows: readonly Row[]): string {
  const lengths = rows.flatMap(({ event, closed }) => {
    if (event.kind === 'recovered') return [event.workingAt - event.failedAt];
    return closed?.how === 'recovered' ? [closed.at - event.at] : [];
  });
  return voice.duration(Math.max(0, ...lengths));
}

function failureParts(voice: Voice, rows: readonly Row[], { watched }: Incident): readonly Part[] {
  const open = rows.filter(isStillFailed);
  return [
    headlinePart(failureHeadline(voice, rows, open, watched)),
    linesPart(open.length === 0 ? [struckLine(voice, rows)] : causeLines(voice, open)),
    tablePart(voice, rows, MOST_ROWS),
  ];
}

function failureHeadline(voice: Voice, rows: readonly Row[], open: readonly Row[], watched: number): string {
  if (open.length === 0) return closedHeadline(voice, rows);
  if (open.length < rows.length) {
    const said = { count: open.length, of: rows.length, closed: rows.length - open.length };
    return `🔴 ${voice.say('incident.still_failed', said)}`;
  }
  const what = sharedState(voice, rows);
  const said = { count: rows.length, of: Math.max(watched, rows.length) };
  const headline = `🔴 ${voice.say('incident.failed', said)}`;
  return what === null ? headline : `${headline} – ${voice.say('incident.all_state', { state: what })}`;
}

/** What stopped, where it is the same for all. */
function sharedState(voice: Voice, rows: readonly Row[]): string | null {
  const states = new Set(
    rows.map(({ job, event }) =>
      event.report === null ? '' : (statusWords(voice, event.report, job.jobType).tail ?? ''),
    ),
  );
  const [only] = states;
  return states.size === 1 && only !== undefined && only !== '' ? only : null;
}

function closedHeadline(voice: Voice, rows: readonly Row[]): string {
  const recovered = countRecovered(rows);
  const duration = voice.duration(Math.max(0, lastClosing(rows) - firstFailure(rows)));
  const said = { count: recovered, of: rows.length, other: rows.length - recovered, duration };
  return `${recovered === rows.length ? '🟢' : '⚪'} ${voice.say('incident.closed', said)}`;
}

function struckLine(voice: Voice, rows: readonly Row[]): string {
  const [why] = causesOf(voice, rows);
  const cause = why === undefined || why.key === null ? '' : ` · ${why.said}`;
  return `~🔴 ${voice.say('state.failed')}~ ${stretch(firstFailure(rows), lastClosing(rows))}${cause}`;
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
function causesOf(voice: Voice, rows: readonly Row[]): readonly CauseCount[] {
  const keys = [...new Set(rows.map(({ key }) => key))];
  const counted = keys.flatMap((key) => {
    const of = rows.filter((row) => row.key === key);
    const [example] = of;
    if (example === undefined) return [];
    const { cause } = example;
    const said =
      key === null ? voice.say('incident.cause_unknown') : causeLine(voice, cause, codeOf(example), MOST_TOLD);
    const short = key === null ? said : shortCause(voice, cause, codeOf(example));
    return [{ key, count: of.length, said, short }];
  });
  return counted.toSorted(
    (one, other) => Number(one.key === null) - Number(other.key === null) || other.count - one.count,
  );
}

function causeLines(voice: Voice, rows: readonly Row[]): readonly string[] {
  const causes = causesOf(voice, rows);
  const [only, ...others] = causes;
  if (only === undefined) return [];
  if (others.length === 0)
    return [only.key === null ? only.said : voice.say('incident.same_cause', { cause: only.said })];
  const shown = causes.slice(0, MOST_CAUSES).map(({ count, short }) => `*${count}:* ${short}`);
  const more = causes.length - shown.length;
  return [...shown, ...(more > 0 ? [voice.say('names.more', { count: more })] : [])];
}

function otherParts(voice: Voice, rows: readonly Row[]): readonly Part[] {
  const [first] = rows;
  if (first === undefined) return [];
  const spoken = eventState(voice, first);
  const isSame = rows.every((row) => eventState(voice, row).state === spoken.state);
  const headline = isSame
    ? `${spoken.emoji} ${voice.say('incident.other', { count: rows.length, state: spoken.state })}`
    : `⚪ ${voice.say('incident.mixed', { count: rows.length })}`;
  return [headlinePart(headline), tablePart(voice, rows, MOST_ROWS)];
}

/** What happened to a job, in a word or two. */
function eventState(voice: Voice, { job, event }: Row): { readonly emoji: string; readonly state: string } {
  switch (event.kind) {
    case 'ended':
      return { emoji: '⏹️', state: voice.say('state.ended') };
    case 'gone':
      return { emoji: '⚫', state: voice.say('state.gone') };
    case 'flapping':
      return { emoji: '🟠', state: voice.say('standing.flapping') };
    default:
      return statusName(voice, event.report?.status ?? null, job.jobType);
  }
}

/** The worst first; of those that are failed the rarest cause where they differ, otherwise what was furthest behind. */
function tablePart(voice: Voice, rows: readonly Row[], most: number): Part {
  const causes = causesOf(voice, rows.filter(isStillFailed));
  const isByCause = causes.length > 1;
  const rank = (row: Row) => causes.find(({ key }) => key === row.key)?.count ?? 0;
  const byCause = (one: Row, other: Row) => (isByCause ? rank(one) - rank(other) : 0);
  const sorted = worstFirst(
    rows.toSorted(
      (one, other) => byCause(one, other) || (other.event.lastLag?.ms ?? -1) - (one.event.lastLag?.ms ?? -1),
    ),
    standingOfRow,
  );
  const shown = sorted.slice(0, sorted.length <= most + 1 ? most + 1 : most);
  const more = sorted.length - shown.length;
  const head = [
    voice.say('incident.job'),
    voice.say(isByCause ? 'incident.cause' : 'incident.now'),
    voice.say('incident.last_lag'),
  ];
  return {
    kind: 'table',
    rows: [
      head,
      ...shown.map((row) => rowCells(voice, row, isByCause)),
      ...(more > 0 ? [[voice.say('names.more', { count: more }), '', '']] : []),
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
  return current === null ? 'in_sync' : standingOf(current.state);
}

function rowCells(voice: Voice, row: Row, isByCause: boolean): readonly string[] {
  const { event, job } = row;
  const lag = event.lastLag === null ? '–' : plain(voice.duration(event.lastLag.ms));
  const state = isByCause && row.closed === null ? cellCause(voice, row) : stateNow(voice, row);
  return [jobName(job), state, lag];
}

function cellCause(voice: Voice, row: Row): string {
  const said = row.cause?.text ?? codeOf(row) ?? voice.say('incident.cause_short_unknown');
  return `🔴 ${said.length > MOST_CAUSE ? `${said.slice(0, MOST_CAUSE - 1)}…` : said}`;
}

/** How the job is now; what closed its failure, where nobody has looked since. */
function stateNow(voice: Voice, row: Row): string {
  const { current, closed, event, job } = row;
  if (closed !== null && closed.how !== 'recovered') return voice.say(`incident.row_${closed.how}`);
  if (event.kind === 'ended' || event.kind === 'gone' || event.kind === 'flapping') {
    const happened = eventState(voice, row);
    return `${happened.emoji} ${happened.state}`;
  }
  const report = current?.state.report ?? (closed === null ? event.report : null);
  if (report === null) return voice.say(closed === null ? 'now.unknown' : 'incident.row_recovered');
  if (statusGroup(report.status) === 'failed') return `🔴 ${voice.say('incident.row_failed')}`;
  const emoji =
    current === null
      ? statusWords(voice, report, job.jobType, event.lagNote).emoji
      : STANDING_EMOJI[standingOf(current.state)];
  return `${emoji} ${plain(statusName(voice, report.status, job.jobType).state)}`;
}

function isFailure(event: JobEvent): boolean {
  return event.kind === 'status_changed' && statusGroup(event.to) === 'failed';
}

function codeOf({ event }: Row): string | null {
  return event.report?.errorCode ?? null;
}

/** The last event of each job; of an incident of failures those: what else is told of a job by the way, such as a recovery, is not what befell it here. */
function toRows({ facts, jobs }: Incident): readonly Row[] {
  const failures = facts.filter(({ event }) => isFailure(event));
  const latest = new Map((failures.length === 0 ? facts : failures).map((one) => [one.job.jobId, one]));
  return [...latest.values()].map(({ job, event, aftermath }) => ({
    job,
    event,
    cause: aftermath.cause,
    key: causeKey(aftermath.cause, event.report?.errorCode ?? null),
    closed: aftermath.closed,
    current: jobs.find(({ jobId }) => jobId === job.jobId) ?? null,
  }));
}

/** A table's cell is text as it is: nothing is escaped there. */
function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function headlinePart(headline: string): Part {
  return { kind: 'lines', lines: [headline] };
}

function linesPart(lines: readonly string[]): Part {
  return { kind: 'lines', lines };
}
