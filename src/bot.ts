import { randomUUID } from 'node:crypto';

import type { Dispatcher } from 'undici';

import type { Config } from './config.ts';
import { consoleLink } from './domain/console-link.ts';
import { endsWithin } from './domain/ends-within.ts';
import type { Language } from './domain/language.ts';
import { msUntilQuietMinute } from './domain/quiet-minute.ts';
import type { ChannelKey } from './domain/subscription.ts';
import { SECOND } from './domain/time.ts';
import { createDrsClient } from './drs/drs-client.ts';
import { createDispatcher } from './drs/http.ts';
import type { DrsAuth, RotatingSecret } from './drs/auth.ts';
import { createIamToken } from './drs/iam-token.ts';
import { createKeyAuth } from './drs/key-auth.ts';
import type { AccessKeys } from './drs/key-auth.ts';
import { lookUpProjectId } from './drs/project-id.ts';
import { StartError } from './ports.ts';
import type { Clock, Log, Notifier, Store } from './ports.ts';
import { systemClock } from './runtime/clock.ts';
import { createCron, intervalOf } from './runtime/cron.ts';
import { InFlight } from './runtime/in-flight.ts';
import { createLogger } from './runtime/logger.ts';
import { Loop } from './runtime/loop.ts';
import { createBoltApp, createReceiver } from './slack/bolt-app.ts';
import type { SlackReceiverConfig } from './slack/bolt-app.ts';
import { createChannels } from './slack/channels.ts';
import { identify } from './slack/identify.ts';
import type { SlackIdentity } from './slack/identify.ts';
import { createVoice } from './slack/messages/voice.ts';
import type { Voice } from './slack/messages/voice.ts';
import { createNotifier } from './slack/notifier.ts';
import { openDoor } from './slack/open-door.ts';
import { createPeople } from './slack/people.ts';
import { createSlackClient } from './slack/slack-client.ts';
import { openStore } from './store/open-store.ts';
import { DEFAULT_DURATIONS } from './use-cases/context.ts';
import type { Context, Durations } from './use-cases/context.ts';
import { dispatchNext } from './use-cases/dispatch-deliveries.ts';
import { editNext } from './use-cases/edit-messages.ts';
import { findCauses } from './use-cases/find-causes.ts';
import type { PollReport } from './use-cases/poll-due-jobs.ts';
import { pruneSome } from './use-cases/prune.ts';
import { openOpsChannel } from './use-cases/open-ops-channel.ts';
import { createJobList } from './use-cases/refresh-job-list.ts';
import { tick as runTick } from './use-cases/tick.ts';
import { DiskState, watchOperations } from './use-cases/watch-operations.ts';
import type { Watch } from './use-cases/watch-operations.ts';
import { speechIn } from './words/speech.ts';

/** Channels that are written to at the same time. */
const DISPATCHERS = 4;
/** The dispatchers look at the outbox at least this often, in ms, even when nobody wakes them. */
const LONGEST_NAP_MS = 5 * SECOND;
/** A stop waits this long, in ms, for commands and clicks being answered, */
const ANSWERS_GRACE_MS = 3 * SECOND;
/** and this long for a poll and posts in progress. What is still open then is safe: its lease expires. */
const WORK_GRACE_MS = 4 * SECOND;

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

/** What is opened before anything runs and closed after everything has ended. */
interface Foundation {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly durations: Durations;
  readonly disk: DiskState;
  readonly store: Store;
  readonly http: Dispatcher;
}

/**
 * Wires everything and starts it: the one place that sees all folders.
 *
 * @throws StartError with one sentence for the operator; nothing is left running
 */
