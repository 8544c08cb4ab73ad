import { Cron as Croner } from 'croner';
import cron from 'node-cron';

import { isClockSet, isDue, planAnew, planRun } from '../domain/poll/planned-run.ts';
import type { Moment } from '../domain/poll/planned-run.ts';
import type { Timetable } from '../domain/poll/timetable.ts';
import { SECOND } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { Loop } from './loop.ts';

/** So many planned runs are looked at to find out how often a schedule comes. */
const RUNS_LOOKED_AT = 60;
/** So many gaps between two runs are remembered: those of now, of the last sign of life and of the last answer. */
const GAPS_KEPT = 4;
/** node-cron may be this late, in ms, before a planned run is taken for missed. */
const GRACE_MS = 500;
/** At least this often, in ms, somebody looks whether a run was missed or the clock was set. */
const LOOK_MS = SECOND;

/** Whether a pattern is understood by what fires and by what plans, and comes again. */
export function isSchedule(pattern: string): boolean {
  try {
    return cron.validate(pattern) && toPlanner(pattern, 'UTC').nextRun(new Date(0)) !== null;
  } catch {
    return false;
  }
}

/**
 * The planned runs of a pattern. One whose hours and days are all of them is elapsed time, and the same in every zone: a
 * minute stays a minute in a night in which clocks are changed.
 *
 * @param pattern one that `isSchedule` accepts
 * @param zone whose wall clock any other pattern follows
 * @param from its usual interval is found out from the runs after this moment
 */
export function createTimetable(pattern: string, zone: string, from: EpochMs): Timetable {
  const isElapsed = isEveryHour(pattern);
  const planner = toPlanner(pattern, isElapsed ? 'UTC' : zone);
  const nextAfter = rememberingGaps((at) => {
    const next = planner.nextRun(new Date(at));
    if (next === null) throw new RangeError(`the schedule ${pattern} has no run after ${new Date(at).toISOString()}`);
    return next.getTime();
  });
  return { zone: isElapsed ? null : zone, intervalMs: usualInterval(nextAfter, from), nextAfter };
}

/**
 * Between a moment and the run after it no other run is planned: for every moment there the answer is known. Working it
 * out takes longer than everything else that is read of the bot's vital signs, which several ask for at every tick.
 */
function rememberingGaps(nextAfter: (at: EpochMs) => EpochMs): (at: EpochMs) => EpochMs {
  let known: readonly { readonly from: EpochMs; readonly next: EpochMs }[] = [];
  return (at) => {
    const gap = known.find(({ from, next }) => from <= at && at < next);
    if (gap !== undefined) return gap.next;
    const next = nextAfter(at);
    known = [{ from: at, next }, ...known].slice(0, GAPS_KEPT);
    return next;
  };
}

/** Read by node-cron and written out in plain numbers, so that both understand the same. */
function toPlanner(pattern: string, zone: string): Croner {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = cron.parse(pattern);
  const numbers = [second, minute, hour, dayOfMonth, month, dayOfWeek].map((values) => values.join(',')).join(' ');
  return new Croner(numbers, { timezone: zone, paused: true, domAndDow: true });
}

function isEveryHour(pattern: string): boolean {
  const { hour, dayOfMonth, month, dayOfWeek } = cron.parse(pattern);
  return hour.length === 24 && dayOfMonth.length === 31 && month.length === 12 && dayOfWeek.length === 7;
}

/** The gap between two runs that is met most often; the shorter of two that are. */
function usualInterval(nextAfter: (at: EpochMs) => EpochMs, from: EpochMs): number {
  const met = new Map<number, number>();
  let last = nextAfter(from);
  for (let run = 1; run < RUNS_LOOKED_AT; run++) {
    const next = nextAfter(last);
    const times = (met.get(next - last) ?? 0) + 1;
    // No other gap can be met more often by the end.
    if (times > RUNS_LOOKED_AT / 2) return next - last;
    met.set(next - last, times);
    last = next;
  }
  const [first] = [...met].toSorted(([gap, times], [other, otherTimes]) => otherTimes - times || gap - other);
  return first === undefined ? nextAfter(last) - last : first[0];
}

/** Fires at the planned runs of a schedule, never while the last run is still going. */
export interface Cron {
  start(): void;
  stop(): Promise<void>;
}

/** What a schedule is carried out with. */
interface CronOptions {
  readonly pattern: string;
  readonly timetable: Timetable;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * node-cron fires; what it fires is carried out if a run is planned then. Beside it somebody looks on the monotonic clock
 * whether it has missed one, carries that out, and lets node-cron begin anew, as after the clock was set.
 *
 * @param run one tick; what it throws is logged
 */
export function createCron({ pattern, timetable, clock, log }: CronOptions, run: () => Promise<void>): Cron {
  const moment = (): Moment => ({ now: clock.now(), monotonic: clock.monotonic() });
  let plan = planRun(timetable, moment());
  let isRunning = false;

  async function carryOut(): Promise<void> {
    plan = planRun(timetable, moment());
    if (isRunning) return log.debug({}, 'a tick was left out: the last pass is still running');
    isRunning = true;
    try {
      await run();
    } catch (error) {
      log.error({ err: error }, 'a tick failed');
    } finally {
      isRunning = false;
    }
  }

  const ignore = () => undefined;
  const quiet = { info: ignore, debug: ignore, warn: ignore, error: ignore };
  const options = { timezone: timetable.zone ?? 'UTC', logger: quiet };
  const fire = () => (isDue(plan, moment()) ? carryOut() : Promise.resolve());
  const task = cron.createTask(pattern, fire, options);
  const fireAnew = () => {
    void task.stop();
    void task.start();
  };

  function look(): Promise<number> {
    const seen = moment();
    if (isDue(plan, seen, GRACE_MS)) {
      log.debug({}, 'a planned run was missed and is made up for');
      void carryOut();
      fireAnew();
    } else if (isClockSet(plan, seen)) {
      plan = planAnew(timetable, plan, seen);
      fireAnew();
    }
    return Promise.resolve(Math.max(1, Math.min(LOOK_MS, plan.dueAt + GRACE_MS - seen.monotonic)));
  }

  const watchdog = new Loop('watchdog', look, clock, log);
  return {
    start() {
      plan = planRun(timetable, moment());
      void task.start();
      watchdog.start();
    },
    async stop() {
      await task.destroy();
      await watchdog.stop();
    },
  };
}
