import type { WebClient } from '@slack/web-api';

import type { Post, SendOutcome } from '../domain/post.ts';
import type { Log, Notifier } from '../ports.ts';
import { classifySlackError } from './classify-slack-error.ts';
import { plainMessage } from './messages/message.ts';
import { postMessage } from './messages/post-message.ts';

/** The metadata's event type: letters, digits and `_` only (docs.slack.dev, "Message metadata"). */
const METADATA_EVENT_TYPE = 'drs_post';

/** Sends posts with `chat.postMessage`. The post's id travels in the metadata and in a `block_id`. */
export function createNotifier(client: WebClient, log: Log): Notifier {
  return {
    async send(post) {
      try {
        const answer = await client.chat.postMessage(toArguments(post));
        return answer.ts === undefined
          ? { kind: 'uncertain', reason: 'answer_without_ts' }
          : { kind: 'delivered', messageTs: answer.ts };
      } catch (error) {
        return refusedOrUncertain(post, error, log);
      }
    },
  };
}

function toArguments(post: Post) {
  const { text, blocks } = post.plain ? plainMessage(postMessage(post)) : postMessage(post);
  return {
    channel: post.channelId,
    text,
    ...(blocks.length === 0 ? {} : { blocks }),
    metadata: { event_type: METADATA_EVENT_TYPE, event_payload: { post_id: post.id } },
    unfurl_links: false,
    unfurl_media: false,
  };
}

function refusedOrUncertain(post: Post, error: unknown, log: Log): SendOutcome {
  const outcome = classifySlackError(error);
  if (outcome.kind === 'refused' && outcome.what === 'payload') {
    log.error({ post: post.id, channel: post.channelId, err: error }, 'Slack refused a message we built');
  }
  return outcome;
}
