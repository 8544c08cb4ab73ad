import type { Announcement } from '../../domain/post/post.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { encode } from './codec.ts';
import type { Tx } from './schema.ts';
import { updateChannel } from './update-channel.ts';

/** The subject of what is said to one channel only. A job's id and a connection's are never this. */
export const CHANNEL_SUBJECT = 'channel';

/** Makes the row of a conversation, if there is none. */
export async function ensureChannel(tx: Tx, { workspaceId, channelId }: ChannelKey, now: EpochMs): Promise<void> {
  await tx
    .insertInto('channels')
    .values({ workspace_id: workspaceId, channel_id: channelId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Owes a conversation, whose row must exist, an announcement: the next event of the conversation itself. */
export async function announce(
  tx: Tx,
  given: ChannelKey,
  connectionId: string,
  announcement: Announcement,
  now: EpochMs,
): Promise<void> {
  const channel = await whereNow(tx, given);
  const { announced } = await updateChannel(tx, channel)
    .set((eb) => ({ announced: eb('announced', '+', 1) }))
    .returning('announced')
    .executeTakeFirstOrThrow();
  const subject = { subject: CHANNEL_SUBJECT, number: announced };
  await owe(tx, channel, { connectionId, ...subject }, announcement, now);
}

/** The conversation under the id that it has now: settings may still name an old one. */
async function whereNow(tx: Tx, { workspaceId, channelId }: ChannelKey): Promise<ChannelKey> {
  const row = await tx
    .selectFrom('channels')
    .select('moved_to')
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .executeTakeFirst();
  return { workspaceId, channelId: row?.moved_to ?? channelId };
}

/** Owes a conversation an event of a connection itself, such as the end of a down time; owing it again changes nothing. */
export async function announceOf(
  tx: Tx,
  channel: ChannelKey,
  connection: { readonly connectionId: string; readonly number: number },
  announcement: Announcement,
  now: EpochMs,
): Promise<void> {
  await owe(tx, channel, { ...connection, subject: connection.connectionId }, announcement, now);
}

async function owe(
  tx: Tx,
  { workspaceId, channelId }: ChannelKey,
  {
    connectionId,
    subject,
    number,
  }: { readonly connectionId: string; readonly subject: string; readonly number: number },
  announcement: Announcement,
  now: EpochMs,
): Promise<void> {
  await tx
    .insertInto('deliveries')
    .values({
      workspace_id: workspaceId,
      channel_id: channelId,
      connection_id: connectionId,
      subject,
      number,
      announcement: encode(announcement),
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
