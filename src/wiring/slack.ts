import { randomUUID } from 'node:crypto';

import type { WebClient } from '@slack/web-api';

import type { Config } from '../config/config.ts';
import type { Language } from '../domain/base/language.ts';
import { SECOND } from '../domain/base/time.ts';
import { consoleLink } from '../domain/console-link.ts';
import { isForOperator } from '../domain/post/post.ts';
import type { Post } from '../domain/post/post.ts';
import { describeProjects } from '../drs/project-id.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Channels } from '../ports/slack.ts';
import { createTexts, hideOperatorMatters } from '../slack/messages/kit/texts.ts';
import type { Surroundings, Texts } from '../slack/messages/kit/texts.ts';
import { createBoltApp, createReceiver } from '../slack/receiving/bolt-app.ts';
import type { SlackReceiverConfig, Track } from '../slack/receiving/bolt-app.ts';
import type { ListenerState } from '../slack/receiving/listener-state.ts';
import { openListener } from '../slack/receiving/slack-listener.ts';
import type { SlackListener } from '../slack/receiving/slack-listener.ts';
import { createHistory } from '../slack/sending/history.ts';
import { createNewBlocks } from '../slack/sending/new-blocks.ts';
import type { NewBlocks } from '../slack/sending/new-blocks.ts';
import { createNotifier } from '../slack/sending/notifier.ts';
import { createSlackClient } from '../slack/web-api/slack-client.ts';
import { createChannels } from '../slack/workspace/channels.ts';
import { findMissingScopes } from '../slack/workspace/check-slack.ts';
import { createDirectory } from '../slack/workspace/directory.ts';
import { identify, proveAppToken } from '../slack/workspace/identify.ts';
import type { SlackIdentity } from '../slack/workspace/identify.ts';
import { createPeople } from '../slack/workspace/people.ts';
import type { AccessDeps } from '../use-cases/subscribing/review-channels.ts';
import type { Slack } from '../use-cases/telling/dispatch-deliveries.ts';
import { observeHistory, observeNotifier } from '../use-cases/upkeep/observe.ts';
import type { SignedIn } from './drs.ts';
import type { Parts } from './parts.ts';
import type { Resources } from './resources.ts';
import { startPatiently } from './start-patience.ts';

/** How long Slack may take to say who the bot is, in ms. No lease runs out meanwhile, so it may take longer than later. */
const SIGN_IN_MS = 10 * SECOND;
/** The way in before it has been opened. */
const NOT_OPEN: ListenerState = { isOpen: false, why: 'it has not been opened yet', otherSockets: 0 };

/** The bot in its workspace. */
export interface SlackSignedIn {
  readonly client: WebClient;
  readonly identity: SlackIdentity;
}

/**
 * Finds out who the bot is in Slack, and whether both tokens are what they should be, before anything else is asked for.
 *
 * @throws StartError when Slack refuses one of them or cannot be reached, and waiting does not help
 */
export async function signInToSlack(resources: Resources): Promise<SlackSignedIn> {
  const { config, durations, network, log } = resources;
  const { apiUrl, botToken, receiver } = config.slack;
  const way = { apiUrl, fetch: network.fetch, log };
  const identity = await startPatiently(resources, () => {
    botToken.reread();
    return identify(createSlackClient({ ...way, token: botToken.reveal(), timeoutMs: SIGN_IN_MS }), apiUrl);
  });
  for (const { scope, says } of findMissingScopes(identity.scopes))
    log.error({ scope }, `The scope ${scope} of the Slack app ${says}`);
  if (receiver.mode === 'socket')
    await startPatiently(resources, () => {
      receiver.appToken.reread();
      return proveAppToken(
        createSlackClient({ ...way, token: receiver.appToken.reveal(), timeoutMs: SIGN_IN_MS }),
        apiUrl,
      );
    });
  const presentToken = () => botToken.reveal();
  const timeoutMs = durations.slackTimeoutMs;
  const client = createSlackClient({ ...way, token: presentToken(), presentToken, timeoutMs });
  return { client, identity };
}

/** A token that was replaced in its file counts from now on, and whatever Slack refused is tried at once. */
export async function rereadTokens(
  { config, store, clock, log }: Resources,
  { workspaceId: id, workspaceName: name }: SlackIdentity,
  wakeLoops: () => void,
): Promise<void> {
  const { botToken, receiver } = config.slack;
  const isAppTokenNew = receiver.mode === 'socket' && receiver.appToken.reread();
  if (!botToken.reread() && !isAppTokenNew) return;
  log.info({}, 'a token of Slack was replaced in its file: the new one counts from now on');
  await store.openWorkspace({ id, name, at: clock.now() });
  wakeLoops();
}

