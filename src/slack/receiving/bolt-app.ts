import { App } from '@slack/bolt';
import type { Receiver } from '@slack/bolt';
import type { FetchFunction, WebClient } from '@slack/web-api';
import type { Dispatcher } from 'undici';

import { DiskFullError } from '../../ports/operator-error.ts';
import { canBeInvited } from '../../domain/conversation.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { endChannel, followChannel, followMessage } from '../../use-cases/subscribing/follow-channel.ts';
import { handleClick, isHandled } from '../buttons/handle-click.ts';
import { stopOwnByClick } from '../buttons/stop-own.ts';
import { unwatchTicked } from '../buttons/confirm-buttons.ts';
import { MANAGE_CALLBACK, parseManaged } from '../messages/views/manage-view.ts';
import { ifAdmitted } from './admission.ts';
import type { Asked } from './admission.ts';
import { TAKEN_OUT } from '../web-api/classify-slack-error.ts';
import type { TakenOut } from '../web-api/classify-slack-error.ts';
import { sdkLogger } from '../web-api/sdk-logger.ts';
import { handleCommand, stopOwn } from '../commands/handle-command.ts';
import { handleWritten } from '../commands/handle-written.ts';
import { HttpReceiver } from './http-receiver.ts';
import { parseClick, parseDirectMessage, parseMention } from '../parsing/parse-interaction.ts';
import type { Written } from '../parsing/parse-interaction.ts';
import { diskFullMessage } from '../messages/answers/disk-full-message.ts';
import { faultMessage } from '../messages/answers/fault-message.ts';
import { goOnPosting, greetChannel } from '../../use-cases/subscribing/greet-channel.ts';
import { onlyOnce } from './only-once.ts';
import type { NewBlocks } from '../sending/new-blocks.ts';
import { createDialogReply, createDirectReply, createMentionReply, createReply } from '../requests/reply.ts';
import type { Reply } from '../requests/reply.ts';
import type { Request, SlackContext } from '../requests/request.ts';
import { registerShortcuts } from './shortcuts.ts';
import { SocketReceiver } from './socket-receiver.ts';
import { onlyToSlack } from '../web-api/answer-hosts.ts';
import { createSlackClient, oneAttempt } from '../web-api/slack-client.ts';
import type { SlackCalls } from '../web-api/slack-client.ts';

/** How Slack reaches the bot. */
export type SlackReceiverConfig =
  | { readonly mode: 'socket'; readonly appToken: () => string; readonly apiUrl: string }
  | { readonly mode: 'http'; readonly signingSecret: string; readonly host: string; readonly port: number };

/** Where signed HTTP requests are taken; one URL serves commands, buttons and events. */
export const HTTP_ENDPOINT = '/slack/events';

/** Runs the work behind a command or click so that a stop can wait for it. */
export type Track = (work: () => Promise<void>) => Promise<void>;

