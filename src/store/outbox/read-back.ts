import type { Selectable } from 'kysely';

import type { ReadBack } from '../../domain/post/read-back.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { HOUR } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { updateChannel } from '../rows/update-channel.ts';
import { msUntilDue } from '../rows/timed-work.ts';
import type { Db, Schema } from '../rows/schema.ts';

/** A refusal to let us read is believed for this long. */
const REFUSAL_BELIEVED_MS = HOUR;

/** The columns that say whether a channel can be read back. */
export const READ_BACK = [
  'channels.read_back_at',
  'channels.read_back_refusal',
  'channels.read_back_refused_at',
] as const;

type ReadBackRow = Pick<Selectable<Schema['channels']>, 'read_back_at' | 'read_back_refusal' | 'read_back_refused_at'>;

/** What a channel's row says about reading back there. */
function toReadBack({ read_back_at: since, read_back_refusal: reason }: ReadBackRow): ReadBack {
  if (since !== null) return { kind: 'proven', since };
  return reason === null ? { kind: 'untried' } : { kind: 'refused', reason };
}

/** The same for deciding whether to look there: a refusal of long ago may be over, and counts as untried. */
export function believedReadBack(row: ReadBackRow, clock: EpochMs): ReadBack {
  const refusedAt = row.read_back_refused_at ?? 0;
  const isFresh = msUntilDue(refusedAt + REFUSAL_BELIEVED_MS, refusedAt, clock) > 0;
  return toReadBack(isFresh ? row : { ...row, read_back_refusal: null });
}

export async function findReadBack(db: Db, channel: ChannelKey): Promise<ReadBack> {
  const row = await db
    .selectFrom('channels')
    .select(READ_BACK)
    .where('workspace_id', '=', channel.workspaceId)
    .where('channel_id', '=', channel.channelId)
    .executeTakeFirst();
  return row === undefined ? { kind: 'untried' } : toReadBack(row);
}

/** Channels that watch something, with whether they can be read back. */
export async function listReadBacks(
  db: Db,
  workspaceId: string,
): Promise<readonly { readonly channelId: string; readonly readBack: ReadBack }[]> {
  const rows = await db
    .selectFrom('channels')
    .select(['channel_id', ...READ_BACK])
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

/** Writes down what a search showed about reading in its channel. */
export async function saveReadBack(db: Db, channel: ChannelKey, readBack: ReadBack, clock: EpochMs): Promise<void> {
  switch (readBack.kind) {
    case 'untried':
      return;
    case 'proven':
      await updateChannel(db, channel)
        .set({ read_back_at: readBack.since, read_back_refusal: null, read_back_refused_at: null })
        .where('read_back_at', 'is', null)
        .execute();
      return;
    case 'refused':
      await updateChannel(db, channel)
        .set({ read_back_at: null, read_back_refusal: readBack.reason, read_back_refused_at: clock })
        .execute();
  }
}
