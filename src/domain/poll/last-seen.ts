import { STANDINGS, standingOf } from '../job/standing.ts';
import type { Standing } from '../job/standing.ts';
import type { JobState } from '../job/job-state.ts';
import { statusGroup } from '../job/job-status.ts';
import type { EpochMs } from '../base/time.ts';

/** How some jobs stood when they were seen last. */
export interface LastSeen {
  /** When the last of them was. */
  readonly at: EpochMs;
  /** Worst first; none is 0. */
  readonly standings: readonly { readonly standing: Standing; readonly count: number }[];
  /** The largest lag of those that replicated, in ms; null when none had one. */
  readonly worstLagMs: number | null;
}

/** A watched job as it was looked at last, and the level above which nothing is green where it is watched, in ms. */
export interface WatchedState {
  readonly state: JobState;
  readonly alarmMs: number;
}

/** How jobs stood that nobody can see now; null when none of them was ever seen. */
export function lastSeen(watched: readonly WatchedState[]): LastSeen | null {
  const seen = watched.filter(({ state }) => state.checkedAt !== null);
  if (seen.length === 0) return null;
  const all = seen.map(({ state, alarmMs }) => standingOf({ ...state, unknown: null }, alarmMs));
  const lags = seen.flatMap(({ state: { report } }) =>
    report !== null && report.lagMs !== null && statusGroup(report.status) === 'replicating' ? [report.lagMs] : [],
  );
  return {
    at: Math.max(...seen.map(({ state }) => state.checkedAt ?? 0)),
    standings: STANDINGS.flatMap((standing) => {
      const count = all.filter((one) => one === standing).length;
      return count === 0 ? [] : [{ standing, count }];
    }),
    worstLagMs: lags.length === 0 ? null : Math.max(...lags),
  };
}
