import { randomUUID } from 'node:crypto';

import type { WebClient } from '@slack/web-api';

import { secretsOf } from './config/config.ts';
import type { Config } from './config/config.ts';
import { holdFailure } from './domain/base/hold-failure.ts';
import { consoleLink } from './domain/console-link.ts';
import { endsWithin } from './domain/base/ends-within.ts';
import type { Language } from './domain/base/language.ts';
import { isForOperator } from './domain/post/post.ts';
import type { Post } from './domain/post/post.ts';
import { beginOfDownTime } from './domain/poll/timetable.ts';
import type { Timetable } from './domain/poll/timetable.ts';
import { msUntilQuietMinute } from './domain/base/quiet-minute.ts';
import type { ChannelKey } from './domain/subscription.ts';
import { HOUR, SECOND } from './domain/base/time.ts';
import type { EpochMs } from './domain/base/time.ts';
import type { DrsFailureReason } from './domain/job/progress-answer.ts';
import type { LoopName } from './domain/vital-signs.ts';
import { createDrsClient } from './drs/drs-client.ts';
import { createNetwork } from './network/network.ts';
import type { Network } from './network/network.ts';
import type { DrsAuth } from './drs/auth.ts';
import { takeFirstLook } from './drs/first-look.ts';
import { describeProjects } from './drs/project-id.ts';
import { createSignIn } from './drs/sign-in.ts';
import type { SignIn } from './drs/sign-in.ts';
import { createOperations } from './operator/operations.ts';
import type { Operations } from './operator/operations.ts';
import { openOpsPort } from './operator/ops-port.ts';
import type { OpsPort } from './operator/ops-port.ts';
import { StartError } from './ports/operator-error.ts';
import type { Channels, Notifier } from './ports/slack.ts';
import type { Clock } from './ports/clock.ts';
import type { DrsClient } from './ports/drs.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store/store.ts';
import type { StorePlace } from './ports/store/place.ts';
import { programVersion } from './runtime/about.ts';
import { systemClock } from './runtime/clock.ts';
import { createCron, createTimetable } from './runtime/cron.ts';
import type { Heartbeat } from './runtime/heartbeat.ts';
import { InFlight } from './runtime/in-flight.ts';
import { Lanes } from './runtime/lanes.ts';
import { createLogger } from './runtime/logger.ts';
import { Loop } from './runtime/loop.ts';
import { machineZone } from './runtime/zone.ts';
import { OpenResources } from './runtime/open-resources.ts';
import { createBoltApp, createReceiver } from './slack/receiving/bolt-app.ts';
import type { SlackReceiverConfig } from './slack/receiving/bolt-app.ts';
import { createChannels } from './slack/workspace/channels.ts';
import { createDirectory } from './slack/workspace/directory.ts';
import { lacksHistory } from './slack/workspace/scopes.ts';
import { readBackNow } from './domain/post/read-back.ts';
import { createHistory } from './slack/sending/history.ts';
import { findMissingScopes } from './slack/workspace/check-slack.ts';
import { identify, proveAppToken } from './slack/workspace/identify.ts';
import type { SlackIdentity } from './slack/workspace/identify.ts';
import { createVoice, inPublic } from './slack/messages/kit/texts.ts';
import type { Surroundings, Voice } from './slack/messages/kit/texts.ts';
import { createNotifier } from './slack/sending/notifier.ts';
import { openDoor } from './slack/receiving/slack-listener.ts';
import type { Door } from './slack/receiving/slack-listener.ts';
import type { DoorState } from './slack/receiving/listener-state.ts';
import { createPeople } from './slack/workspace/people.ts';
import { createSlackClient } from './slack/web-api/slack-client.ts';
import { openStore } from './store/open-store.ts';
import { DEFAULT_DURATIONS } from './use-cases/context.ts';
import type { Context, Durations } from './use-cases/context.ts';
import { claimTurn, takeTurn } from './use-cases/telling/dispatch-deliveries.ts';
import type { Slack } from './use-cases/telling/dispatch-deliveries.ts';
import { findCauses } from './use-cases/polling/find-causes.ts';
import { observeDrs, observeHistory, observeNotifier } from './use-cases/upkeep/observe.ts';
import { openOpsChannel } from './use-cases/telling/open-ops-channel.ts';
import { isGoodTick } from './use-cases/polling/poll-due-jobs.ts';
import type { PollReport } from './use-cases/polling/poll-due-jobs.ts';
import { pruneSome } from './use-cases/upkeep/prune.ts';
import { createJobList } from './use-cases/showing/refresh-job-list.ts';
import { createReview } from './use-cases/subscribing/review-channels.ts';
import { tick as runTick } from './use-cases/polling/tick.ts';
import { DiskState, tellPlace, watchOperations } from './use-cases/upkeep/watch-operations.ts';
import type { Watch } from './use-cases/upkeep/watch-operations.ts';
import { speechIn } from './words/plain-texts.ts';

