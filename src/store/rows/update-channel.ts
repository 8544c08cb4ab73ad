import type { ChannelKey } from '../../domain/subscription.ts';
import { ofChannel } from './keys.ts';
import type { Db } from './schema.ts';

/** Begins an update of one channel's row. */
export function updateChannel(db: Db, { workspaceId, channelId }: ChannelKey) {
  return db.updateTable('channels').where((eb) => eb.and(ofChannel({ workspaceId, channelId })));
}
