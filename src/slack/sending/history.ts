import { WebAPIHTTPError } from '@slack/web-api';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';

import type { MessageTs } from '../../domain/post/message-ts.ts';
import { compareTs } from '../../domain/post/message-ts.ts';
import type { PostSearch, SearchOutcome } from '../../domain/post/post.ts';
import type { History } from '../../ports/slack.ts';
import { classifySlackError, slackErrorName } from '../web-api/classify-slack-error.ts';
import { markedPost, METADATA_EVENT_TYPE } from '../messages/posts/post-message.ts';

/** Messages in one page: Slack recommends no more (docs.slack.dev, "Pagination"). */
const PAGE_SIZE = 200;

/** What is needed of a message: who wrote it, and the two places that carry a post's id. */
const historyMessage = z.object({
  ts: z.string(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  metadata: z
    .object({ event_type: z.string().optional(), event_payload: z.record(z.string(), z.unknown()).optional() })
    .optional(),
  blocks: z.array(z.object({ block_id: z.string().optional() })).optional(),
});
const historyPage = z.object({
  messages: z.array(z.unknown()),
  has_more: z.boolean().optional(),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
type HistoryMessage = z.infer<typeof historyMessage>;

/** Who the bot is to Slack; parts that Slack did not tell are empty. */
interface Author {
  readonly botUserId: string;
  readonly botId: string;
}

/**
 * Reads with `conversations.history`, and `conversations.replies` for a thread; needs `channels:history` and its like, and
 * that the bot is in the channel.
 */
export function createHistory(client: WebClient, author: Author): History {
  return {
    async readPage(search) {
      try {
        return toOutcome(await readPage(client, search), search, author);
      } catch (error) {
        return failure(error);
      }
    },
  };
}

function toOutcome(answer: unknown, { postId }: PostSearch, author: Author): SearchOutcome {
  const read = historyPage.safeParse(answer);
  if (!read.success) return { kind: 'refused', what: 'reading', reason: 'history_not_understood' };
  const page = read.data;
  const own = page.messages.flatMap((one) => ownMessage(one, author));
  const found = new Set(own.filter((one) => one.postId === postId).map(({ ts }) => ts));
  const next = page.response_metadata?.next_cursor ?? '';
  // There is more, and no way to ask for it.
  if (page.has_more === true && next === '' && found.size === 0)
    return { kind: 'refused', what: 'reading', reason: 'history_without_cursor' };
  const cursor = next === '' ? null : next;
  return { kind: 'read', found: [...found].toSorted(compareTs), ownSeen: own.length > 0, cursor };
}

async function readPage(client: WebClient, search: PostSearch): Promise<unknown> {
  const { channelId, threadTs, fromTs, toTs, cursor } = search;
  const range = {
    channel: channelId,
    oldest: fromTs,
    ...(toTs === null ? {} : { latest: toTs }),
    inclusive: true,
    limit: PAGE_SIZE,
    include_all_metadata: true,
    ...(cursor === null ? {} : { cursor }),
  };
  return threadTs === null
    ? await client.conversations.history(range)
    : await client.conversations.replies({ ...range, ts: threadTs });
}

/** A message of ours with the id of its post; nothing for anybody else's, or one that is no post. */
function ownMessage(
  value: unknown,
  author: Author,
): readonly { readonly ts: MessageTs; readonly postId: string | null }[] {
  const parsed = historyMessage.safeParse(value);
  if (!parsed.success || !isOwn(parsed.data, author)) return [];
  const postId = postIdOf(parsed.data);
  return postId === null ? [] : [{ ts: parsed.data.ts, postId }];
}

/** Anybody may copy a marker into a message. */
function isOwn({ user, bot_id: botId }: HistoryMessage, author: Author): boolean {
  if (author.botId !== '' && botId !== undefined) return botId === author.botId;
  return author.botUserId === '' || user === undefined || user === author.botUserId;
}

function postIdOf({ metadata, blocks }: HistoryMessage): string | null {
  const told = metadata?.event_type === METADATA_EVENT_TYPE ? metadata.event_payload?.['post_id'] : undefined;
  return typeof told === 'string' ? told : markedPost(blocks ?? []);
}

/** What a read that failed says about the channel. A token that is refused says nothing about any. */
function failure(error: unknown): SearchOutcome {
  if (error instanceof WebAPIHTTPError && error.statusCode >= 400 && error.statusCode < 500)
    return { kind: 'refused', what: 'reading', reason: `http_${error.statusCode}` };
  const outcome = classifySlackError(error);
  // The right to read is missing; posting is another one.
  if (slackErrorName(error) === 'missing_scope') return { kind: 'refused', what: 'reading', reason: 'missing_scope' };
  return outcome.kind === 'refused' && outcome.what === 'payload' ? { ...outcome, what: 'reading' } : outcome;
}