/** Channels that are written to at the same time: so many may hang before others wait. */
const MOST_LANES = 50;
/** The dispatcher looks at the outbox at least this often, in ms, even when nobody wakes them. */
const LONGEST_NAP_MS = 5 * SECOND;
/** While nobody lets the bot in and it does not know its project, it looks this often, in ms, whether that has changed, */
const SIGN_IN_LOOK_MS = 5 * SECOND;
/** and gives up after this long. */
const SIGN_IN_PATIENCE_MS = HOUR;
/** How long Slack may take to say who the bot is, in ms. */
const SIGN_IN_MS = 10 * SECOND;
/** The way in before it has been opened. */
const NOT_OPEN: DoorState = { isOpen: false, why: 'it has not been opened yet', otherSockets: 0 };
/** A stop waits this long, in ms, for commands and clicks being answered, */
const ANSWERS_GRACE_MS = 3 * SECOND;
/** and this long for a poll and posts in progress. What is still open then is safe: its lease expires. */
const WORK_GRACE_MS = 4 * SECOND;

/** What is said of a start that was not wanted any more. */
const UNWANTED = 'Stopped before it had started.';

/** What tests and the demo may replace; production passes nothing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly durations?: Partial<Durations>;
  readonly log?: Log;
  /** Wrapped around what the bot is made of, so that a test can stop it at any point. */
  readonly decorate?: {
    readonly store?: (store: Store) => Store;
    readonly drs?: (drs: DrsClient) => DrsClient;
    readonly notifier?: (notifier: Notifier) => Notifier;
  };
  /** Told of each SQL statement after it was carried out, before its transaction ends. */
  readonly onStatement?: (sql: string) => void;
}

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

/** What is opened before anything runs and closed after everything has ended. */
interface Foundation {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly durations: Durations;
  /** When polls are planned. */
  readonly timetable: Timetable;
  readonly disk: DiskState;
  readonly opsPort: OpsPort;
  readonly store: Store;
  readonly network: Network;
  /** Nobody wants the bot to start any more. */
  readonly unwanted: AbortSignal;
  readonly decorate: NonNullable<Overrides['decorate']>;
}

/**
 * Wires everything and starts it: the one place that sees all folders. Where the credentials are refused and the project
 * is not known, that may take an hour.
 *
 * @param unwanted ends the start where it waits
 * @throws StartError with one sentence for the operator; nothing is left running
 */
export async function startBot(
  config: Config,
  overrides: Overrides = {},
  unwanted: AbortSignal = new AbortController().signal,
): Promise<Bot> {
  const log = overrides.log ?? createLogger(config.logLevel, () => secretsOf(config));
  for (const warning of config.warnings) log.warn({}, warning);
  const clock = overrides.clock ?? systemClock;
  const durations = { ...DEFAULT_DURATIONS, ...overrides.durations };
  const timetable = createTimetable(config.pollSchedule, config.pollTimezone ?? machineZone, clock.now());
  const disk = new DiskState();
  const decorate = overrides.decorate ?? {};
  const resources = new OpenResources();
  try {
    const opsPort = await openOpsPort(config.ops, log);
    resources.add(() => opsPort.close());
    const opened = await openStore(config.databaseUrl, {
      clock: () => clock.now(),
      monotonic: () => clock.monotonic(),
      language: config.language,
      onStatement: overrides.onStatement,
      onDiskFull: () => {
        if (disk.metFull(clock.now())) log.error({}, 'the disk with the database is full: free some space');
      },
    });
    const store = decorate.store?.(opened) ?? opened;
    const network = createNetwork(config.network);
    // Whatever a start waits for comes over the network, so this ends the waiting.
    const endWaiting = () => void network.destroy();
    unwanted.addEventListener('abort', endWaiting, { once: true });
    resources.add(() => store.close());
    resources.add(() => network.destroy());
    const running = await run(
      { config, log, clock, durations, timetable, disk, opsPort, store, network, unwanted, decorate },
      resources,
    );
    const stop = async () => {
      log.info({}, 'stopping');
      await resources.close();
      log.info({}, 'stopped');
    };
    unwanted.removeEventListener('abort', endWaiting);
    let stopped: Promise<void> | null = null;
    return { ...running, stop: () => (stopped ??= holdFailure(stop())) };
  } catch (error) {
    await resources.close().catch((other: unknown) => {
      log.error({ err: other }, 'what a failed start had opened could not be closed');
    });
    if (unwanted.aborted) throw new StartError(UNWANTED, { cause: error });
    throw error;
  }
}

