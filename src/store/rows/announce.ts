import type { Announcement } from '../../domain/post/post.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { encode } from './codec.ts';
import type { Tx } from './schema.ts';

/** Makes the row of a conversation, if there is none. */
export async function ensureChannel(tx: Tx, { workspaceId, channelId }: ChannelKey, now: EpochMs): Promise<void> {
  await tx
    .insertInto('channels')
    .values({ workspace_id: workspaceId, channel_id: channelId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Owes a conversation an announcement. */
export async function announce(
  tx: Tx,
  { workspaceId, channelId }: ChannelKey,
  connectionId: string,
  announcement: Announcement,
  now: EpochMs,
): Promise<void> {
  await tx
    .insertInto('deliveries')
    .values({
      workspace_id: workspaceId,
      channel_id: channelId,
      connection_id: connectionId,
      announcement: encode(announcement),
      created_at: now,
    })
    .execute();
}
