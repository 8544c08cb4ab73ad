import { historyAccessNow } from '../../domain/post/history-access.ts';
import type { HistoryAccess } from '../../domain/post/history-access.ts';
import type { RuleChoice } from '../../domain/rules/rule-choice.ts';
import type { ChannelKey, ChannelPause, ListedSubscription } from '../../domain/subscription.ts';
import type { Directory } from '../../ports/slack.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';
import type { SubscriptionStore } from '../../ports/store/subscriptions.ts';
import { subscriberNames } from './people-names.ts';

/** What listing subscriptions takes. */
export interface ListSubscriptionsDeps {
  readonly store: SubscriptionStore & ChannelStore;
  readonly access: { readonly directory: Pick<Directory, 'findName'> };
  /** The app is known to have no right to read the conversation back. */
  readonly lacksHistory: (channelId: string) => boolean;
}

/** What a channel watches, and whether its posts get through. */
export interface SubscriptionList {
  readonly subscriptions: readonly ListedSubscription[];
  /** What its subscriptions follow that say nothing themselves. */
  readonly channelRules: RuleChoice;
  readonly pause: ChannelPause | null;
  /** Whether each message here is told exactly once, or at least once. */
  readonly historyAccess: HistoryAccess;
  /** Of those who subscribed, as far as Slack tells. */
  readonly names: ReadonlyMap<string, string>;
}

/** The channel's subscriptions, oldest first, from what is known; DRS is not asked. */
export async function listSubscriptions(
  { store, access, lacksHistory }: ListSubscriptionsDeps,
  channel: ChannelKey,
): Promise<SubscriptionList> {
  const [subscriptions, channelRules, pause, historyAccess] = await Promise.all([
    store.listSubscriptions(channel),
    store.findChannelRules(channel),
    store.findPause(channel),
    store.findHistoryAccess(channel),
  ]);
  return {
    subscriptions,
    channelRules,
    pause,
    historyAccess: historyAccessNow(historyAccess, lacksHistory(channel.channelId)),
    names: await subscriberNames(access.directory, subscriptions),
  };
}