/** Opens what takes part in the work, adds to `resources` how it is closed, and sets it to work. */
async function run(foundation: Foundation, resources: OpenResources): Promise<Omit<Bot, 'stop'>> {
  const { config, log, clock, durations, network, opsPort } = foundation;
  const { apiUrl, botToken, command } = config.slack;
  const { slackTimeoutMs: timeoutMs } = durations;
  opsPort.startsWith('The bot is starting: it signs in to Slack.');
  const { client, identity } = await signInToSlack(foundation);
  opsPort.startsWith('The bot is starting: it signs in to DRS.');
  if (foundation.unwanted.aborted) throw new StartError(UNWANTED);
  const { access, auth, projectId } = await signIn(foundation);
  const place = await introduce(foundation, identity, projectId);
  const whose = { workspaceId: identity.workspaceId, connectionId: projectId };
  const operations = await createOperations({ ...foundation, whose });
  const loops: Loop[] = [];
  const wake = () => loops.forEach((loop) => loop.wake());
  const opsChannel = opsChannelOf(config, identity);
  const context = createContext(foundation, operations, { auth, scopes: identity.scopes, ...whose }, opsChannel, wake);
  const voiceIn = createVoices(config, identity, access, projectId);
  const { notifier, history } = createSpeech(foundation, operations, client, identity, voiceIn);
  const lanes = new Lanes(MOST_LANES);
  const turns = createTurns(context, { notifier, history }, lanes);
  loops.push(...createLoops(foundation, operations, context, turns));
  const polling = createPolling(context, foundation, operations.heartbeat);
  const channels = createChannels(client);
  const answers = new InFlight();
  const how = toReceiverConfig(config);
  const receiver = createReceiver(how, { dispatcher: network.dispatcher, fetch: network.fetch, timeoutMs, clock, log });
  const people = createPeople(client, clock, log);
  const directory = createDirectory(client, people, clock, log);
  const guarded = { ...context, access: { directory, home: identity, policy: config.access } };
  const review = new Loop('review', createReview(guarded, identity.workspaceId), clock, log);
  let door: Door | null = null;
  const app = createBoltApp({
    receiver,
    client,
    botToken: botToken.reveal(),
    apiUrl,
    timeoutMs,
    fetch: network.fetch,
    command,
    slack: {
      useCases: { ...guarded, channels, notifier },
      workspaceId: identity.workspaceId,
      voiceIn,
      otherSockets: () => door?.state().otherSockets ?? 0,
      readerLanguage: async (userId) => (await people.languageOf(userId)) ?? config.language,
    },
    identity,
    track: (work) => answers.run(work),
    newReference: randomUUID,
    log,
  });
  await greetOperator({ ...context, channels }, identity.botUserId, place);
  const upkeep = [review, ...createUpkeep(foundation, context, notifier)];
  const work = [...loops, ...upkeep];
  opsPort.show(operations.pages(toLook(context, () => door?.state() ?? NOT_OPEN)));
  // Before the database is closed, which its pages read.
  resources.add(() => opsPort.close());
  // Work that has not begun ends at once, so this can stand here, before the way in: a stop closes that first.
  resources.add(() => endWork(work, polling, lanes));
  resources.add(() => endsWithin(ANSWERS_GRACE_MS, answers.drained(), systemClock));
  resources.add(() => polling.quiesce());
  door = await openDoor(app, receiver, how, clock, foundation.unwanted);
  const { port } = door;
  resources.add(() => door?.close());
  for (const each of work) each.start();
  polling.start();
  void holdFailure(lookAtDrs(foundation, access));
  await logPromises(context);
  const ports = { port, opsPort: opsPort.port };
  logStart(foundation, { workspace: identity.workspaceName, mode: how.mode, ...ports });
  return { ...ports, tick: polling.tick };
}

