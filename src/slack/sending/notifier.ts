import type { WebClient } from '@slack/web-api';

import type { Post, SlackFailure } from '../../domain/post/post.ts';
import type { Log } from '../../ports/log.ts';
import type { Notifier } from '../../ports/slack.ts';
import { classifySlackError, slackErrorName } from '../web-api/classify-slack-error.ts';
import { plainMessage, withBlocks } from '../messages/kit/message.ts';
import type { SlackMessage } from '../messages/kit/message.ts';
import { editedPostMessage, METADATA_EVENT_TYPE, postMessage } from '../messages/posts/post-message.ts';
import type { Texts } from '../messages/kit/texts.ts';
import type { NewBlocks } from './new-blocks.ts';

/** The message is not there (docs.slack.dev, "chat.update" and "chat.delete", errors). */
const MESSAGE_GONE = 'message_not_found';
/** Our own refusal, beside Slack's. */
const UNRENDERED = { kind: 'refused', what: 'payload', reason: 'cannot_be_rendered' } as const;

/**
 * Sends posts with `chat.postMessage`, in the language of their channel, edits them with `chat.update`, and takes duplicates
 * away with `chat.delete`. The post's id travels in the metadata, which an edit leaves alone, and in a `block_id`.
 */
export function createNotifier(
  client: WebClient,
  textsFor: (post: Post) => Texts,
  newBlocks: NewBlocks,
  log: Log,
): Notifier {
  /** What the post's message shows; null when it cannot be built, which is our fault and must not hold up what comes after it. */
  const render = (post: Post, build: () => SlackMessage): SlackMessage | null => {
    try {
      return post.plain ? plainMessage(build()) : newBlocks.fit(build());
    } catch (error) {
      log.error({ post: post.id, channel: post.channelId, err: error }, 'a message could not be built');
      return null;
    }
  };
  const failureOf = (post: Post, content: SlackMessage, error: unknown): SlackFailure => {
    const outcome = classifySlackError(error);
    if (outcome.kind === 'refused' && outcome.what === 'payload') {
      log.error({ post: post.id, channel: post.channelId, err: error }, 'Slack refused a message we built');
      newBlocks.noteRefusal(content, error);
    }
    return outcome;
  };
  return {
    async send(post) {
      const content = render(post, () => postMessage(textsFor(post), post));
      if (content === null) return UNRENDERED;
      try {
        const answer = await client.chat.postMessage({
          channel: post.channelId,
          ...withBlocks(content),
          metadata: { event_type: METADATA_EVENT_TYPE, event_payload: { post_id: post.id } },
          ...(post.threadTs === null ? {} : { thread_ts: post.threadTs }),
          unfurl_links: false,
          unfurl_media: false,
        });
        return answer.ts === undefined
          ? { kind: 'uncertain', reason: 'answer_without_ts' }
          : { kind: 'delivered', messageTs: answer.ts, channelId: answer.channel ?? post.channelId };
      } catch (error) {
        return failureOf(post, content, error);
      }
    },
    async edit(post, { channelId, messageTs }, now) {
      const content = render(post, () => editedPostMessage(textsFor(post), post, now));
      if (content === null) return UNRENDERED;
      try {
        await client.chat.update({ channel: channelId, ts: messageTs, ...content, parse: 'none' });
        return { kind: 'delivered', messageTs, channelId };
      } catch (error) {
        return slackErrorName(error) === MESSAGE_GONE ? { kind: 'gone' } : failureOf(post, content, error);
      }
    },
    async remove({ channelId, messageTs }) {
      try {
        await client.chat.delete({ channel: channelId, ts: messageTs });
        return { kind: 'gone' };
      } catch (error) {
        return slackErrorName(error) === MESSAGE_GONE ? { kind: 'gone' } : classifySlackError(error);
      }
    },
  };
}
