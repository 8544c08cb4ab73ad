import type { ChannelKey, ChannelPause, ListedSubscription } from '../domain/subscription.ts';
import type { Context } from './context.ts';

/** What a channel watches, and whether its posts get through. */
export interface SubscriptionList {
  readonly subscriptions: readonly ListedSubscription[];
  readonly pause: ChannelPause | null;
}

/** The channel's subscriptions, oldest first, from what is known; DRS is not asked. */
export async function listSubscriptions(context: Context, channel: ChannelKey): Promise<SubscriptionList> {
  const [subscriptions, pause] = await Promise.all([
    context.store.listSubscriptions(channel),
    context.store.findPause(channel),
  ]);
  return { subscriptions, pause };
}
