import { HOUR, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { isWorking } from './job-status.ts';
import type { StatusGroup } from './job-status.ts';

/** A job failed, and worked again later: by its status, whatever was told of it. */
export interface Round {
  readonly failedAt: EpochMs;
  /** Null while it has not worked since. */
  readonly workedAt: EpochMs | null;
}

/** A job that fails and works in turns, told as that. */
export interface Flapping {
  /** The first of the failures. */
  readonly since: EpochMs;
  readonly failures: number;
  /** Between two failures, from beginning to beginning, in ms. */
  readonly longestGapMs: number;
  /** The longest failure that is over, in ms. */
  readonly longestFailureMs: number;
  /** When it failed or worked again last, or was out of sight: it is quiet since then. */
  readonly quietSince: EpochMs;
}

/** So many rounds within so long are flapping, in ms. */
const FLAPPING = [
  { rounds: 3, withinMs: 30 * MINUTE },
  { rounds: 4, withinMs: 6 * HOUR },
] as const;
/** Rounds that are remembered: as many as it takes to call a job flapping. */
const MAX_ROUNDS = 4;
/** It has settled once it was quiet for this many times the longest gap, */
const QUIET_GAPS = 2;
/** and at least for so long, in ms. */
const MIN_QUIET_MS = 30 * MINUTE;
/** A failure is more than another round when it lasts longer than this many times the longest before, */
const LONG_FAILURES = 2;
/** and at least so long, in ms. */
const MIN_LONG_FAILURE_MS = 10 * MINUTE;

/** The last rounds with what one more report says. */
export function nextRounds(rounds: readonly Round[], group: StatusGroup, now: EpochMs): readonly Round[] {
  const last = rounds.at(-1);
  const isFailing = last?.workedAt === null;
  if (group === 'failed' && !isFailing) return [...rounds, { failedAt: now, workedAt: null }].slice(-MAX_ROUNDS);
  if (isWorking(group) && last !== undefined && isFailing) return [...rounds.slice(0, -1), { ...last, workedAt: now }];
  return rounds;
}

/** What is told once a job has failed often enough; null while it has not. To be asked when a round has just begun. */
export function findFlapping(rounds: readonly Round[], now: EpochMs): Flapping | null {
  const enough = FLAPPING.find(({ rounds: count, withinMs }) => {
    const first = rounds.at(-count);
    return first !== undefined && now - first.failedAt <= withinMs;
  });
  if (enough === undefined) return null;
  const counted = rounds.slice(-enough.rounds);
  const [first] = counted;
  return {
    since: first?.failedAt ?? now,
    failures: counted.length,
    longestGapMs: Math.max(
      0,
      ...counted.slice(1).map(({ failedAt }, index) => failedAt - (counted[index]?.failedAt ?? now)),
    ),
    longestFailureMs: Math.max(0, ...counted.map(lengthMs)),
    quietSince: now,
  };
}

function lengthMs({ failedAt, workedAt }: Round): number {
  return workedAt === null ? 0 : workedAt - failedAt;
}

/**
 * The same with one more report.
 *
 * @param before the rounds until that report
 * @param rounds and with it
 * @param wasSeen nothing was missed since the report before
 */
export function goOnFlapping(
  flapping: Flapping,
  {
    before,
    rounds,
    wasSeen,
  }: { readonly before: readonly Round[]; readonly rounds: readonly Round[]; readonly wasSeen: boolean },
  now: EpochMs,
): Flapping {
  const last = rounds.at(-1);
  if (rounds === before || last === undefined) return wasSeen ? flapping : { ...flapping, quietSince: now };
  const longestFailureMs = Math.max(flapping.longestFailureMs, lengthMs(last));
  if (last.workedAt !== null) return { ...flapping, longestFailureMs, quietSince: now };
  const gapMs = last.failedAt - (before.at(-1)?.failedAt ?? last.failedAt);
  return {
    ...flapping,
    failures: flapping.failures + 1,
    longestGapMs: Math.max(flapping.longestGapMs, gapMs),
    quietSince: now,
  };
}

/** How long a flapping job must be quiet before it has settled, in ms. */
export function quietMs({ longestGapMs }: Pick<Flapping, 'longestGapMs'>): number {
  return Math.max(QUIET_GAPS * longestGapMs, MIN_QUIET_MS);
}

/** Quiet for long enough that the next round would be news. */
export function hasSettled(flapping: Flapping, now: EpochMs): boolean {
  return now - flapping.quietSince >= quietMs(flapping);
}

/** The failure that goes on is longer than any of those that ended by themselves. */
export function isLongFailure({ longestFailureMs }: Flapping, { failedAt, workedAt }: Round, now: EpochMs): boolean {
  return workedAt === null && now - failedAt > Math.max(LONG_FAILURES * longestFailureMs, MIN_LONG_FAILURE_MS);
}
