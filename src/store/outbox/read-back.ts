import type { ReadBack } from '../../domain/post/read-back.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { ReadBackTrial } from '../../ports.ts';
import { updateChannel } from '../rows/channel-lease.ts';
import { isDue } from '../rows/timed-work.ts';
import type { Db } from '../rows/schema.ts';

interface ReadBackRow {
  readonly read_back_at: number | null;
  readonly read_back_refusal: string | null;
}

/** What a channel's row says about reading back there. */
export function toReadBack(row: ReadBackRow | undefined): ReadBack {
  if (row === undefined) return { kind: 'untried' };
  if (row.read_back_at !== null) return { kind: 'proven', since: row.read_back_at };
  return row.read_back_refusal === null ? { kind: 'untried' } : { kind: 'refused', reason: row.read_back_refusal };
}

export async function findReadBack(db: Db, channel: ChannelKey): Promise<ReadBack> {
  const row = await db
    .selectFrom('channels')
    .select(['read_back_at', 'read_back_refusal'])
    .where('workspace_id', '=', channel.workspaceId)
    .where('channel_id', '=', channel.channelId)
    .executeTakeFirst();
  return toReadBack(row);
}

/** Channels that watch something, with whether they can be read back. */
export async function listReadBacks(
  db: Db,
  workspaceId: string,
): Promise<readonly { readonly channelId: string; readonly readBack: ReadBack }[]> {
  const rows = await db
    .selectFrom('channels')
    .select(['channel_id', 'read_back_at', 'read_back_refusal'])
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', 'in', (watching) =>
      watching
        .selectFrom('subscriptions')
        .select('subscriptions.channel_id')
        .where('subscriptions.workspace_id', '=', workspaceId)
        .where('subscriptions.ended_at', 'is', null),
    )
    .orderBy('channel_id')
    .execute();
  return rows.map((row) => ({ channelId: row.channel_id, readBack: toReadBack(row) }));
}

export async function saveReadBack(db: Db, channel: ChannelKey, readBack: ReadBack): Promise<void> {
  switch (readBack.kind) {
    case 'untried':
      return;
    case 'proven':
      await updateChannel(db, channel)
        .set({ read_back_at: readBack.since, read_back_refusal: null, read_back_due_at: null })
        .where('read_back_at', 'is', null)
        .execute();
      return;
    case 'refused':
      await updateChannel(db, channel)
        .set((eb) => ({
          read_back_at: null,
          read_back_refusal: readBack.reason,
          read_back_due_at: eb.fn.coalesce('read_back_due_at', eb.val(0)),
        }))
        .execute();
  }
}

export async function claimReadBack(
  db: Db,
  clock: EpochMs,
  { workspaceId, everyMs }: { readonly workspaceId: string; readonly everyMs: number },
): Promise<ReadBackTrial | null> {
  return await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('channels')
      .innerJoin('posts', (join) =>
        join
          .onRef('posts.workspace_id', '=', 'channels.workspace_id')
          .onRef('posts.channel_id', '=', 'channels.channel_id')
          .onRef('posts.message_ts', '=', 'channels.last_ts'),
      )
      .select([
        'channels.workspace_id',
        'channels.channel_id',
        'channels.conversation_id',
        'posts.id as post_id',
        'posts.thread_ts',
        'posts.message_ts',
      ])
      .where('channels.workspace_id', '=', workspaceId)
      .where(isDue('channels.read_back_due_at', 'channels.read_back_set_at', clock))
      .where('channels.read_back_at', 'is', null)
      .where('channels.paused_at', 'is', null)
      .orderBy('channels.read_back_due_at')
      .executeTakeFirst();
    if (row === undefined || row.message_ts === null) return null;
    const channel = { workspaceId: row.workspace_id, channelId: row.channel_id };
    await updateChannel(tx, channel)
      .set({ read_back_due_at: clock + everyMs, read_back_set_at: clock })
      .execute();
    const search = {
      postId: row.post_id,
      channelId: row.conversation_id ?? row.channel_id,
      threadTs: row.thread_ts,
      fromTs: row.message_ts,
      toTs: row.message_ts,
    };
    return { channel, search };
  });
}
