import { isDirectMessage } from '../../domain/conversation.ts';
import type { ChannelPause, ListedSubscription } from '../../domain/subscription.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';
import type { Actor, SubscriptionStore } from '../../ports/store/subscriptions.ts';
import type { Channels, Directory } from '../../ports/slack.ts';
import { subscriberNames } from './people-names.ts';
import { findVisible } from './visible-channels.ts';

/** What listing a workspace takes. */
export interface ListWorkspaceDeps {
  readonly store: SubscriptionStore & ChannelStore;
  readonly channels: Channels;
  readonly access: { readonly directory: Pick<Directory, 'findName'> };
}

/** What a whole workspace watches, as far as one person may know. */
export interface WorkspaceList {
  readonly channels: readonly {
    readonly channelId: string;
    readonly subscriptions: readonly ListedSubscription[];
    /** Null where posts go out. */
    readonly pause: ChannelPause | null;
  }[];
  /** Private channels the person is not in, and what they watch together, as counts only. */
  readonly hidden: { readonly channels: number; readonly jobs: number };
  /** Of those who subscribed, as far as Slack tells. */
  readonly names: ReadonlyMap<string, string>;
}

/** Every channel's subscriptions; of private channels the asker is not in, nothing but how many there are. */
export async function listWorkspace(
  { store, channels, access }: ListWorkspaceDeps,
  actor: Actor,
): Promise<WorkspaceList> {
  const byChannel = new Map<string, ListedSubscription[]>();
  for (const one of await store.listWorkspaceSubscriptions(actor.workspaceId)) {
    byChannel.set(one.channelId, [...(byChannel.get(one.channelId) ?? []), one]);
  }
  const candidates = [...byChannel].map(([channelId, subscriptions]) => ({
    channelId,
    owners: subscriptions.map(({ createdBy }) => createdBy),
  }));
  const visible = await findVisible(channels, actor, candidates);
  const shown = [...byChannel].filter(([channelId]) => visible.has(channelId));
  // Somebody else's direct messages are nobody's business, not even as a number.
  const hidden = [...byChannel].filter(([channelId]) => !visible.has(channelId) && !isDirectMessage(channelId));
  return {
    channels: await Promise.all(
      shown.map(async ([channelId, subscriptions]) => {
        const pause = await store.findPause({ workspaceId: actor.workspaceId, channelId });
        return { channelId, subscriptions, pause };
      }),
    ),
    hidden: {
      channels: hidden.length,
      jobs: hidden.reduce((sum, [, subscriptions]) => sum + subscriptions.length, 0),
    },
    names: await subscriberNames(
      access.directory,
      shown.flatMap(([, subscriptions]) => subscriptions),
    ),
  };
}
