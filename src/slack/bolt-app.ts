import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt';
import type { Receiver } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';

import { SECOND } from '../domain/time.ts';
import { DiskFullError } from '../ports.ts';
import type { Actor, Log } from '../ports.ts';
import { handleClick } from './actions/handle-click.ts';
import { boltLogger } from './bolt-logger.ts';
import { handleCommand } from './commands/drs-command.ts';
import { parseClick } from './interaction.ts';
import { diskFullMessage, faultMessage } from './messages/help-message.ts';
import { greetChannel } from '../use-cases/greet-channel.ts';
import { createReply } from './reply.ts';
import type { Reply } from './reply.ts';
import type { Voice } from './messages/voice.ts';
import type { SlackContext } from './slack-context.ts';
import { SLACK_TIMEOUT_MS } from './slack-client.ts';

/** How Slack reaches the bot. */
export type SlackReceiverConfig =
  | { readonly mode: 'socket'; readonly appToken: string; readonly apiUrl: string }
  | { readonly mode: 'http'; readonly signingSecret: string; readonly host: string; readonly port: number };

/** Where signed HTTP requests are taken; one URL serves commands, buttons and events. */
const HTTP_ENDPOINT = '/slack/events';

/** A dropped socket is opened again for as long as it takes, at most this far apart. */
const LONGEST_RECONNECT_PAUSE_MS = 30 * SECOND;
/** About a week of that; the SDK makes a list of all its pauses in advance, so it must not be endless. */
const RECONNECT_ATTEMPTS = 20_000;

/** Runs the work behind a command or click so that a stop can wait for it. */
export type Track = (work: () => Promise<void>) => Promise<void>;

/** Builds the receiver without opening anything. */
export function createReceiver(config: SlackReceiverConfig, log: Log): SocketModeReceiver | HTTPReceiver {
  const logger = boltLogger(log);
  if (config.mode === 'http') {
    return new HTTPReceiver({ signingSecret: config.signingSecret, endpoints: HTTP_ENDPOINT, logger });
  }
  return new SocketModeReceiver({
    appToken: config.appToken,
    logger,
    // The receiver passes these to its Web API client, which only ever calls apps.connections.open.
    installerOptions: {
      clientOptions: {
        slackApiUrl: config.apiUrl,
        timeout: SLACK_TIMEOUT_MS,
        retryConfig: { retries: RECONNECT_ATTEMPTS, factor: 1.3, maxTimeout: LONGEST_RECONNECT_PAUSE_MS },
      },
    },
  });
}

/** Registers the slash command and every button on a Bolt app. Nothing is handled before it is started. */
export function createBoltApp(options: {
  readonly receiver: Receiver;
  readonly client: WebClient;
  readonly botToken: string;
  readonly apiUrl: string;
  readonly command: string;
  readonly slack: SlackContext;
  readonly identity: { readonly botId: string; readonly botUserId: string };
  readonly track: Track;
  readonly newReference: () => string;
  readonly log: Log;
}): App {
  const { receiver, client, slack, track, newReference, log } = options;
  const app = new App({
    receiver,
    deferInitialization: true,
    authorize: () => Promise.resolve({ botToken: options.botToken, ...options.identity }),
    clientOptions: {
      slackApiUrl: options.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: SLACK_TIMEOUT_MS,
    },
    convoStore: false,
    logger: boltLogger(log),
  });
  const answer = (reply: Reply, actor: Actor, work: () => Promise<void>) =>
    track(() => orFault(work, reply, () => slack.readerLanguage(actor.userId).then(slack.voiceIn), newReference, log));

  app.command(options.command, async ({ ack, command, respond }) => {
    await ack();
    const reply = createReply({ client, respond, click: null, log });
    const actor: Actor = { workspaceId: slack.workspaceId, channelId: command.channel_id, userId: command.user_id };
    await answer(reply, actor, () => handleCommand(slack, actor, command.text ?? '', reply));
  });

  app.action(/.*/, async ({ ack, body, respond }) => {
    await ack();
    const click = parseClick(body);
    if (click === null) return;
    const reply = createReply({ client, respond, click, log });
    const actor: Actor = { workspaceId: slack.workspaceId, channelId: click.channelId, userId: click.userId };
    await answer(reply, actor, () => handleClick(slack, actor, click, reply));
  });

  app.event('member_joined_channel', async ({ event }) => {
    // The bot's own joining needs no greeting: the subscription it joined for speaks for itself.
    const inviter = event.inviter ?? null;
    if (event.user !== options.identity.botUserId || inviter === null || inviter === event.user) return;
    await track(() =>
      greetChannel(slack.useCases, { workspaceId: slack.workspaceId, channelId: event.channel }, inviter),
    );
  });

  app.error((error) => {
    log.error({ err: error }, 'a Slack listener failed');
    return Promise.resolve();
  });
  return app;
}

/** A fault is logged under a reference that the person is shown; a full disk is something they can have mended. */
async function orFault(
  work: () => Promise<void>,
  reply: Reply,
  voice: () => Promise<Voice>,
  newReference: () => string,
  log: Log,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reference = newReference().slice(0, 8);
    log.error({ err: error, reference }, 'a command or button failed');
    const said = (spoken: Voice) =>
      error instanceof DiskFullError ? diskFullMessage(spoken) : faultMessage(spoken, reference);
    const telling = voice().then((spoken) => reply.privately(said(spoken)));
    await telling.catch((unheard: unknown) => {
      log.warn({ err: unheard, reference }, 'the person could not be told');
    });
  }
}