/** The way to Slack. */
export interface WayToSlack {
  /** Opens the socket. */
  readonly dispatcher: Dispatcher;
  readonly fetch: FetchFunction;
  /** How long one call of Slack may take, in ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Builds the receiver without opening anything. */
export function createReceiver(
  config: SlackReceiverConfig,
  { dispatcher, fetch, timeoutMs, clock, log }: WayToSlack,
): SocketReceiver | HttpReceiver {
  if (config.mode === 'http') {
    return new HttpReceiver({ signingSecret: config.signingSecret, endpoint: HTTP_ENDPOINT, clock, log });
  }
  const client = createSlackClient({
    token: config.appToken(),
    presentToken: config.appToken,
    apiUrl: config.apiUrl,
    timeoutMs,
    fetch,
    log,
  });
  return new SocketReceiver({ client, dispatcher, clock, log });
}

/** What a Bolt app is made of. */
export interface BoltAppOptions extends SlackCalls {
  readonly receiver: Receiver;
  readonly client: WebClient;
  readonly botToken: string;
  readonly command: string;
  readonly slack: SlackContext;
  readonly newBlocks: NewBlocks;
  readonly identity: { readonly botId: string; readonly botUserId: string };
  readonly track: Track;
  readonly newReference: () => string;
  /** Slack says that the app was taken out of the workspace: nobody can be told of it there. */
  readonly onTakenOut: (how: TakenOut) => void;
  readonly log: Log;
}

/** Lets a request through, and does the work for it, once however often `body` is delivered. */
type Answer = (body: unknown, asked: Asked, work: (request: Request) => Promise<void>) => Promise<void>;

/** Registers the slash command and every button on a Bolt app. Nothing is handled before it is started. */
export function createBoltApp(options: BoltAppOptions): App {
  const { receiver, client, slack, newBlocks, track, log } = options;
  const app = new App({
    receiver,
    deferInitialization: true,
    authorize: () => Promise.resolve({ botToken: options.botToken, ...options.identity }),
    clientOptions: oneAttempt({ ...options, fetch: onlyToSlack(options.fetch, options.apiUrl) }),
    convoStore: false,
    logger: sdkLogger(log),
  });
  /** A command or a button of somebody who may not use it gets no further. */
  const answer: Answer = (body, asked, work) =>
    track(() => onlyOnce(slack, body, () => orFault(options, asked, () => ifAdmitted(slack, asked, work))));

  app.command(options.command, async ({ ack, command, respond }) => {
    await ack();
    const actor = { workspaceId: slack.workspaceId, channelId: command.channel_id, userId: command.user_id };
    const canInvite = canBeInvited(command.channel_id, command.channel_name);
    const reply = createReply({ client, respond, click: null, newBlocks, log });
    const evenRefused = (request: Request) => stopOwn(request, command.text ?? '');
    const asked = { actor, teamId: command.team_id, canInvite, reply, evenRefused };
    await answer(command, asked, (request) => handleCommand(request, command.text ?? ''));
  });

  app.action(/.*/, async ({ ack, body, respond }) => {
    await ack();
    const click = parseClick(body);
    if (click === null || !isHandled(click)) return;
    const actor = { workspaceId: slack.workspaceId, channelId: click.channelId, userId: click.userId };
    const canInvite = canBeInvited(click.channelId, click.channelName);
    const asked = {
      actor,
      teamId: click.teamId,
      canInvite,
      reply: createReply({ client, respond, click, newBlocks, log }),
      evenRefused: (request: Request) => stopOwnByClick({ ...request, click }),
    };
    const { postId, messageTs } = click;
    await answer(body, asked, async (request) => {
      if (postId !== null && messageTs !== null) await followMessage(slack.useCases, actor, { postId, messageTs });
      await handleClick(request, click);
    });
  });

  app.view(MANAGE_CALLBACK, async ({ ack, body }) => {
    await ack();
    const managed = parseManaged(body);
    if (managed === null || managed.ticked?.length === 0) return;
    const { channelId, userId, teamId, ticked } = managed;
    const actor = { workspaceId: slack.workspaceId, channelId, userId };
    const reply = createDialogReply({ client, newBlocks, log, channelId, userId, threadTs: null });
    await answer(body, { actor, teamId, canInvite: false, reply }, (request) => unwatchTicked(request, ticked));
  });

  registerEvents(app, options, answer);
  registerShortcuts(app, options);
  app.error((error) => {
    log.error({ err: error }, 'a Slack listener failed');
    return Promise.resolve();
  });
  return app;
}

/** What Slack tells the bot without anybody asking for it. */
function registerEvents(app: App, options: BoltAppOptions, answer: Answer): void {
  const { slack, client, newBlocks, identity, track, onTakenOut, log } = options;
  app.event('member_joined_channel', async ({ body, event }) => {
    if (event.user !== identity.botUserId) return;
    const channel = { workspaceId: slack.workspaceId, channelId: event.channel };
    const inviter = event.inviter === event.user ? null : (event.inviter ?? null);
    // A bot that joins without being invited does so for a subscription, which is told anyway.
    const greet = () =>
      inviter === null ? goOnPosting(slack.useCases, channel) : greetChannel(slack.useCases, channel, inviter);
    await track(() => onlyOnce(slack, body, greet));
  });

  /** Plain words mean the same as behind the slash command. */
  const answerWritten = async (body: unknown, written: Written, canInvite: boolean, reply: Reply) => {
    const { userId, channelId, teamId, text } = written;
    const actor = { workspaceId: slack.workspaceId, channelId, userId };
    const evenRefused = (request: Request) => stopOwn(request, text);
    const asked = { actor, teamId, canInvite, reply, evenRefused };
    await answer(body, asked, (request) => handleWritten(request, text));
  };

  app.event('message', async ({ body, event }) => {
    const written = parseDirectMessage(event);
    if (written === null) return;
    await answerWritten(body, written, false, createDirectReply({ client, newBlocks, ...written }));
  });

  app.event('app_mention', async ({ body, event }) => {
    const written = parseMention(event, identity.botUserId);
    if (written === null) return;
    await answerWritten(body, written, true, createMentionReply({ client, newBlocks, log, ...written }));
  });

  const { useCases, workspaceId } = slack;
  const inChannel = (channelId: string): ChannelKey => ({ workspaceId, channelId });
  /** Another organisation reads along, or no longer does. */
  const review = (channelId: string, isExternal: boolean) =>
    track(() => goOnPosting(useCases, inChannel(channelId), { kind: 'told', isExternal }));
  const goOn = (channelId: string) => track(() => goOnPosting(useCases, inChannel(channelId)));
  const end = (channelId: string) => track(() => endChannel(useCases, inChannel(channelId)));
  app.event('channel_shared', ({ event }) => review(event.channel, true));
  app.event('channel_unshared', ({ event }) => review(event.channel, event.is_ext_shared));
  app.event('channel_unarchive', ({ event }) => goOn(event.channel));
  app.event('group_unarchive', ({ event }) => goOn(event.channel));
  app.event('channel_deleted', ({ event }) => end(event.channel));
  app.event('group_deleted', ({ event }) => end(event.channel));
  app.event('channel_id_changed', ({ event }) =>
    track(() => followChannel(useCases, inChannel(event.old_channel_id), event.new_channel_id)),
  );
  const noteTakenOut = (how: TakenOut) => {
    onTakenOut(how);
    log.error(
      { how },
      'the app was taken out of the workspace, or its token revoked: nothing can be said in Slack; install it again',
    );
    return Promise.resolve();
  };
  for (const how of TAKEN_OUT) app.event(how, () => noteTakenOut(how));
}

/** A fault is logged under a reference that the person is shown; a full disk is something they can have mended. */
async function orFault(
  { slack, newReference, log }: BoltAppOptions,
  { actor, reply }: Asked,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reference = newReference().slice(0, 8);
    log.error({ err: error, reference }, 'a command or button failed');
    try {
      const texts = slack.textsIn(await slack.readerLanguage(actor.userId));
      await reply.privately(error instanceof DiskFullError ? diskFullMessage(texts) : faultMessage(texts, reference));
    } catch (unheard) {
      log.warn({ err: unheard, reference }, 'the person could not be told');
    }
  }
}
