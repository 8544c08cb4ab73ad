import type { JobEvent } from '../job/job-event.ts';
import type { JobId } from '../job/job-id.ts';
import type { Job } from '../job/job.ts';
import type { JobState } from '../job/job-state.ts';
import { statusGroup } from '../job/job-status.ts';
import { DAY, HOUR, isWithin, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { eventFacts } from './event-facts.ts';

/** "No such job" is believed when DRS has said it for this long, in ms, and its list of jobs lacks the job as well … */
export const GONE_AFTER_MS = 5 * MINUTE;
/** … or, where the list cannot tell, for this long, */
export const GONE_WITHOUT_LIST_AFTER_MS = DAY;
/** in at least so many answers. */
const MIN_ANSWERS = 3;
/** A reading of the list that is older than this is not fresh, in ms. */
const MAX_LIST_AGE_MS = 2 * HOUR;
/** With fewer watched jobs than this nobody can tell a missing job from a connection that sees nothing: its list, */
const MIN_LISTED = 2;
/** or what most of its jobs answer. */
const MIN_WATCHED = 3;
/** The list is read again for missing jobs after an eighth of the time they have been missing, within these bounds, in ms. */
const MIN_LIST_PAUSE_MS = MINUTE;
const MAX_LIST_PAUSE_MS = HOUR;
/** For jobs that are only looked for in the list any more, it is read this often. */
const AWAITED_LIST_PAUSE_MS = 6 * HOUR;

/** A job that is gone is asked about this often, in ms, */
const GONE_POLL_MS = HOUR;
/** for this long, in ms; after that, the list is what shows that it is back. */
export const GONE_ASKED_FOR_MS = 7 * DAY;
/** A subscription that ended because its job was gone comes back within this time. */
export const GONE_AWAITED_FOR_MS = 90 * DAY;

/** A watched job that DRS has no report of. */
export interface Suspect {
  readonly jobId: JobId;
  /** DRS's "no such job", while that is its last word. */
  readonly missing: JobState['missing'];
  /** Since when there is no report. */
  readonly unknownSince: EpochMs | null;
  /** Looks in a row that gave none. */
  readonly unknownPolls: number;
  /** When the last reading of DRS's list that had the job began; null: none had it. */
  readonly listedAt: EpochMs | null;
  /** When the last reading to the end of the list the job belongs in began; null: never read. */
  readonly listReadAt: EpochMs | null;
  /** What that list says of the job; null: it lacks it. */
  readonly listedStatus: string | null;
  /** That list has another job that is watched and answers. */
  readonly listHasOthers: boolean;
}

/** What is known of all watched jobs of a connection, as far as it says whether some are gone. */
export interface ConnectionAbsence {
  /** Jobs that some channel watches, */
  readonly watched: number;
  /** and those of them whose last look gave a report. */
  readonly answering: number;
  readonly suspects: readonly Suspect[];
  /** When somebody last began to read the list, whatever came of it; null: never. */
  readonly listTriedAt: EpochMs | null;
  /** Some channel awaits the return of a job that is no longer asked about. */
  readonly isListAwaited: boolean;
}

/** What is to be thought of a suspect. `deleted`: DRS says so itself; `gone`: it does not know the job any more. */
export type AbsenceVerdict = 'unknown' | 'gone' | 'deleted';

/**
 * Judges one suspect by everything the connection shows. A refusal of requests looks the same for every job, so while most
 * watched jobs do not answer, only a list that was read and lacks the job makes it gone, and that after a day.
 *
 * @param isDeletedInDetail batch detail says now that the job was deleted
 */
export function judgeAbsence(
  suspect: Suspect,
  connection: ConnectionAbsence,
  now: EpochMs,
  isDeletedInDetail = false,
): AbsenceVerdict {
  const { missing, listedAt } = suspect;
  if (isListedAsDeleted(suspect)) return 'deleted';
  if (missing === null || missing.ticks < MIN_ANSWERS) return 'unknown';
  const missingMs = missing.lastAt - missing.since;
  if (missingMs < GONE_AFTER_MS) return 'unknown';
  if (isDeletedInDetail) return 'deleted';
  const isBlind = isBlindTo(connection);
  const { watched } = connection;
  if (watched >= MIN_LISTED && !isBlind && lacksOnlyThis(suspect, missing.since)) return 'gone';
  // A list that still had the job says more than the answers before it.
  const unseenMs = missing.lastAt - Math.max(missing.since, listedAt ?? missing.since);
  if (unseenMs < GONE_WITHOUT_LIST_AFTER_MS) return 'unknown';
  return !isBlind || isLackedNow(suspect, missing.since, now) ? 'gone' : 'unknown';
}

/** Most watched jobs give no report: that is about the connection. One or two jobs are too few to say so. */
export function isBlindTo({ watched, answering }: Pick<ConnectionAbsence, 'watched' | 'answering'>): boolean {
  return watched >= MIN_WATCHED && answering * 2 < watched;
}

/** Read to its end after DRS had stopped to report the job, in several answers. */
function isListedAsDeleted({ listedStatus, listReadAt, unknownSince, unknownPolls }: Suspect): boolean {
  if (listedStatus === null || statusGroup(listedStatus) !== 'gone' || unknownPolls < MIN_ANSWERS) return false;
  return unknownSince !== null && listReadAt !== null && listReadAt >= unknownSince;
}

/** The list was read after the job went missing: it had the job before, lacks it now, and has others still. */
function lacksOnlyThis(suspect: Suspect, missingSince: EpochMs): boolean {
  return isLackedAfter(suspect, missingSince) && suspect.listedAt !== null && suspect.listHasOthers;
}

function isLackedNow(suspect: Suspect, missingSince: EpochMs, now: EpochMs): boolean {
  return isLackedAfter(suspect, missingSince) && isWithin(now, suspect.listReadAt ?? 0, MAX_LIST_AGE_MS);
}

/** A list that was read to its end lacks the job, and it is the last one: a later one that ended early says nothing. */
function isLackedAfter({ listedStatus, listReadAt, listedAt }: Suspect, missingSince: EpochMs): boolean {
  return listedStatus === null && listReadAt !== null && listReadAt > Math.max(missingSince, listedAt ?? 0);
}

/** Suspects missing for so long that more must be found out about them. */
export function longMissing({ suspects }: ConnectionAbsence, now: EpochMs): readonly Suspect[] {
  return suspects.filter(({ missing }) => missing !== null && now - missing.since >= GONE_AFTER_MS);
}

/**
 * Whether the list of jobs is to be read now: some job has been missing for long enough and the last try is a while ago,
 * or a job that is no longer asked about may be in it again.
 */
export function wantsList(connection: ConnectionAbsence, now: EpochMs): boolean {
  const { listTriedAt, isListAwaited } = connection;
  const isDue = (pauseMs: number) => listTriedAt === null || !isWithin(now, listTriedAt, pauseMs);
  if (isListAwaited && isDue(AWAITED_LIST_PAUSE_MS)) return true;
  return longMissing(connection, now).some(
    ({ missing }) => missing !== null && isDue(listPauseMs(now - missing.since)),
  );
}

function listPauseMs(missingMs: number): number {
  return Math.min(Math.max(missingMs / 8, MIN_LIST_PAUSE_MS), MAX_LIST_PAUSE_MS);
}

/** The end of a job that was judged to be gone. */
export function endAsGone(
  job: Pick<Job, 'state' | 'times'>,
  verdict: Exclude<AbsenceVerdict, 'unknown'>,
  now: EpochMs,
): { readonly state: JobState; readonly events: readonly JobEvent[] } {
  const { state, times } = job;
  const event: JobEvent = {
    kind: 'gone',
    code: verdict === 'deleted' ? null : (state.missing?.code ?? null),
    ...eventFacts(state, state, { now, times }),
  };
  return { state: { ...state, failure: null, recovering: null, flapping: null, over: 'gone' }, events: [event] };
}

/** When to ask again about a job that is gone since `goneAt`; null when only the list can show it any more. */
export function nextPollOfGone(goneAt: EpochMs, now: EpochMs): EpochMs | null {
  return isWithin(now, goneAt, GONE_ASKED_FOR_MS) ? now + GONE_POLL_MS : null;
}
