import type { Selectable } from 'kysely';

import type { HistoryAccess } from '../../domain/post/history-access.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { HOUR } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { updateChannel } from '../rows/update-channel.ts';
import { msUntilDue } from '../rows/timed-work.ts';
import type { Db, Schema } from '../rows/schema.ts';

/** A refusal to let us read is believed for this long. */
const REFUSAL_BELIEVED_MS = HOUR;

/** The columns that say whether we may read a channel's history. */
export const HISTORY_ACCESS = [
  'channels.read_back_at',
  'channels.read_back_refusal',
  'channels.read_back_refused_at',
] as const;

type HistoryAccessRow = Pick<
  Selectable<Schema['channels']>,
  'read_back_at' | 'read_back_refusal' | 'read_back_refused_at'
>;

/** What a channel's row says about reading back there. */
function toHistoryAccess({ read_back_at: since, read_back_refusal: reason }: HistoryAccessRow): HistoryAccess {
  if (since !== null) return { kind: 'verified', since };
  return reason === null ? { kind: 'unknown' } : { kind: 'denied', reason };
}

/**
 * For how long Slack has refused to let us read a channel: a refusal that was believed before goes on, any other counts
 * from the first one of a search.
 *
 * @param since when the search began
 */
export function refusedForMs(row: HistoryAccessRow, since: EpochMs, clock: EpochMs): number {
  const refusedAt = row.read_back_refused_at ?? clock;
  const isOfSearch = row.read_back_refusal !== null || refusedAt >= since;
  return isOfSearch ? Math.max(0, clock - refusedAt) : 0;
}

/** Slack refuses to let a search read: written down where it did not already, and believed later. */
export async function noteReadRefused(
  db: Db,
  channel: ChannelKey,
  since: EpochMs | null,
  clock: EpochMs,
): Promise<void> {
  await updateChannel(db, channel)
    .set({ read_back_refused_at: clock })
    .where('read_back_refusal', 'is', null)
    .where((eb) =>
      eb.or([
        eb('read_back_refused_at', 'is', null),
        eb('read_back_refused_at', '<', since ?? clock),
        // It was noted before the clock was set back.
        eb('read_back_refused_at', '>', clock),
      ]),
    )
    .execute();
}

/** The same for deciding whether to look there: a refusal of long ago may be over, and counts as unknown. */
export function believedHistoryAccess(row: HistoryAccessRow, clock: EpochMs): HistoryAccess {
  const refusedAt = row.read_back_refused_at ?? 0;
  const isFresh = msUntilDue(refusedAt + REFUSAL_BELIEVED_MS, refusedAt, clock) > 0;
  return toHistoryAccess(isFresh ? row : { ...row, read_back_refusal: null });
}

export async function findHistoryAccess(db: Db, channel: ChannelKey): Promise<HistoryAccess> {
  const row = await db
    .selectFrom('channels')
    .select(HISTORY_ACCESS)
    .where('workspace_id', '=', channel.workspaceId)
    .where('channel_id', '=', channel.channelId)
    .executeTakeFirst();
  return row === undefined ? { kind: 'unknown' } : toHistoryAccess(row);
}

/** Channels that watch something, with whether they can be read back. */
export async function listHistoryAccess(
  db: Db,
  workspaceId: string,
): Promise<readonly { readonly channelId: string; readonly historyAccess: HistoryAccess }[]> {
  const rows = await db
    .selectFrom('channels')
    .select(['channel_id', ...HISTORY_ACCESS])
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
  return rows.map((row) => ({ channelId: row.channel_id, historyAccess: toHistoryAccess(row) }));
}

/** Writes down what a search showed about reading in its channel. */
export async function saveHistoryAccess(
  db: Db,
  channel: ChannelKey,
  historyAccess: HistoryAccess,
  clock: EpochMs,
): Promise<void> {
  switch (historyAccess.kind) {
    case 'unknown':
      return await forgetReadRefused(db, channel);
    case 'verified':
      await updateChannel(db, channel)
        .set({ read_back_at: historyAccess.since, read_back_refusal: null, read_back_refused_at: null })
        .where('read_back_at', 'is', null)
        .execute();
      return await forgetReadRefused(db, channel);
    case 'denied':
      await updateChannel(db, channel)
        .set({ read_back_at: null, read_back_refusal: historyAccess.reason, read_back_refused_at: clock })
        .execute();
  }
}

/** A page was read. */
async function forgetReadRefused(db: Db, channel: ChannelKey): Promise<void> {
  await updateChannel(db, channel)
    .set({ read_back_refused_at: null, read_back_refusal: null })
    .where('read_back_refused_at', 'is not', null)
    .execute();
}
