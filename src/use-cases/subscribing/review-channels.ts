import { findChannelDenial, HELD, mayResume } from '../../domain/access.ts';
import type { AccessPolicy, ChannelDenial, Home, Place, Sharing } from '../../domain/access.ts';
import { HOUR, SECOND } from '../../domain/base/time.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { Directory } from '../../ports/slack.ts';
import { tellPauses } from '../telling/tell-pauses.ts';
import type { TellPausesDeps } from '../telling/tell-pauses.ts';

/** Each channel that watches something is asked about once in this time, in ms: may it still be told things? */
const REVIEW_EVERY_MS = HOUR;
/** Between two such questions, in ms: Slack answers about 50 a minute. */
const REVIEW_PACE_MS = 1.5 * SECOND;

/** What deciding about access takes. */
export interface AccessDeps {
  readonly directory: Directory;
  readonly home: Home;
  readonly policy: AccessPolicy;
}

/** What asking who may read a channel takes. */
export interface ReviewDeps extends TellPausesDeps {
  readonly access: AccessDeps;
}

/**
 * Asks anew who may read a channel, and holds back its posts or lets them go. Null when it may be told things.
 *
 * @param announced what an event has just said about it; it counts where Slack does not answer
 */
export async function reviewChannel(
  deps: ReviewDeps,
  channel: ChannelKey,
  announced?: Sharing,
): Promise<ChannelDenial | null> {
  const { directory } = deps.access;
  directory.forget(channel.channelId);
  const found = await directory.findSharing(channel.channelId);
  const sharing = found.kind === 'told' ? found : (announced ?? found);
  return await holdOrRelease(deps, channel, { channelId: channel.channelId, sharing });
}

/**
 * A channel that another organisation reads, or that the operator does not allow, is told nothing; what it is owed waits.
 * While Slack does not tell, everything stays as it is.
 */
export async function holdOrRelease(
  deps: ReviewDeps,
  { workspaceId, channelId }: ChannelKey,
  place: Place,
): Promise<ChannelDenial | null> {
  const { store, clock, access, wakeLoops } = deps;
  const channel = { workspaceId, channelId };
  const refusal = findChannelDenial(place, access.policy);
  if (refusal === 'channel_not_told') return refusal;
  // Reading costs little; a write would make every command wait for its turn.
  const pause = await store.findPause(channel);
  if (refusal !== null && pause?.reason !== HELD[refusal]) {
    await store.holdChannel({ channel, reason: HELD[refusal], now: clock.now() });
    await tellPauses(deps);
  }
  if (refusal === null && pause !== null && mayResume(pause.reason, place.sharing)) {
    await store.releaseHeldChannel({ channel, now: clock.now() });
    wakeLoops();
  }
  return refusal;
}

/**
 * Reviews one watching channel after the other, for what happened while nobody was told.
 *
 * @returns one step of it: how long to wait before the next, in ms
 */
export function createReview(deps: ReviewDeps, workspaceId: string): () => Promise<number> {
  let left: readonly string[] = [];
  return async () => {
    if (left.length === 0) left = await deps.store.listWatchingChannels(workspaceId);
    const [next, ...rest] = left;
    left = rest;
    if (next !== undefined) await reviewChannel(deps, { workspaceId, channelId: next });
    return rest.length === 0 ? REVIEW_EVERY_MS : REVIEW_PACE_MS;
  };
}
