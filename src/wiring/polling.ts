import type { Log } from '../ports/log.ts';
import type { Heartbeat } from '../runtime/heartbeat.ts';
import { createCron } from '../runtime/cron.ts';
import { InFlight } from '../runtime/in-flight.ts';
import { isGoodTick } from '../use-cases/polling/poll-due-jobs.ts';
import type { PollReport } from '../use-cases/polling/poll-due-jobs.ts';
import { tick as runTick } from '../use-cases/polling/tick.ts';
import { plainTextsIn } from '../words/plain-texts.ts';
import type { Parts } from './parts.ts';
import type { Resources } from './resources.ts';

/** The poller: ticks by the schedule, and by hand. Passes never overlap; one by hand waits for the one under way. */
export interface Polling {
  tick(): Promise<PollReport>;
  start(): void;
  /** No new pass begins. */
  quiesce(): Promise<void>;
  /** The pass in progress ends early and is waited for. */
  end(): Promise<void>;
}

/** Makes the poller; nothing is asked before it is started. */
export function createPolling(parts: Parts, { config, timetable }: Resources, heartbeat: Heartbeat): Polling {
  const { log, vitals, clock } = parts;
  const passes = new InFlight();
  const stopping = new AbortController();
  const beating = { ...parts, drs: vitals.beating(parts.drs) };
  const pass = vitals.timed('poller', () => runTick(beating, stopping.signal));
  let last: Promise<unknown> = Promise.resolve();
  const tick = async () => {
    const report = await pass();
    logPass(report, log);
    if (isGoodTick(report)) heartbeat.beat();
    return report;
  };
  const tickInTurn = () => {
    const turn = last.then(tick, tick);
    last = turn;
    return turn;
  };
  const cron = createCron({ pattern: config.pollSchedule, timetable, clock, log }, () =>
    passes.run(async () => void (await tickInTurn())),
  );
  return {
    tick: tickInTurn,
    start: () => cron.start(),
    quiesce: () => cron.stop(),
    async end() {
      stopping.abort();
      heartbeat.stop();
      await passes.drained();
      await parts.jobList.idle();
    },
  };
}

function logPass(report: PollReport, log: Log): void {
  const { due, batches, committed, events, deliveries, stoppedBy } = report;
  const facts = { due, batches, committed, events, deliveries };
  if (stoppedBy !== null) log.warn(facts, `this pass ended early: ${plainTextsIn('en').explain(stoppedBy)}`);
  else if (events > 0) log.info(facts, 'something changed');
  else log.debug(facts, 'nothing changed');
}
