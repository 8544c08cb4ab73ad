import { isDirectMessage } from '../../domain/conversation.ts';
import type { Channels } from '../../ports/slack.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';

/** A conversation, and who made each of the subscriptions in it. */
export interface OwnedChannel {
  readonly channelId: string;
  readonly owners: readonly string[];
}

/**
 * Those of some conversations that one person may know of: where they ask, where all subscriptions of a direct message are
 * their own, and whatever Slack shows them. Somebody else's direct messages are nobody's business.
 */
export async function findVisible(
  channels: Channels,
  actor: Actor,
  candidates: readonly OwnedChannel[],
): Promise<ReadonlySet<string>> {
  const isOwn = ({ owners }: OwnedChannel) => owners.length > 0 && owners.every((owner) => owner === actor.userId);
  const own = candidates.filter((one) => isDirectMessage(one.channelId) && isOwn(one));
  const others = candidates.filter(({ channelId }) => channelId !== actor.channelId && !isDirectMessage(channelId));
  const shown = await channels.visibleTo(
    actor.userId,
    others.map(({ channelId }) => channelId),
  );
  // Where the asker has typed this, the asker is.
  return new Set([actor.channelId, ...own.map(({ channelId }) => channelId), ...shown]);
}