function logStart({ config, timetable, log }: Foundation, facts: object): void {
  const schedule = { schedule: config.pollSchedule, timezone: timetable.zone ?? 'none: elapsed time' };
  log.info({ ...facts, command: config.slack.command, ...schedule }, 'the bot is running');
}

/**
 * Finds out who the bot is in Slack, and whether both tokens are what they should be, before anything else is asked for.
 *
 * @throws StartError when Slack refuses one of them or cannot be reached
 */
async function signInToSlack({
  config,
  durations,
  network,
  log,
}: Foundation): Promise<{ readonly client: WebClient; readonly identity: SlackIdentity }> {
  const { apiUrl, botToken, receiver } = config.slack;
  const way = { apiUrl, fetch: network.fetch, log };
  // No lease runs out meanwhile, so these may take longer than what is said later.
  const identity = await identify(
    createSlackClient({ ...way, token: botToken.reveal(), timeoutMs: SIGN_IN_MS }),
    apiUrl,
  );
  for (const { scope, says } of findMissingScopes(identity.scopes))
    log.error({ scope }, `The scope ${scope} of the Slack app ${says}`);
  if (receiver.mode === 'socket')
    await proveAppToken(
      createSlackClient({ ...way, token: receiver.appToken.reveal(), timeoutMs: SIGN_IN_MS }),
      apiUrl,
    );
  const client = createSlackClient({ ...way, token: botToken.reveal(), timeoutMs: durations.slackTimeoutMs });
  return { client, identity };
}

/** Ends loops and passes after what they are at, but waits no longer than the grace: what is left has a lease. */
async function endWork(work: readonly Loop[], polling: ReturnType<typeof createPolling>, lanes: Lanes): Promise<void> {
  const ends = async () => {
    await Promise.all([polling.end(), ...work.map((each) => each.stop())]);
    await lanes.drained();
  };
  await endsWithin(WORK_GRACE_MS, ends(), systemClock);
}

/** How the bot speaks to Slack and reads back what it said, counted for the operator. */
function createSpeech(
  { log, decorate }: Foundation,
  { metrics }: Operations,
  client: WebClient,
  identity: SlackIdentity,
  voiceIn: (language: Language) => Voice,
): Slack {
  const voiceFor = (post: Post) => (isForOperator(post) ? voiceIn(post.language) : inPublic(voiceIn(post.language)));
  const sender = createNotifier(client, voiceFor, log);
  const reading = createHistory(client, identity);
  return {
    notifier: observeNotifier(decorate.notifier?.(sender) ?? sender, metrics),
    history: observeHistory(reading, metrics),
  };
}

/** The loops that new work wakes. */
function createLoops(
  { clock, log }: Foundation,
  { vitals }: Operations,
  context: Context,
  turns: ReturnType<typeof createTurns>,
): readonly Loop[] {
  const loop = (name: LoopName, once: () => Promise<number>) => new Loop(name, vitals.timed(name, once), clock, log);
  return [loop('dispatcher', turns.dispatch), loop('causes', () => causeTurn(context))];
}

/** What the operator's pages need to know; they are shown before the way in opens, so that a start that waits for Slack can be watched. */
function toLook({ polling, durations }: Context, door: () => DoorState): Parameters<Operations['pages']>[0] {
  return { door, patience: { intervalMs: polling.intervalMs, stillMs: durations.stillMs } };
}

/** Whose work this bot does, and how it signs in for it. */
interface Whose {
  readonly auth: DrsAuth;
  /** What the Slack app may do; null when Slack did not say. */
  readonly scopes: readonly string[] | null;
  readonly workspaceId: string;
  readonly connectionId: string;
}

/** A way to sign in, and the project to ask about. */
interface SignedIn {
  readonly access: SignIn;
  readonly auth: DrsAuth;
  readonly projectId: string;
}

/**
 * Signs in with whatever is configured. When the project cannot be found, the one of the last run will do: a restart must
 * not depend on IAM.
 *
 * @throws StartError when there is none
 */
