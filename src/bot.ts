import { secretsOf } from './config/config.ts';
import type { Config } from './config/config.ts';
import { endsWithin } from './domain/base/ends-within.ts';
import { holdFailure } from './domain/base/hold-failure.ts';
import { SECOND } from './domain/base/time.ts';
import { createNetwork } from './network/network.ts';
import { createOperations } from './operator/operations.ts';
import { StartError } from './ports/operator-error.ts';
import { systemClock } from './runtime/clock.ts';
import { createTimetable } from './runtime/cron.ts';
import { InFlight } from './runtime/in-flight.ts';
import { createLogger } from './runtime/logger.ts';
import { openOpsPort } from './runtime/ops-server.ts';
import { OpenResources } from './runtime/open-resources.ts';
import { machineZone } from './runtime/zone.ts';
import type { PollReport } from './use-cases/polling/poll-due-jobs.ts';
import { openOpsChannel } from './use-cases/telling/open-ops-channel.ts';
import { MAX_STILL_MS } from './use-cases/upkeep/vitals.ts';
import { tellPlace } from './use-cases/upkeep/watch-operations.ts';
import { lookAtDrs, signInToDrs } from './wiring/drs.ts';
import { DEFAULT_DURATIONS } from './wiring/durations.ts';
import { createLoops } from './wiring/loops.ts';
import type { Loops } from './wiring/loops.ts';
import { createParts } from './wiring/parts.ts';
import { createPolling } from './wiring/polling.ts';
import type { Overrides, Resources } from './wiring/resources.ts';
import { createSlackSide, createWayIn, rereadTokens, signInToSlack } from './wiring/slack.ts';
import { CALLED_OFF } from './wiring/start-patience.ts';
import { introduce, logPromises, openBotStore } from './wiring/store.ts';

/** A stop waits this long, in ms, for commands and clicks being answered. */
const ANSWERS_GRACE_MS = 3 * SECOND;

/** A running bot. */
export interface Bot {
  /** The port of the HTTP mode; null in Socket Mode. */
  readonly port: number | null;
  /** The port for whoever runs the bot; null when there is none. */
  readonly opsPort: number | null;
  /** One pass over everything that is due, now. */
  tick(): Promise<PollReport>;
  /** Takes no more work, lets what is running end, and closes the database; within 10 s. */
  stop(): Promise<void>;
}

/**
 * Starts everything, in order. Where a fault may pass that takes up to 5 min, and where credentials are refused an hour.
 *
 * @param startSignal aborting it ends the start where it waits
 * @throws OperatorError with one sentence; nothing is left running
 */
export async function startBot(
  config: Config,
  overrides: Overrides = {},
  startSignal: AbortSignal = new AbortController().signal,
): Promise<Bot> {
  const log = overrides.log ?? createLogger(config.logLevel, () => secretsOf(config));
  for (const warning of config.warnings) log.warn({}, warning);
  const clock = overrides.clock ?? systemClock;
  const durations = { ...DEFAULT_DURATIONS, ...overrides.durations };
  const timetable = createTimetable(config.pollSchedule, config.pollTimezone ?? machineZone, clock.now());
  const decorate = overrides.decorate ?? {};
  const open = new OpenResources();
  try {
    const opsPort = await openOpsPort(config.ops, log);
    open.add(() => opsPort.close());
    const store = await openBotStore({ config, clock, durations, log, decorate }, overrides.onStatement);
    open.add(() => store.close());
    const network = createNetwork(config.network);
    // Whatever a start waits for comes over the network, so this ends the waiting.
    const endWaiting = () => void network.destroy();
    startSignal.addEventListener('abort', endWaiting, { once: true });
    open.add(() => network.destroy());
    const running = await run(
      { config, log, clock, durations, timetable, opsPort, store, network, startSignal, decorate },
      open,
    );
    startSignal.removeEventListener('abort', endWaiting);
    const stop = async () => {
      log.info({}, 'stopping');
      await open.close();
      log.info({}, 'stopped');
    };
    let stopped: Promise<void> | null = null;
    return { ...running, stop: () => (stopped ??= holdFailure(stop())) };
  } catch (error) {
    await open.close().catch((other: unknown) => {
      log.error({ err: other }, 'what a failed start had opened could not be closed');
    });
    if (startSignal.aborted) throw new StartError(CALLED_OFF, { cause: error });
    throw error;
  }
}

/** Opens what takes part in the work, adds to `open` how it is closed, and sets it to work. */
async function run(resources: Resources, open: OpenResources): Promise<Omit<Bot, 'stop'>> {
  const { config, opsPort, startSignal } = resources;
  opsPort.startsWith('The bot is starting: it signs in to Slack.');
  const slack = await signInToSlack(resources);
  opsPort.startsWith('The bot is starting: it signs in to DRS.');
  if (startSignal.aborted) throw new StartError(CALLED_OFF);
  const drs = await signInToDrs(resources);
  const { workspaceId, workspaceName, scopes } = slack.identity;
  const whose = { auth: drs.auth, scopes, workspaceId, connectionId: drs.projectId };
  const place = await introduce(resources, slack.identity, drs.projectId);

  const operations = await createOperations({ ...resources, whose });
  let loops: Loops | null = null;
  const parts = createParts(resources, operations, whose, () => loops?.wake());
  const side = createSlackSide(resources, operations.metrics, slack, drs);
  const polling = createPolling(parts, resources, operations.heartbeat);
  const answers = new InFlight();
  const wayIn = createWayIn(resources, parts, side, (work) => answers.run(work));
  const work = createLoops({ ...parts, access: side.access }, side.posting, config.keep, () =>
    rereadTokens(resources, slack.identity, parts.wakeLoops),
  );
  loops = work;
  await openOpsChannel({ ...parts, channels: side.channels });
  await tellPlace(parts, place);
  // Before the way in opens, so that a start that waits for Slack can be watched.
  const patience = { intervalMs: parts.polling.intervalMs, stillMs: MAX_STILL_MS };
  opsPort.show(operations.pages({ listener: () => wayIn.state(), patience }));

  // Before the database is closed, which its pages read.
  open.add(() => opsPort.close());
  // Work that has not begun ends at once, so this can stand here, before the way in: a stop closes that first.
  open.add(() => work.end(polling));
  open.add(() => endsWithin(ANSWERS_GRACE_MS, answers.drained(), systemClock));
  open.add(() => polling.quiesce());
  open.add(() => wayIn.close());
  const port = await wayIn.open();
  work.start();
  polling.start();
  void holdFailure(lookAtDrs(resources, drs.access));
  await logPromises(parts);
  const ports = { port, opsPort: opsPort.port };
  logStart(resources, { workspace: workspaceName, mode: config.slack.receiver.mode, ...ports });
  return { ...ports, tick: () => polling.tick() };
}

function logStart({ config, timetable, log }: Resources, facts: object): void {
  const schedule = { schedule: config.pollSchedule, timezone: timetable.zone ?? 'none: elapsed time' };
  log.info({ ...facts, command: config.slack.command, ...schedule }, 'the bot is running');
}
