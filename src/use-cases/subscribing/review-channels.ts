import { findChannelDenial, findPersonDenial, HELD, mayResume } from '../../domain/access.ts';
import type { AccessPolicy, Asker, ChannelDenial, Home, Place, Sharing } from '../../domain/access.ts';
import { isDirectMessage } from '../../domain/conversation.ts';
import { HOUR, SECOND } from '../../domain/base/time.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { Directory } from '../../ports/slack.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';
import type { SubscriptionStore } from '../../ports/store/subscriptions.ts';
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
  readonly store: ChannelStore & SubscriptionStore;
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
 * Looks whether the person behind direct messages may still use the bot, and holds back what they are told, or lets it go.
 * True where they may be told; nobody is looked up behind a channel.
 */
export async function reviewReader(deps: ReviewDeps, channel: ChannelKey): Promise<boolean> {
  const userId = await findReader(deps, channel);
  if (userId === null) return true;
  const person = await deps.access.directory.findPerson(userId);
  return await holdOrReleaseReader(deps, channel, { userId, teamId: null, person });
}

/** Who reads direct messages: whose they are by their id, or who subscribed there. Null where that is not known. */
async function findReader({ store }: ReviewDeps, channel: ChannelKey): Promise<string | null> {
  if (!isDirectMessage(channel.channelId)) return null;
  if (channel.channelId.startsWith('U')) return channel.channelId;
  const [first] = await store.listSubscriptions(channel);
  return first?.createdBy ?? null;
}

/** The same for a person who has been looked up. While Slack does not tell, everything stays as it is. */
export async function holdOrReleaseReader(
  { store, clock, access, log, wakeLoops }: ReviewDeps,
  { workspaceId, channelId }: ChannelKey,
  reader: Asker,
): Promise<boolean> {
  const channel = { workspaceId, channelId };
  const denial = findPersonDenial(reader, access.home, access.policy);
  if (denial === 'person_not_told' || denial === 'person_withheld') return true;
  const pause = await store.findPause(channel);
  const isHeld = pause?.reason === HELD.reader_not_allowed;
  if (denial !== null && !isHeld) {
    await store.holdChannel({ channel, reason: HELD.reader_not_allowed, now: clock.now() });
    log.info(
      { channel: channelId, user: reader.userId, reason: denial },
      'direct messages are held back: who reads them may not use the bot any more',
    );
  }
  if (denial === null && isHeld) {
    await store.releaseHeldChannel({ channel, now: clock.now() });
    wakeLoops();
  }
  return denial === null;
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
    if (next !== undefined) {
      const channel = { workspaceId, channelId: next };
      if (await reviewReader(deps, channel)) await reviewChannel(deps, channel);
    }
    return rest.length === 0 ? REVIEW_EVERY_MS : REVIEW_PACE_MS;
  };
}
