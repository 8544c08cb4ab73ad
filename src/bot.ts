import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';

import { HTTPReceiver } from '@slack/bolt';
import type { App, SocketModeReceiver } from '@slack/bolt';

import type { Config, ReceiverConfig } from './config.ts';
import { SECOND } from './domain/time.ts';
import { createDrsClient } from './drs/drs-client.ts';
import { createDispatcher } from './drs/http.ts';
import { createIamToken } from './drs/iam-token.ts';
import { StartError } from './ports.ts';
import type { Clock, Log, Notifier } from './ports.ts';
import { systemClock } from './runtime/clock.ts';
import { createCron } from './runtime/cron.ts';
import { InFlight } from './runtime/in-flight.ts';
import { createLogger } from './runtime/logger.ts';
import { Loop } from './runtime/loop.ts';
import { createBoltApp, createReceiver } from './slack/bolt-app.ts';
import { createChannels } from './slack/channels.ts';
import { identify, socketRefused } from './slack/identify.ts';
import { createNotifier } from './slack/notifier.ts';
import { createSlackClient } from './slack/slack-client.ts';
import { openStore } from './store/open-store.ts';
import { DEFAULT_DURATIONS } from './use-cases/context.ts';
import type { Context, Durations } from './use-cases/context.ts';
import { dispatchNext } from './use-cases/dispatch-deliveries.ts';
import { pollDueJobs } from './use-cases/poll-due-jobs.ts';
import type { PollReport } from './use-cases/poll-due-jobs.ts';

/** Channels that are written to at the same time. */
const DISPATCHERS = 4;
/** The dispatchers look at the outbox at least this often, in ms, even when nobody wakes them. */
const LONGEST_NAP_MS = 5 * SECOND;
/** A stop waits this long, in ms, for commands and clicks being answered, */
const ANSWERS_GRACE_MS = 3 * SECOND;
/** and this long for a poll and posts in progress. What is still open then is safe: its lease expires. */
const WORK_GRACE_MS = 5 * SECOND;
/** Slack must greet a new socket within this, in ms. */
const SOCKET_TIMEOUT_MS = 30 * SECOND;

/** What tests and the demo may replace; production passes nothing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly durations?: Partial<Durations>;
  readonly log?: Log;
}

/** A running bot. */
export interface Bot {
  /** The port of the HTTP mode; null in Socket Mode. */
  readonly port: number | null;
  /** One pass over everything that is due, now. */
  tick(): Promise<PollReport>;
  /** Takes no more work, lets what is running end, and closes the database; within 10 s. */
  stop(): Promise<void>;
}

/**
 * Wires everything and starts it: the one place that sees all folders.
 *
 * @throws StartError with one sentence for the operator; nothing is left running
 */
export async function startBot(config: Config, overrides: Overrides = {}): Promise<Bot> {
  const log = overrides.log ?? createLogger(config.logLevel);
  const clock = overrides.clock ?? systemClock;
  const store = await openStore(config.databaseUrl, { clock: () => clock.now() });
  const opened: (() => Promise<void>)[] = [() => store.close()];
  try {
    const { apiUrl, botToken } = config.slack;
    const client = createSlackClient({ token: botToken.reveal(), apiUrl, log });
    const identity = await identify(client, apiUrl);
    const { projectId, endpoint } = config.drs;
    await store.openWorkspace({ id: identity.workspaceId, name: identity.workspaceName, at: clock.now() });
    await store.openConnection({ id: projectId, name: 'default', endpoint, projectId, at: clock.now() });

    const dispatcher = createDispatcher();
    opened.unshift(() => dispatcher.destroy());
    const loops: Loop[] = [];
    const cron = createCron(
      config.pollSchedule,
      () => poll(),
      () => log.debug({}, 'the last pass is still running'),
      log,
    );
    const durations = spaced({ ...DEFAULT_DURATIONS, ...overrides.durations }, cron.intervalMs);
    const context: Context = {
      store,
      drs: createDrs(config, dispatcher, clock, log),
      clock,
      newId: randomUUID,
      random: Math.random,
      log,
      durations,
      connectionId: projectId,
      polling: { batchSize: config.drs.batchSize, maxRps: config.drs.maxRps, intervalMs: cron.intervalMs },
      wakeDispatcher: () => loops.forEach((loop) => loop.wake()),
    };
    const stopping = new AbortController();
    const passes = new InFlight();
    const tick = async () => {
      const report = await pollDueJobs(context, stopping.signal);
      logPass(report, log);
      return report;
    };
    const poll = () => passes.run(async () => void (await tick()));

    const inFlight = new InFlight();
    const receiver = createReceiver(toSlackReceiver(config), log);
    const app = createBoltApp({
      receiver,
      client,
      botToken: botToken.reveal(),
      apiUrl,
      slack: {
        useCases: { ...context, channels: createChannels(client) },
        names: { command: config.slack.command, botName: identity.botName },
        workspaceId: identity.workspaceId,
      },
      identity,
      track: (work) => inFlight.run(work),
      newReference: randomUUID,
      log,
    });
    const notifier = createNotifier(client, log);
    for (let lane = 0; lane < DISPATCHERS; lane++) {
      loops.push(new Loop('dispatcher', () => dispatchTurn(context, notifier), clock, log));
    }
    const door = await openDoor(app, receiver, config);
    for (const loop of loops) loop.start();
    cron.start();
    log.info(
      { workspace: identity.workspaceName, mode: config.slack.receiver.mode, port: door.port, project: projectId },
      'the bot is running',
    );
    return {
      port: door.port,
      tick,
      stop: once(async () => {
        log.info({}, 'stopping');
        await cron.stop();
        await within(ANSWERS_GRACE_MS, door.close());
        await inFlight.drained(ANSWERS_GRACE_MS);
        stopping.abort();
        await within(WORK_GRACE_MS, Promise.all([passes.drained(WORK_GRACE_MS), ...loops.map((loop) => loop.stop())]));
        for (const close of opened) await within(SECOND, close());
        log.info({}, 'stopped');
      }),
    };
  } catch (error) {
    for (const close of opened) await close();
    throw error;
  }
}

