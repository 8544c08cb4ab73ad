import type { EpochMs } from '../base/time.ts';
import type { JobState } from './job-state.ts';

/**
 * The state with no moment later than `now`: where there is one, the clock has been set back since, and a wait that began
 * then would last until the old time returns.
 */
export function withoutFuture(state: JobState, now: EpochMs): JobState {
  const atMost = <T extends EpochMs | null>(moment: T) => (moment !== null && moment > now ? now : moment);
  const from = <T extends { readonly since: EpochMs } | null>(one: T) =>
    one !== null && one.since > now ? { ...one, since: now } : one;
  const seen = <T extends { readonly at: EpochMs } | null>(one: T) =>
    one !== null && one.at > now ? { ...one, at: now } : one;
  return {
    ...state,
    checkedAt: atMost(state.checkedAt),
    statusSince: atMost(state.statusSince),
    lastLag: seen(state.lastLag),
    lastStanding: seen(state.lastStanding),
    failure: from(state.failure),
    recovering: from(state.recovering),
    missing: state.missing === null ? null : { ...from(state.missing), lastAt: Math.min(state.missing.lastAt, now) },
    unknown: from(state.unknown),
    alone: state.alone === null ? null : { ...from(state.alone), toldAt: atMost(state.alone.toldAt) },
    rounds: state.rounds.map(({ failedAt, workedAt }) => ({ failedAt: atMost(failedAt), workedAt: atMost(workedAt) })),
    flapping:
      state.flapping === null ? null : { ...from(state.flapping), quietSince: atMost(state.flapping.quietSince) },
    firstSeen: seen(state.firstSeen),
    readings: state.readings.filter(({ at }) => at <= now),
    unsettledAt: atMost(state.unsettledAt),
    awaySince: atMost(state.awaySince),
    inSyncAt: atMost(state.inSyncAt),
    unseenUntil: atMost(state.unseenUntil),
    brokenAt: atMost(state.brokenAt),
    ending: seen(state.ending),
  };
}