async function signIn(foundation: Foundation): Promise<SignedIn> {
  const { config, clock, log, network, unwanted } = foundation;
  const { iamEndpoint, projectId, region, credentials } = config.drs;
  const shared = { dispatcher: network.dispatcher, clock, random: Math.random, log, unwanted };
  const access = createSignIn({ iamEndpoint, projectId, region, credentials, ...shared });
  return { access, auth: access.auth, projectId: await findProject(foundation, access) };
}

/**
 * The project, as soon as IAM tells it; when it cannot, that of the last run will do: a restart must not depend on IAM.
 * Refused credentials are waited for, because whoever restarts a bot that ends would knock at them each time. How seldom
 * they are tried meanwhile is `auth`'s business.
 *
 * @throws StartError when there is nothing to wait for, or the hour is over
 */
async function findProject(foundation: Foundation, access: SignIn): Promise<string> {
  const { config, store, clock, log, opsPort, unwanted } = foundation;
  for (let looks = 1; ; looks++) {
    const found = await access.findProject();
    if (found.ok) return found.value;
    const { reason, why } = found.failure;
    const words = speechIn('en').explain(why);
    const last = reason === 'project_unknown' ? null : await store.findLastProjectId(config.drs.endpoint);
    if (last !== null) {
      log.warn({ reason, project: last }, `${words} Going on with the project of the last run.`);
      return last;
    }
    if (!isRefusedSignIn(reason) || looks * SIGN_IN_LOOK_MS > SIGN_IN_PATIENCE_MS) throw new StartError(words);
    if (looks === 1) log.error({ reason }, `Not started yet: ${words} The bot waits for up to an hour.`);
    opsPort.startsWith(`The bot is starting and waits for up to an hour: ${words}`);
    await clock.sleep(SIGN_IN_LOOK_MS, unwanted);
    if (unwanted.aborted) throw new StartError(UNWANTED);
  }
}

/** Beside the work: a start must not depend on DRS. */
async function lookAtDrs({ config, network, log }: Foundation, access: SignIn): Promise<void> {
  const { endpoint, guessed, projectId } = config.drs;
  const isGuessed = guessed.includes('DRS_ENDPOINT');
  await takeFirstLook({ endpoint, isGuessed, projectId, access, dispatcher: network.dispatcher, log });
}

/** Asking again and again would lock a key or a user. */
function isRefusedSignIn(reason: DrsFailureReason): boolean {
  return reason === 'credentials_rejected' || reason === 'account_locked';
}

/**
 * Makes the rows that everything else refers to, and notes that the bot is back before anybody can ask. A workspace that
 * had refused the bot is tried anew. Returns what was there before.
 */
async function introduce(
  { store, config, clock, durations, timetable, log }: Foundation,
  identity: SlackIdentity,
  projectId: string,
): Promise<StorePlace> {
  const place = await store.findPlace();
  logPlace(place, log);
  const { endpoint } = config.drs;
  const now = clock.now();
  await store.openWorkspace({ id: identity.workspaceId, name: identity.workspaceName, at: clock.now() });
  await store.openConnection({ id: projectId, name: 'default', endpoint, projectId, at: clock.now() });
  const findDownTime = (lastAliveAt: EpochMs) => beginOfDownTime(timetable, lastAliveAt, now, durations.downMs);
  await store.noteAlive({ connectionId: projectId, now, findDownTime });
  return place;
}

function opsChannelOf({ operations }: Config, { workspaceId }: SlackIdentity): ChannelKey | null {
  return operations.channelId === null ? null : { workspaceId, channelId: operations.channelId };
}

function createContext(
  foundation: Foundation,
  { vitals, metrics }: Operations,
  { auth, scopes, connectionId: projectId, workspaceId }: Whose,
  opsChannel: ChannelKey | null,
  wakeDispatcher: () => void,
): Context {
  const { config, log, clock, store, durations, network, timetable } = foundation;
  const { endpoint, language, batchSize, maxRps } = config.drs;
  const { intervalMs } = timetable;
  const shared = { dispatcher: network.dispatcher, clock, random: Math.random, log };
  const asking = createDrsClient({
    endpoint,
    projectId,
    language,
    batchSize,
    maxRps,
    requestTimeoutMs: durations.drsTimeoutMs,
    auth,
    ...shared,
  });
  const drs = observeDrs(foundation.decorate.drs?.(asking) ?? asking, { vitals, metrics, clock });
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
    workspaceId,
    polling: { batchSize, maxRps, intervalMs },
    jobList: createJobList({ store, drs, clock, log, connectionId: projectId, durations, wakeDispatcher }),
    vitals,
    runtime: { program: programVersion(), node: process.versions.node },
    opsChannel,
    lacksHistory: (channelId) => lacksHistory(scopes, channelId),
    wakeDispatcher,
  };
}

