import { SECOND } from '../domain/base/time.ts';
import { ASK_TIMES } from '../use-cases/polling/ask-and-commit.ts';
import type { AskTimes } from '../use-cases/polling/ask-and-commit.ts';
import { CAUSE_TIMES } from '../use-cases/polling/find-causes.ts';
import type { CauseTimes } from '../use-cases/polling/find-causes.ts';
import { EVENT_READ_TIMES } from '../use-cases/polling/read-about-events.ts';
import type { EventReadTimes } from '../use-cases/polling/read-about-events.ts';
import { READ_TIMES } from '../use-cases/polling/read-jobs.ts';
import type { ReadTimes } from '../use-cases/polling/read-jobs.ts';
import { TICK_TIMES } from '../use-cases/polling/tick.ts';
import type { TickTimes } from '../use-cases/polling/tick.ts';
import { RESOLVE_TIMES } from '../use-cases/naming/resolve-jobs.ts';
import type { ResolveTimes } from '../use-cases/naming/resolve-jobs.ts';
import { JOB_LIST_TIMES } from '../use-cases/showing/refresh-job-list.ts';
import type { JobListTimes } from '../use-cases/showing/refresh-job-list.ts';
import { TELL_TIMES } from '../use-cases/telling/dispatch-deliveries.ts';
import type { TellTimes } from '../use-cases/telling/dispatch-deliveries.ts';
import { PAUSE_TIMES } from '../use-cases/telling/tell-pauses.ts';
import type { PauseTimes } from '../use-cases/telling/tell-pauses.ts';
import { PRUNE_TIMES } from '../use-cases/upkeep/prune.ts';
import type { PruneTimes } from '../use-cases/upkeep/prune.ts';
import { WATCH_TIMES } from '../use-cases/upkeep/watch-operations.ts';
import type { WatchTimes } from '../use-cases/upkeep/watch-operations.ts';
import { START_TIMES } from './start-patience.ts';
import type { StartTimes } from './start-patience.ts';

/** Every duration that a test or the demo may make shorter; each is explained where it is used. */
export type Durations = AskTimes &
  CauseTimes &
  EventReadTimes &
  ReadTimes &
  TickTimes &
  ResolveTimes &
  JobListTimes &
  TellTimes &
  PauseTimes &
  PruneTimes &
  WatchTimes &
  StartTimes & {
    /** How long DRS may take to answer one request, to its last byte. */
    readonly drsTimeoutMs: number;
  };

/** The durations of each use case, together. */
export const DEFAULT_DURATIONS: Durations = {
  ...ASK_TIMES,
  ...CAUSE_TIMES,
  ...EVENT_READ_TIMES,
  ...READ_TIMES,
  ...TICK_TIMES,
  ...RESOLVE_TIMES,
  ...JOB_LIST_TIMES,
  ...TELL_TIMES,
  ...PAUSE_TIMES,
  ...PRUNE_TIMES,
  ...WATCH_TIMES,
  ...START_TIMES,
  drsTimeoutMs: 15 * SECOND,
};