/** What the bot asks Slack, and how it speaks there. */
export interface SlackSide extends SlackSignedIn {
  readonly channels: Channels;
  readonly access: AccessDeps;
  readonly posting: Slack;
  readonly onTakenOut: (how: string) => void;
  readonly newBlocks: NewBlocks;
  readonly textsIn: (language: Language) => Texts;
  /** Of somebody's Slack, else the bot's own. */
  readonly readerLanguage: (userId: string) => Promise<Language>;
}

/** Makes all that speaks with Slack; nothing is opened yet. */
export function createSlackSide(
  { config, clock, log, decorate }: Resources,
  metrics: Metrics,
  { client, identity }: SlackSignedIn,
  drs: SignedIn,
): SlackSide {
  const people = createPeople(client, clock, log);
  const textsIn = createTextsByLanguage(config, identity, drs);
  const textsFor = (post: Post) =>
    isForOperator(post) ? textsIn(post.language) : hideOperatorMatters(textsIn(post.language));
  const newBlocks = createNewBlocks(log);
  const sender = createNotifier(client, textsFor, newBlocks, log);
  return {
    client,
    identity,
    channels: createChannels(client),
    access: { directory: createDirectory(client, people, clock, log), home: identity, policy: config.access },
    posting: {
      notifier: observeNotifier(decorate.notifier?.(sender) ?? sender, metrics),
      history: observeHistory(createHistory(client, identity), metrics),
    },
    onTakenOut: (how) => metrics.refusedEverywhere(how),
    newBlocks,
    textsIn,
    readerLanguage: async (userId) => (await people.languageOf(userId)) ?? config.language,
  };
}

/** The texts of each language, knowing what can be typed and opened here. */
function createTextsByLanguage(
  { slack, drs, operations }: Config,
  { botName, teamUrl }: SlackIdentity,
  { access, projectId }: SignedIn,
): (language: Language) => Texts {
  const { consoleUrl } = drs;
  const region = drs.region ?? '';
  const surroundings: Surroundings = {
    command: slack.command,
    botName,
    teamUrl,
    tellsOperator: operations.channelId !== null,
    projects: () => describeProjects(access.seenProjects(), projectId),
    consoleUrl: (job, reader) =>
      consoleUrl === null ? null : consoleLink(consoleUrl, { ...job, region, projectId, language: reader }),
  };
  const texts = { en: createTexts('en', surroundings), zh: createTexts('zh', surroundings) };
  return (language) => texts[language];
}

/** The way in for commands and clicks. */
export interface WayIn {
  /** How it is at this moment. */
  state(): ListenerState;
  /** @returns the port listened on; null in Socket Mode */
  open(): Promise<number | null>;
  /** Lets nobody else in. What came in before goes on. */
  close(): Promise<void>;
}

/** @param track runs what somebody asked for so that a stop can wait for it */
export function createWayIn(resources: Resources, parts: Parts, side: SlackSide, track: Track): WayIn {
  const { config, network, durations, clock, log } = resources;
  const { apiUrl, botToken, command } = config.slack;
  const { client, identity, access, channels, posting, newBlocks, onTakenOut, textsIn, readerLanguage } = side;
  const way = { fetch: network.fetch, timeoutMs: durations.slackTimeoutMs, log };
  const how = toReceiverConfig(config);
  const receiver = createReceiver(how, { ...way, dispatcher: network.dispatcher, clock });
  let listener: SlackListener | null = null;
  const state = () => listener?.state() ?? NOT_OPEN;
  const app = createBoltApp({
    ...way,
    receiver,
    client,
    botToken: botToken.reveal(),
    apiUrl,
    command,
    slack: {
      useCases: { ...parts, access, channels, notifier: posting.notifier },
      workspaceId: identity.workspaceId,
      textsIn,
      otherSockets: () => state().otherSockets,
      readerLanguage,
    },
    newBlocks,
    identity,
    track,
    newReference: randomUUID,
    onTakenOut,
  });
  return {
    state,
    async open() {
      await app.init();
      listener = await startPatiently(resources, () => openListener(receiver, how, clock, resources.startSignal));
      return listener.port;
    },
    close: async () => await listener?.close(),
  };
}

function toReceiverConfig({ slack }: Config): SlackReceiverConfig {
  const { receiver, apiUrl } = slack;
  if (receiver.mode === 'socket') return { mode: 'socket', appToken: () => receiver.appToken.reveal(), apiUrl };
  const { signingSecret, host, port } = receiver;
  return { mode: 'http', signingSecret: signingSecret.reveal(), host, port };
}
