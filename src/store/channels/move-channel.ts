import { sql } from 'kysely';

import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { CHANNEL_SUBJECT, ensureChannel } from '../rows/announce.ts';
import { audit } from '../rows/audit.ts';
import type { Db, Tx } from '../rows/schema.ts';
import { hasten } from './pauses.ts';
import { applyChannelRules } from './rules.ts';

/** Why something stays behind when its conversation changes its id: the same is there already. */
const ALREADY_THERE = 'moved';

/** See `ChannelStore`. */
export async function moveChannel(
  db: Db,
  { channel, to, now }: { readonly channel: ChannelKey; readonly to: string; readonly now: EpochMs },
): Promise<boolean> {
  return await db.transaction().execute(async (tx) => await moveChannelIn(tx, channel, to, now));
}

/** The same in a transaction. */
export async function moveChannelIn(tx: Tx, channel: ChannelKey, to: string, now: EpochMs): Promise<boolean> {
  const { workspaceId, channelId: from } = channel;
  const known = await tx
    .selectFrom('channels')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', from)
    .where('moved_to', 'is', null)
    .executeTakeFirst();
  if (known === undefined || from === to) return false;
  await tx
    .insertInto('channels')
    .values({ ...known, channel_id: to, conversation_id: to })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await moveDeliveries(tx, channel, to, now);
  await moveSubscriptions(tx, channel, to, now);
  await sql`update posts set channel_id = ${to}, joinable = case when exists (select 1 from posts as there
      where there.workspace_id = ${workspaceId} and there.channel_id = ${to} and there.joinable = 1) then 0 else joinable end
    where workspace_id = ${workspaceId} and channel_id = ${from}`.execute(tx);
  await sql`delete from pauses where workspace_id = ${workspaceId} and channel_id = ${to} and post_id = ''`.execute(tx);
  await sql`update pauses set channel_id = ${to}
    where workspace_id = ${workspaceId} and channel_id = ${from}`.execute(tx);
  await sql`update channels set moved_to = ${to}
    where workspace_id = ${workspaceId} and (channel_id = ${from} or moved_to = ${from})`.execute(tx);
  const there = { workspaceId, channelId: to };
  await ensureChannel(tx, there, now);
  await applyChannelRules(tx, there, now);
  await audit(tx, { ...there, userId: null }, 'move', null, now, { channel: from }, { channel: to });
  await hasten(tx, there, now);
  return true;
}

/** Announcements are numbered on behind those that are there; an event that is owed there as well is told once. */
async function moveDeliveries(tx: Tx, { workspaceId, channelId: from }: ChannelKey, to: string, now: EpochMs) {
  const { there } = await tx
    .selectFrom('deliveries')
    .select((eb) => eb.fn.coalesce(eb.fn.max('number'), eb.val(0)).as('there'))
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', to)
    .where('subject', '=', CHANNEL_SUBJECT)
    .executeTakeFirstOrThrow();
  const { numUpdatedRows: moved } = await tx
    .updateTable('deliveries')
    .set((eb) => ({ channel_id: to, number: eb('number', '+', there) }))
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', from)
    .where('subject', '=', CHANNEL_SUBJECT)
    .executeTakeFirstOrThrow();
  const isThere = sql`exists (select 1 from deliveries as other where other.workspace_id = ${workspaceId}
    and other.channel_id = ${to} and other.connection_id = deliveries.connection_id
    and other.subject = deliveries.subject and other.number = deliveries.number)`;
  await sql`update deliveries set outcome = 'not_told', reason = ${ALREADY_THERE}, settled_at = ${now}
    where workspace_id = ${workspaceId} and channel_id = ${from} and outcome is null and ${isThere}`.execute(tx);
  await sql`update deliveries set channel_id = ${to}
    where workspace_id = ${workspaceId} and channel_id = ${from} and not ${isThere}`.execute(tx);
  if (moved > 0n)
    await sql`update channels set announced = (select max(number) from deliveries
        where workspace_id = ${workspaceId} and channel_id = ${to} and subject = ${CHANNEL_SUBJECT})
      where workspace_id = ${workspaceId} and channel_id = ${to}`.execute(tx);
}

/** A subscription that is there as well ends. */
async function moveSubscriptions(tx: Tx, { workspaceId, channelId: from }: ChannelKey, to: string, now: EpochMs) {
  await sql`update subscriptions set ended_at = ${now}, end_reason = ${ALREADY_THERE}
    where workspace_id = ${workspaceId} and channel_id = ${from} and ended_at is null and exists (
      select 1 from subscriptions as there where there.workspace_id = ${workspaceId} and there.channel_id = ${to}
        and there.ended_at is null and there.connection_id = subscriptions.connection_id
        and there.job_id = subscriptions.job_id)`.execute(tx);
  await sql`update subscriptions set channel_id = ${to}
    where workspace_id = ${workspaceId} and channel_id = ${from}`.execute(tx);
}
