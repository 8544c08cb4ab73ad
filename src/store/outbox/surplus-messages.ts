import type { MessageTs } from '../../domain/post/message-ts.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { SurplusMessage } from '../../ports.ts';
import { isDue } from '../rows/timed-work.ts';
import type { Db, Tx } from '../rows/schema.ts';

/** Notes copies of a post that must go; noting one again changes nothing. */
export async function addSurplus(
  tx: Tx,
  channel: ChannelKey,
  postId: string,
  copies: readonly MessageTs[],
  at: EpochMs,
): Promise<void> {
  if (copies.length === 0) return;
  await tx
    .insertInto('surplus_messages')
    .values(
      copies.map((messageTs) => ({
        workspace_id: channel.workspaceId,
        channel_id: channel.channelId,
        message_ts: messageTs,
        post_id: postId,
        created_at: at,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function claimSurplus(
  db: Db,
  clock: EpochMs,
  { workspaceId, leaseMs }: { readonly workspaceId: string; readonly leaseMs: number },
): Promise<SurplusMessage | null> {
  return await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('surplus_messages')
      .innerJoin('channels', (join) =>
        join
          .onRef('channels.workspace_id', '=', 'surplus_messages.workspace_id')
          .onRef('channels.channel_id', '=', 'surplus_messages.channel_id'),
      )
      .select([
        'surplus_messages.workspace_id',
        'surplus_messages.channel_id',
        'channels.conversation_id',
        'surplus_messages.message_ts',
        'surplus_messages.post_id',
        'surplus_messages.tries',
      ])
      .where('surplus_messages.workspace_id', '=', workspaceId)
      .where('surplus_messages.outcome', 'is', null)
      .where(isDue('surplus_messages.next_try_at', 'surplus_messages.try_set_at', clock))
      .orderBy('surplus_messages.next_try_at')
      .executeTakeFirst();
    if (row === undefined) return null;
    const message = {
      workspaceId: row.workspace_id,
      channelId: row.channel_id,
      conversationId: row.conversation_id ?? row.channel_id,
      messageTs: row.message_ts,
      postId: row.post_id,
      tries: row.tries + 1,
    };
    await updateSurplus(tx, message)
      .set((eb) => ({ next_try_at: clock + leaseMs, try_set_at: clock, tries: eb('tries', '+', 1) }))
      .execute();
    return message;
  });
}

export async function settleSurplus(
  db: Db,
  clock: EpochMs,
  message: SurplusMessage,
  settlement: { readonly outcome: 'removed' | 'refused' } | { readonly afterMs: number },
): Promise<void> {
  const change = 'outcome' in settlement ? settlement : { next_try_at: clock + settlement.afterMs, try_set_at: clock };
  await updateSurplus(db, message).set(change).execute();
}

function updateSurplus(db: Db, message: ChannelKey & { readonly messageTs: MessageTs }) {
  return db
    .updateTable('surplus_messages')
    .where('workspace_id', '=', message.workspaceId)
    .where('channel_id', '=', message.channelId)
    .where('message_ts', '=', message.messageTs);
}