function createDrs(config: Config, dispatcher: ReturnType<typeof createDispatcher>, clock: Clock, log: Log) {
  const { endpoint, iamEndpoint, projectId, language, batchSize, maxRps, domain, user, password } = config.drs;
  const shared = { dispatcher, clock, random: Math.random, log };
  const auth = createIamToken({ iamEndpoint, projectId, domain, user, password: () => password.reveal(), ...shared });
  return createDrsClient({ endpoint, projectId, language, batchSize, maxRps, auth, ...shared });
}

/** Two polls of one job keep a distance, but never so much that a tick is missed. */
function spaced(durations: Durations, intervalMs: number): Durations {
  return { ...durations, pollSpacingMs: Math.min(durations.pollSpacingMs, intervalMs / 2) };
}

async function dispatchTurn(context: Context, notifier: Notifier): Promise<number> {
  const report = await dispatchNext(context, notifier);
  return report.kind === 'idle' ? Math.min(report.nextInMs ?? LONGEST_NAP_MS, LONGEST_NAP_MS) : 0;
}

function logPass(report: PollReport, log: Log): void {
  const { due, batches, committed, events, deliveries, stoppedBy } = report;
  const facts = { due, batches, committed, events, deliveries };
  if (stoppedBy !== null) log.warn(facts, `this pass ended early: ${stoppedBy}`);
  else if (events > 0) log.info(facts, 'something changed');
  else log.debug(facts, 'nothing changed');
}

interface Door {
  readonly port: number | null;
  close(): Promise<void>;
}

/** Lets Slack in. */
async function openDoor(app: App, receiver: SocketModeReceiver | HTTPReceiver, config: Config): Promise<Door> {
  await app.init();
  const how = config.slack.receiver;
  if (how.mode === 'http' && receiver instanceof HTTPReceiver) return await openPort(receiver, how);
  try {
    const greeted = await within(SOCKET_TIMEOUT_MS, app.start());
    if (!greeted)
      throw new StartError(
        `Slack did not open a socket within ${SOCKET_TIMEOUT_MS / SECOND} s: check SLACK_API_URL and this machine's network.`,
      );
  } catch (error) {
    await within(
      SECOND,
      app.stop().catch(() => undefined),
    );
    throw error instanceof StartError
      ? error
      : new StartError(socketRefused(error, config.slack.apiUrl), { cause: error });
  }
  return { port: null, close: async () => void (await app.stop()) };
}

async function openPort(
  receiver: HTTPReceiver,
  { host, port }: Extract<ReceiverConfig, { mode: 'http' }>,
): Promise<Door> {
  const server = await receiver.start({ host, port }).catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StartError(
      `Port ${port} on ${host} cannot be opened (${why}): stop what uses it, or set PORT and HOST.`,
      { cause: error },
    );
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => closeServer(server),
  };
}

/** Idle and half-sent requests would keep a server open for ever. */
async function closeServer(
  server: Pick<Server, 'close' | 'closeAllConnections' | 'closeIdleConnections'>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  if (!(await within(SECOND, closed))) server.closeAllConnections();
  await closed;
}

function toSlackReceiver(config: Config) {
  const { receiver, apiUrl } = config.slack;
  return receiver.mode === 'socket'
    ? { mode: 'socket' as const, appToken: receiver.appToken.reveal(), apiUrl }
    : { mode: 'http' as const, signingSecret: receiver.signingSecret.reveal() };
}

/** Waits for `work`, but no longer than `ms`; whether it ended in time. Its failure is the caller's. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const expired = systemClock.sleep(ms, late.signal).then(() => false);
  try {
    return await Promise.race([work.then(() => true), expired]);
  } finally {
    late.abort();
  }
}

/** The same promise for every call. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= work());
}
