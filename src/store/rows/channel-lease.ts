import type { ChannelKey } from '../../domain/subscription.ts';
import type { ChannelLease } from '../../ports.ts';
import type { Db, Tx } from './schema.ts';

/** Begins an update of one channel's row. */
export function updateChannel(db: Db, { workspaceId, channelId }: ChannelKey) {
  return db.updateTable('channels').where('workspace_id', '=', workspaceId).where('channel_id', '=', channelId);
}

/** Whether the channel is still this holder's. Every write of a holder asks first. */
export async function holdsLease(tx: Tx, lease: ChannelLease): Promise<boolean> {
  const row = await tx
    .selectFrom('channels')
    .select('lease_token')
    .where('workspace_id', '=', lease.workspaceId)
    .where('channel_id', '=', lease.channelId)
    .executeTakeFirst();
  return row?.lease_token === lease.token;
}

export async function releaseChannel(db: Db, lease: ChannelLease): Promise<void> {
  await updateChannel(db, lease)
    .set({ lease_token: null, lease_until: null })
    .where('lease_token', '=', lease.token)
    .execute();
}
