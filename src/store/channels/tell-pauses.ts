import { isDirectMessage } from '../../domain/conversation.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { PauseReader, PauseToTell } from '../../ports/store/channels.ts';
import { announce, ensureChannel } from '../rows/announce.ts';
import type { Db } from '../rows/schema.ts';
import { listToTell, noteTold } from './pauses.ts';
import { listSubscriptions, named } from './subscriptions.ts';

/** People who used the bot in a channel that are looked at. */
const MAX_USERS = 20;

/** See `ChannelStore`. */
export async function listPausesToTell(
  db: Db,
  { workspaceId, sayMs }: { readonly workspaceId: string; readonly sayMs: number },
): Promise<readonly PauseToTell[]> {
  const rows = await listToTell(db, { workspaceId, of: 'channels', sayMs });
  const found: PauseToTell[] = [];
  for (const { channel_id: channelId, reason } of rows) {
    // A direct message that fails is not told in another direct message.
    if (isDirectMessage(channelId)) continue;
    const channel = { workspaceId, channelId };
    const subscriptions = await listSubscriptions(db, channel);
    found.push({ ...channel, reason, subscriptions, users: await listUsers(db, channel) });
  }
  return found;
}

/** Who did something there, the last one first. */
async function listUsers(db: Db, { workspaceId, channelId }: ChannelKey): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('audit')
    .select((eb) => ['user_id', eb.fn.max('id').as('last')])
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('user_id', '<>', '')
    .groupBy('user_id')
    .orderBy('last', 'desc')
    .limit(MAX_USERS)
    .execute();
  return rows.map((row) => row.user_id);
}

/** See `ChannelStore`. */
export async function tellPause(
  db: Db,
  {
    pause,
    readers,
    now,
  }: { readonly pause: PauseToTell; readonly readers: readonly PauseReader[]; readonly now: EpochMs },
): Promise<boolean> {
  const { workspaceId, channelId, reason } = pause;
  return await db.transaction().execute(async (tx) => {
    if (!(await noteTold(tx, { workspaceId, channelId }, now))) return false;
    for (const { conversationId, subscriptions } of readers) {
      const [first] = subscriptions;
      if (first === undefined) continue;
      const conversation = { workspaceId, channelId: conversationId };
      await ensureChannel(tx, conversation, now);
      const announcement = { kind: 'paused' as const, channelId, reason, jobs: subscriptions.map(named) };
      await announce(tx, conversation, first.connectionId, announcement, now);
    }
    return readers.length > 0;
  });
}
