import type { WebClient } from '@slack/web-api';
import { z } from 'zod';

import { isDirectMessage } from '../../domain/conversation.ts';
import type { ChannelAccess, Channels } from '../../ports/slack.ts';
import { slackErrorName } from '../web-api/classify-slack-error.ts';

const channelInfo = z.object({
  is_archived: z.boolean().optional(),
  is_member: z.boolean().optional(),
  is_private: z.boolean().optional(),
  is_im: z.boolean().optional(),
  is_mpim: z.boolean().optional(),
});

/** Errors of `conversations.join` that mean: only a member can let the bot in. */
const NOT_JOINABLE = new Set([
  'channel_not_found',
  'method_not_supported_for_channel_type',
  'not_in_channel',
  'is_private',
]);

/** Looks at channels with `conversations.info` and joins public ones; a workspace that allows neither degrades to `unknown`. */
export function createChannels(client: WebClient): Channels {
  return {
    async prepare(channelId) {
      try {
        const answer = await client.conversations.info({ channel: channelId });
        const known = channelInfo.safeParse(answer.channel);
        if (known.success) return await byInfo(client, channelId, known.data);
        return await join(client, channelId);
      } catch (error) {
        if (slackErrorName(error) === 'channel_not_found') return { kind: 'invite_needed' };
        // Nobody joins a direct message; whether it is the bot's own, only a post will show.
        if (isDirectMessage(channelId)) return { kind: 'unknown', reason: slackErrorName(error) ?? 'network' };
        return await join(client, channelId);
      }
    },
    async visibleTo(userId, channelIds) {
      if (channelIds.length === 0) return new Set<string>();
      const [own, group, open] = await Promise.all([
        conversationsOf(client, userId, 'public_channel,private_channel'),
        // Apart, because without its scope Slack would refuse the whole question.
        conversationsOf(client, userId, 'mpim'),
        // The bot is in every public channel that it posts to.
        conversationsOf(client, null, 'public_channel'),
      ]);
      return new Set(channelIds.filter((channelId) => [own, group, open].some((seen) => seen.has(channelId))));
    },
  };
}

async function byInfo(client: WebClient, channelId: string, info: z.infer<typeof channelInfo>): Promise<ChannelAccess> {
  if (info.is_archived === true) return { kind: 'archived' };
  if (info.is_member === true || info.is_im === true) return { kind: 'ready' };
  if (info.is_private === true || info.is_mpim === true) {
    // A workspace that does not say may well have let the bot in: it could see the channel.
    return info.is_member === false ? { kind: 'invite_needed' } : { kind: 'unknown', reason: 'membership_not_told' };
  }
  return await join(client, channelId);
}

async function join(client: WebClient, channelId: string): Promise<ChannelAccess> {
  try {
    await client.conversations.join({ channel: channelId });
    return { kind: 'ready' };
  } catch (error) {
    const name = slackErrorName(error);
    if (name === 'is_archived') return { kind: 'archived' };
    return name !== null && NOT_JOINABLE.has(name)
      ? { kind: 'invite_needed' }
      : { kind: 'unknown', reason: name ?? 'network' };
  }
}

/** Pages of a person's conversations that are read. */
const MAX_PAGES = 20;

/** The conversations a person (null: the bot) is in, as far as the bot may see them; fewer when Slack does not tell. */
async function conversationsOf(client: WebClient, userId: string | null, types: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let cursor = '';
  try {
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = await client.users.conversations({
        ...(userId === null ? {} : { user: userId }),
        types,
        limit: 200,
        ...(cursor === '' ? {} : { cursor }),
      });
      for (const channel of answer.channels ?? []) if (channel.id !== undefined) found.add(channel.id);
      cursor = answer.response_metadata?.next_cursor ?? '';
      if (cursor === '') break;
    }
  } catch {
    // What is not told is not shown.
  }
  return found;
}