/** The voice for each language, knowing what can be typed and opened here. */
function createVoices(
  { slack, drs, operations }: Config,
  identity: SlackIdentity,
  access: SignIn,
  projectId: string,
): (language: Language) => Voice {
  const { consoleUrl } = drs;
  const region = drs.region ?? '';
  const surroundings: Surroundings = {
    command: slack.command,
    botName: identity.botName,
    teamUrl: identity.teamUrl,
    tellsOperator: operations.channelId !== null,
    projects: () => describeProjects(access.seenProjects(), projectId),
    consoleUrl: (job, reader) =>
      consoleUrl === null ? null : consoleLink(consoleUrl, { ...job, region, projectId, language: reader }),
  };
  const voices = { en: createVoice('en', surroundings), zh: createVoice('zh', surroundings) };
  return (language) => voices[language];
}

/** The poller: ticks by the schedule, and by hand. Passes never overlap; one by hand waits for the one under way. */
function createPolling(context: Context, { config, timetable }: Foundation, heartbeat: Heartbeat) {
  const { log, vitals, clock } = context;
  const passes = new InFlight();
  const stopping = new AbortController();
  const beating = { ...context, drs: vitals.beating(context.drs) };
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
    /** No new pass begins. */
    quiesce: () => cron.stop(),
    /** The pass in progress ends early and is waited for. */
    async end() {
      stopping.abort();
      heartbeat.stop();
      await passes.drained();
      await context.jobList.idle();
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

/** One turn of the loop that speaks to Slack: what it does, and how many ms to wait after it. */
function createTurns(context: Context, slack: Slack, lanes: Lanes) {
  const { log } = context;
  return {
    /** Whatever is next gets a lane of its own, so that a message or a page that hangs holds up no other. */
    dispatch: async () => {
      await lanes.free();
      const claim = await claimTurn(context);
      if (claim.kind === 'idle') return Math.min(claim.nextInMs ?? LONGEST_NAP_MS, LONGEST_NAP_MS);
      lanes.run(async () => {
        try {
          await context.vitals.measured('channel', () => takeTurn(context, slack, claim));
        } catch (error) {
          log.error({ err: error, channel: claim.turn.lease.channelId }, 'a turn in a channel failed');
        }
        context.wakeDispatcher();
      });
      return 0;
    },
  };
}

async function causeTurn(context: Context): Promise<number> {
  const { wanted, found } = await findCauses(context);
  return wanted > 0 && wanted === found ? 0 : Math.min(context.durations.causeRetryMs, LONGEST_NAP_MS);
}

/** Makes sure of the operator's channel, and says there what the bot begins with. */
async function greetOperator(
  context: Context & { readonly channels: Channels },
  botUserId: string,
  place: StorePlace,
): Promise<void> {
  await openOpsChannel(context, botUserId);
  await tellPlace(context, place);
}

/** Says what the bot begins with: whoever looks for what has been forgotten looks here first. */
function logPlace({ path, isNew, bytes, subscriptions }: StorePlace, log: Log): void {
  const facts = { database: path ?? 'in memory', isNew, bytes, subscriptions };
  if (!isNew) return log.info(facts, 'the database is open');
  log.warn(facts, 'the database is new and empty: if this is not the first start, look at DATABASE_URL and the volume');
}

/** Says in which channels messages are told exactly once, and where not, and why. */
async function logPromises({ store, workspaceId, lacksHistory: lacks, log }: Context): Promise<void> {
  const channels = await store.listReadBacks(workspaceId);
  const atLeastOnce = channels.flatMap(({ channelId, readBack: tried }) => {
    const readBack = readBackNow(tried, lacks(channelId));
    if (readBack.kind === 'proven') return [];
    return [{ channel: channelId, why: readBack.kind === 'refused' ? readBack.reason : 'not tried yet' }];
  });
  const exactlyOnce = channels.length - atLeastOnce.length;
  log.info(
    { exactlyOnce, atLeastOnce },
    'channels by what they are promised: each message exactly once, or at least once',
  );
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
