import { HELD_REASONS } from '../../domain/access.ts';
import type { HeldReason } from '../../domain/access.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import { audit } from '../rows/audit.ts';
import type { Auditor } from '../rows/audit.ts';
import { updateChannel } from '../rows/update-channel.ts';
import { ofChannel } from '../rows/keys.ts';
import type { Db, Tx } from '../rows/schema.ts';
import { tellOwners } from './tell-owners.ts';

/**
 * Holds back a channel's posts; written down, and told to those who subscribed it.
 *
 * @param refusedPostId the post that Slack refused; null when nothing was sent
 */
export async function pauseChannel(
  tx: Tx,
  { workspaceId, channelId }: ChannelKey,
  refusedPostId: string | null,
  { at, reason }: { readonly at: EpochMs; readonly reason: string },
): Promise<void> {
  const channel = { workspaceId, channelId };
  const before = await pauseReason(tx, channel);
  await updateChannel(tx, channel).set({ paused_at: at, pause_reason: reason }).execute();
  await audit(tx, { ...channel, userId: null }, 'pause', null, at, posting(before), posting(reason));
  await tellOwners(tx, channel, refusedPostId, reason, at);
}

/** Lets a channel's posts go out again; written down if they had not. */
export async function endPause(tx: Tx, { userId, ...channel }: Auditor, now: EpochMs): Promise<void> {
  const before = await pauseReason(tx, channel);
  // A channel that was not paused keeps whatever it waits for: its pace, Slack's word, a search.
  if (before === null) return;
  await updateChannel(tx, channel).set({ paused_at: null, pause_reason: null, next_send_at: 0 }).execute();
  // Changes of messages that were refused meanwhile wait ever longer; now there is a reason to try at once.
  await tx
    .updateTable('posts')
    .set({ due_at: 0, tries: 0 })
    .where((eb) => eb.and(ofChannel(channel)))
    .where('due_at', 'is not', null)
    .execute();
  await audit(tx, { ...channel, userId }, 'resume', null, now, posting(before), posting(null));
}

export async function resumeChannel(
  db: Db,
  { actor, now }: { readonly actor: Actor; readonly now: EpochMs },
): Promise<void> {
  await db.transaction().execute((tx) => endPause(tx, actor, now));
}

export async function holdChannel(
  db: Db,
  { channel, reason, now }: { readonly channel: ChannelKey; readonly reason: HeldReason; readonly now: EpochMs },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await findRow(tx, channel);
    if (row === undefined || row.pause_reason === reason) return;
    await pauseChannel(tx, channel, null, { at: now, reason });
  });
}

export async function releaseHeldChannel(
  db: Db,
  { channel, now }: { readonly channel: ChannelKey; readonly now: EpochMs },
): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const reason = await pauseReason(tx, channel);
    if (reason === null || !HELD_REASONS.includes(reason)) return false;
    await endPause(tx, { ...channel, userId: null }, now);
    return true;
  });
}

/** Why posts are held back; null when they are not. */
async function pauseReason(tx: Tx, channel: ChannelKey): Promise<string | null> {
  const row = await findRow(tx, channel);
  return row === undefined || row.paused_at === null ? null : (row.pause_reason ?? 'unknown');
}

function findRow(tx: Tx, { workspaceId, channelId }: ChannelKey) {
  return tx
    .selectFrom('channels')
    .select(['paused_at', 'pause_reason'])
    .where((eb) => eb.and(ofChannel({ workspaceId, channelId })))
    .executeTakeFirst();
}

function posting(reason: string | null): object {
  return reason === null ? { posting: true } : { posting: false, reason };
}