export async function startBot(config: Config, overrides: Overrides = {}): Promise<Bot> {
  const log = overrides.log ?? createLogger(config.logLevel);
  const clock = overrides.clock ?? systemClock;
  const durations = { ...DEFAULT_DURATIONS, ...overrides.durations };
  const disk = new DiskState();
  const store = await openStore(config.databaseUrl, {
    clock: () => clock.now(),
    language: config.language,
    onDiskFull: () => {
      if (disk.metFull(clock.now())) log.error({}, 'the disk with the database is full: free some space');
    },
  });
  const http = createDispatcher();
  const close = async () => {
    await http.destroy();
    await store.close();
  };
  try {
    const running = await run({ config, log, clock, durations, disk, store, http });
    const stop = async () => {
      log.info({}, 'stopping');
      await running.stop();
      await close();
      log.info({}, 'stopped');
    };
    let stopped: Promise<void> | null = null;
    return { ...running, stop: () => (stopped ??= stop()) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function run(foundation: Foundation): Promise<Bot> {
  const { config, log, clock } = foundation;
  const { apiUrl, botToken, command } = config.slack;
  const client = createSlackClient({ token: botToken.reveal(), apiUrl, log });
  const identity = await identify(client, apiUrl);
  const { auth, projectId } = await signIn(foundation);
  await introduce(foundation, identity, projectId);
  const loops: Loop[] = [];
  const opsChannel = opsChannelOf(config, identity);
  const wake = () => loops.forEach((loop) => loop.wake());
  const context = createContext(foundation, { auth, projectId }, opsChannel, wake);
  const voiceIn = createVoices(config, identity, projectId);
  const notifier = createNotifier(client, voiceIn, log);
  const editor = new Loop('editor', () => editTurn(context, notifier), clock, log);
  loops.push(editor, new Loop('causes', () => causeTurn(context), clock, log));
  for (let lane = 0; lane < DISPATCHERS; lane++) {
    loops.push(new Loop('dispatcher', () => dispatchTurn(context, notifier, () => editor.wake()), clock, log));
  }
  const polling = createPolling(context, config.pollSchedule);
  const upkeep = createUpkeep(foundation, context, notifier);
  const channels = createChannels(client);
  const answers = new InFlight();
  const how = toReceiverConfig(config);
  const receiver = createReceiver(how, log);
  const people = createPeople(client, clock);
  const app = createBoltApp({
    receiver,
    client,
    botToken: botToken.reveal(),
    apiUrl,
    command,
    slack: {
      useCases: { ...context, channels },
      workspaceId: identity.workspaceId,
      voiceIn,
      readerLanguage: async (userId) => (await people.languageOf(userId)) ?? config.language,
    },
    identity,
    track: (work) => answers.run(work),
    newReference: randomUUID,
    log,
  });
  await openOpsChannel({ ...context, channels });
  const door = await openDoor(app, receiver, how, clock);
  for (const loop of [...loops, ...upkeep]) loop.start();
  polling.start();
  log.info({ workspace: identity.workspaceName, mode: how.mode, port: door.port, command }, 'the bot is running');
  return {
    port: door.port,
    tick: polling.tick,
    async stop() {
      await Promise.all([door.close(), polling.quiesce()]);
      await endsWithin(ANSWERS_GRACE_MS, answers.drained(), systemClock);
      const ended = Promise.all([polling.end(), ...[...loops, ...upkeep].map((loop) => loop.stop())]);
      await endsWithin(WORK_GRACE_MS, ended, systemClock);
    },
  };
}

/** A way to sign in, and the project to ask about. */
interface SignIn {
  readonly auth: DrsAuth;
  readonly projectId: string;
}

/**
 * Signs in with whatever is configured; the project is configured, told with the token, or looked up by its name.
 *
 * @throws StartError when the project cannot be found
 */
async function signIn(foundation: Foundation): Promise<SignIn> {
  const { credentials } = foundation.config.drs;
  return credentials.kind === 'keys'
    ? await signInWithKeys(foundation, credentials)
    : await signInWithPassword(foundation, credentials);
}

async function signInWithKeys(foundation: Foundation, keys: AccessKeys): Promise<SignIn> {
  const { config, clock, log } = foundation;
  let { projectId } = config.drs;
  const auth = createKeyAuth({ keys, projectId: () => projectId, clock, log });
  projectId ??= await lookUpProject(foundation, auth);
  return { auth, projectId };
}

/** A token for the project's name says its id, so that no permission to list projects is needed. */
async function signInWithPassword(
  foundation: Foundation,
  { domain, user, password }: { readonly domain: string; readonly user: string; readonly password: RotatingSecret },
): Promise<SignIn> {
  const { config, clock, log, http } = foundation;
  const { iamEndpoint, projectId, region } = config.drs;
  const scope = projectId === null ? { name: region ?? '' } : { id: projectId };
  const shared = { dispatcher: http, clock, random: Math.random, log };
  const auth = createIamToken({ iamEndpoint, scope, domain, user, password, ...shared });
  if (projectId !== null) return { auth, projectId };
  return { auth, projectId: (await auth.findProjectId()) ?? (await lookUpProject(foundation, auth)) };
}

/** Asks IAM; when that fails, the project of the last run will do: a restart must not depend on IAM. */
async function lookUpProject({ config, store, clock, log, http }: Foundation, auth: DrsAuth): Promise<string> {
  const options = { endpoint: config.drs.iamEndpoint, auth, dispatcher: http, clock, random: Math.random, log };
  const found = await lookUpProjectId(options, config.drs.region ?? '');
  if (found.ok) return found.value;
  const why = speechIn('en').explain(found.failure.why);
  const last = found.failure.reason === 'project_unknown' ? null : await store.findLastProjectId(config.drs.endpoint);
  if (last === null) throw new StartError(why);
  log.warn({ reason: found.failure.reason, project: last }, `${why} Going on with the project of the last run.`);
  return last;
}

/**
 * Makes the rows that everything else refers to, and notes that the bot is back before anybody can ask. A workspace that
 * had refused the bot is tried anew.
 */
async function introduce(
  { store, config, clock, durations }: Foundation,
  identity: SlackIdentity,
  projectId: string,
): Promise<void> {
  const { endpoint } = config.drs;
  await store.openWorkspace({ id: identity.workspaceId, name: identity.workspaceName, at: clock.now() });
  await store.openConnection({ id: projectId, name: 'default', endpoint, projectId, at: clock.now() });
  await store.noteAlive({ connectionId: projectId, now: clock.now(), downMs: durations.downMs });
}

function opsChannelOf({ operations }: Config, { workspaceId }: SlackIdentity): ChannelKey | null {
  return operations.channelId === null ? null : { workspaceId, channelId: operations.channelId };
}

function createContext(
  foundation: Foundation,
  { auth, projectId }: SignIn,
  opsChannel: ChannelKey | null,
  wakeDispatcher: () => void,
): Context {
  const { config, log, clock, store, durations, http } = foundation;
  const { endpoint, language, batchSize, maxRps } = config.drs;
  const intervalMs = intervalOf(config.pollSchedule);
  const shared = { dispatcher: http, clock, random: Math.random, log };
  const drs = createDrsClient({ endpoint, projectId, language, batchSize, maxRps, auth, ...shared });
  return {
    store,
    drs,
    clock,
    newId: randomUUID,
    random: Math.random,
    log,
    // Two polls of one job keep a distance, but never so much that a tick is missed.
    durations: { ...durations, pollSpacingMs: Math.min(durations.pollSpacingMs, intervalMs / 2) },
    connectionId: projectId,
    polling: { batchSize, maxRps, intervalMs },
    jobList: createJobList({ store, drs, clock, log, connectionId: projectId, durations }),
    opsChannel,
    wakeDispatcher,
  };
}

/** The voice for each language, knowing what can be typed and opened here. */
function createVoices(
  { slack, drs }: Config,
  identity: SlackIdentity,
  projectId: string,
): (language: Language) => Voice {
  const { consoleUrl } = drs;
  const region = drs.region ?? '';
  return (language) =>
    createVoice(language, {
      command: slack.command,
      botName: identity.botName,
      teamUrl: identity.teamUrl,
      consoleUrl: (job, reader) =>
        consoleUrl === null ? null : consoleLink(consoleUrl, { ...job, region, projectId, language: reader }),
    });
}

/** The poller: ticks by the schedule, and by hand. */
function createPolling(context: Context, schedule: string) {
  const { log } = context;
  const passes = new InFlight();
  const stopping = new AbortController();
  const tick = async () => {
    const report = await runTick(context, stopping.signal);
    logPass(report, log);
    return report;
  };
  const cron = createCron(schedule, () => passes.run(async () => void (await tick())), log);
  return {
    tick,
    start: () => cron.start(),
    /** No new pass begins. */
    quiesce: () => cron.stop(),
    /** The pass in progress ends early and is waited for. */
    async end() {
      stopping.abort();
      await passes.drained();
    },
  };
}

/** What keeps the bot itself in order, beside its work: nobody waits for it, and nothing wakes it. */
function createUpkeep(
  { config, clock, durations, disk, log }: Foundation,
  context: Context,
  notifier: Notifier,
): readonly Loop[] {
  const { leastFreeBytes } = config.operations;
  const watch: Watch = { notifier, disk, language: config.language, leastFreeBytes };
  const watchTurn = async () => {
    await watchOperations(context, watch);
    return durations.watchEveryMs;
  };
  const pruneTurn = async () =>
    (await pruneSome(context, config.keep)) ? durations.pruneBreathMs : msUntilQuietMinute(clock.now());
  return [new Loop('watch', watchTurn, clock, log), new Loop('prune', pruneTurn, clock, log)];
}

/** @param onSent a message may already have more to say than it was sent with */
async function dispatchTurn(context: Context, notifier: Notifier, onSent: () => void): Promise<number> {
  const report = await dispatchNext(context, notifier);
  switch (report.kind) {
    case 'sent':
      onSent();
      return 0;
    case 'nothing':
      return SECOND;
    case 'idle':
      return Math.min(report.nextInMs ?? LONGEST_NAP_MS, LONGEST_NAP_MS);
  }
}

async function causeTurn(context: Context): Promise<number> {
  const { wanted, found } = await findCauses(context);
  return wanted > 0 && wanted === found ? 0 : Math.min(context.durations.causeRetryMs, LONGEST_NAP_MS);
}

/** One edit at a time, paced over the whole workspace whoever wakes it. */
async function editTurn(context: Context, notifier: Notifier): Promise<number> {
  if (!(await editNext(context, notifier))) return SECOND;
  await context.clock.sleep(context.durations.editPaceMs);
  return 0;
}

function logPass(report: PollReport, log: Log): void {
  const { due, batches, committed, events, deliveries, stoppedBy } = report;
  const facts = { due, batches, committed, events, deliveries };
  if (stoppedBy !== null) log.warn(facts, `this pass ended early: ${speechIn('en').explain(stoppedBy)}`);
  else if (events > 0) log.info(facts, 'something changed');
  else log.debug(facts, 'nothing changed');
}

function toReceiverConfig({ slack }: Config): SlackReceiverConfig {
  const { receiver, apiUrl } = slack;
  if (receiver.mode === 'socket') return { mode: 'socket', appToken: receiver.appToken.reveal(), apiUrl };
  const { signingSecret, host, port } = receiver;
  return { mode: 'http', signingSecret: signingSecret.reveal(), host, port };
}
