import type { RespondArguments, RespondFn } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';

import { isDirectMessage } from '../../domain/conversation.ts';
import type { Log } from '../../ports/log.ts';
import type { Click } from '../parsing/parse-interaction.ts';
import { withBlocks } from '../messages/kit/message.ts';
import type { SlackMessage } from '../messages/kit/message.ts';
import { slackErrorName } from '../web-api/classify-slack-error.ts';
import type { NewBlocks } from '../sending/new-blocks.ts';

/** Answers one command or click. */
export interface Reply {
  /** To the person alone. */
  privately(message: SlackMessage): Promise<void>;
  /** To everybody in the channel. */
  publicly(message: SlackMessage): Promise<void>;
  /** Replaces the message the button is on: for everybody in the channel, or on the one ephemeral message. */
  inPlace(message: SlackMessage): Promise<void>;
  /** Opens a dialog for the person; nothing where no button was pressed just now. */
  inDialog(view: ModalView): Promise<void>;
}

/**
 * Answers through the response URL (docs.slack.dev, "Handling user interaction": 5 uses in 30 minutes), which works in
 * channels the bot is not in; in the thread of the message that was clicked. A channel message is edited with `chat.update` where possible, because that works for
 * messages of any age.
 */
export function createReply(options: {
  readonly client: WebClient;
  readonly respond: RespondFn;
  readonly click: Click | null;
  readonly newBlocks: NewBlocks;
  readonly log: Log;
}): Reply {
  const { respond, click, newBlocks } = options;
  const thread = inThread({ threadTs: click?.threadTs ?? null });
  const send = async (
    message: SlackMessage,
    extra: Pick<RespondArguments, 'response_type' | 'replace_original' | 'thread_ts'>,
  ) => {
    await newBlocks.send(message, (shown) => respond({ ...withBlocks(shown), ...extra }));
  };
  return {
    privately: (message) => send(message, { response_type: 'ephemeral', replace_original: false, ...thread }),
    publicly: (message) => send(message, { response_type: 'in_channel', replace_original: false, ...thread }),
    async inPlace(message) {
      const isUpdated = click !== null && (await update(options, click, message));
      if (!isUpdated) await send(message, { replace_original: true });
    },
    async inDialog(view) {
      const triggerId = click?.triggerId ?? null;
      if (triggerId !== null) await options.client.views.open({ trigger_id: triggerId, view });
    },
  };
}

/** Where something that was written is answered. */
export interface WrittenPlace {
  readonly client: WebClient;
  readonly newBlocks: NewBlocks;
  readonly channelId: string;
  /** The thread it was written in, by its first message; null for none. */
  readonly threadTs: string | null;
}

/** Answers in the direct messages with the bot, where nobody else reads and nothing has to be shown to others. */
export function createDirectReply(place: WrittenPlace): Reply {
  const post = (message: SlackMessage) => postMessage(place, message);
  return { privately: post, publicly: post, inPlace: post, inDialog: () => Promise.resolve() };
}

/** Answers whoever sent off a dialog, in the conversation that it was about. */
export function createDialogReply(place: WrittenPlace & { readonly userId: string; readonly log: Log }): Reply {
  return isDirectMessage(place.channelId) ? createDirectReply(place) : createMentionReply(place);
}

/**
 * Answers where somebody wrote or chose something, in its thread if it was in one. Privately is a message that only that person sees
 * (docs.slack.dev, "chat.postEphemeral"); where Slack refuses that, their direct messages.
 */
export function createMentionReply(place: WrittenPlace & { readonly userId: string; readonly log: Log }): Reply {
  const { client, newBlocks, channelId: channel, userId: user, log } = place;
  const privately = async (message: SlackMessage) => {
    try {
      await newBlocks.send(message, (shown) =>
        client.chat.postEphemeral({ channel, user, ...withBlocks(shown), ...inThread(place) }),
      );
    } catch (error) {
      if (slackErrorName(error) === null) throw error;
      log.info({ channel, user, err: error }, 'answered in direct messages: Slack refuses a private line there');
      await postMessage({ client, newBlocks, channelId: user, threadTs: null }, message);
    }
  };
  return {
    privately,
    publicly: (message) => postMessage(place, message),
    inPlace: privately,
    inDialog: () => Promise.resolve(),
  };
}

async function postMessage(place: WrittenPlace, message: SlackMessage): Promise<void> {
  const { client, newBlocks, channelId: channel } = place;
  await newBlocks.send(message, (shown) =>
    client.chat.postMessage({
      channel,
      ...withBlocks(shown),
      ...inThread(place),
      unfurl_links: false,
      unfurl_media: false,
    }),
  );
}

function inThread({ threadTs }: { readonly threadTs: string | null }) {
  return threadTs === null ? {} : { thread_ts: threadTs };
}

/** Edits the message of the channel that a button is on; false where there is none, or Slack refuses. */
async function update(
  { client, newBlocks, log }: { readonly client: WebClient; readonly newBlocks: NewBlocks; readonly log: Log },
  click: Click,
  message: SlackMessage,
): Promise<boolean> {
  const { channelId: channel, messageTs: ts } = click;
  if (ts === null) return false;
  try {
    await newBlocks.send(message, ({ text, blocks }) => client.chat.update({ channel, ts, text, blocks }));
    return true;
  } catch (error) {
    log.warn({ channel, err: error }, 'chat.update failed; answering through the response URL instead');
    return false;
  }
}
