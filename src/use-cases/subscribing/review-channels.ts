import { mayResume, findChannelDenial, HELD } from '../../domain/access.ts';
import type { AccessPolicy, ChannelDenial, Home, Place, Sharing } from '../../domain/access.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { Directory } from '../../ports/slack.ts';
import type { Context } from '../context.ts';

/** What deciding about access takes. */
export interface AccessContext {
  readonly directory: Directory;
  readonly home: Home;
  readonly policy: AccessPolicy;
}

/** A context that knows who may do what. */
export type Guarded = Context & { readonly access: AccessContext };

/**
 * Asks anew who may read a channel, and holds back its posts or lets them go. Null when it may be told things.
 *
 * @param announced what an event has just said about it; it counts where Slack does not answer
 */
export async function reviewChannel(
  context: Guarded,
  channel: ChannelKey,
  announced?: Sharing,
): Promise<ChannelDenial | null> {
  const { directory } = context.access;
  directory.forget(channel.channelId);
  const found = await directory.findSharing(channel.channelId);
  const sharing = found.kind === 'told' ? found : (announced ?? found);
  return await holdOrRelease(context, channel, { channelId: channel.channelId, sharing });
}

/**
 * A channel that another organisation reads, or that the operator does not allow, is told nothing; what it is owed waits.
 * While Slack does not tell, everything stays as it is.
 */
export async function holdOrRelease(
  context: Guarded,
  { workspaceId, channelId }: ChannelKey,
  place: Place,
): Promise<ChannelDenial | null> {
  const { store, clock, access } = context;
  const channel = { workspaceId, channelId };
  const refusal = findChannelDenial(place, access.policy);
  if (refusal === 'channel_not_told') return refusal;
  // Reading costs little; a write would make every command wait for its turn.
  const pause = await store.findPause(channel);
  if (refusal !== null && pause?.reason !== HELD[refusal]) {
    await store.holdChannel({ channel, reason: HELD[refusal], now: clock.now() });
    context.wakeDispatcher();
  }
  if (refusal === null && pause !== null && mayResume(pause.reason, place.sharing)) {
    await store.releaseHeldChannel({ channel, now: clock.now() });
    context.wakeDispatcher();
  }
  return refusal;
}

/**
 * Reviews one watching channel after the other, for what happened while nobody was told.
 *
 * @returns one step of it: how long to wait before the next, in ms
 */
export function createReview(context: Guarded, workspaceId: string): () => Promise<number> {
  const { store, durations } = context;
  let left: readonly string[] = [];
  return async () => {
    if (left.length === 0) left = await store.listWatchingChannels(workspaceId);
    const [next, ...rest] = left;
    left = rest;
    if (next !== undefined) await reviewChannel(context, { workspaceId, channelId: next });
    return rest.length === 0 ? durations.reviewEveryMs : durations.reviewPaceMs;
  };
}
