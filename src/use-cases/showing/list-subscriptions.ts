import { readBackNow } from '../../domain/post/read-back.ts';
import type { ReadBack } from '../../domain/post/read-back.ts';
import type { ChannelKey, ChannelPause, ListedSubscription } from '../../domain/subscription.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';
import type { SubscriptionStore } from '../../ports/store/subscriptions.ts';

/** What listing subscriptions takes. */
export interface ListSubscriptionsDeps {
  readonly store: SubscriptionStore & ChannelStore;
  /** The app is known to have no right to read the conversation back. */
  readonly lacksHistory: (channelId: string) => boolean;
}

/** What a channel watches, and whether its posts get through. */
export interface SubscriptionList {
  readonly subscriptions: readonly ListedSubscription[];
  readonly pause: ChannelPause | null;
  /** Whether each message here is told exactly once, or at least once. */
  readonly readBack: ReadBack;
}

/** The channel's subscriptions, oldest first, from what is known; DRS is not asked. */
export async function listSubscriptions(
  { store, lacksHistory }: ListSubscriptionsDeps,
  channel: ChannelKey,
): Promise<SubscriptionList> {
  const [subscriptions, pause, readBack] = await Promise.all([
    store.listSubscriptions(channel),
    store.findPause(channel),
    store.findReadBack(channel),
  ]);
  return { subscriptions, pause, readBack: readBackNow(readBack, lacksHistory(channel.channelId)) };
}
