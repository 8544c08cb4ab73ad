import type { WebClient } from '@slack/web-api';
import { z } from 'zod';

import type { ChannelAccess, Channels } from '../ports.ts';
import { slackErrorName } from './classify-slack-error.ts';

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
        return slackErrorName(error) === 'channel_not_found'
          ? { kind: 'invite_needed' }
          : await join(client, channelId);
      }
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
