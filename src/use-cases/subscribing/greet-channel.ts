import { HELD_REASONS } from '../../domain/access.ts';
import type { Sharing } from '../../domain/access.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { reviewChannel } from './review-channels.ts';
import type { ReviewDeps } from './review-channels.ts';

/** What greeting a channel takes. */
export type GreetDeps = ReviewDeps & { readonly connectionId: string };

/**
 * Somebody invited the bot: a first message, once, and whatever the channel is owed goes out again. Nothing is said where
 * another organisation reads, or where the operator does not allow it.
 */
export async function greetChannel(deps: GreetDeps, channel: ChannelKey, by: string | null): Promise<void> {
  const { store, connectionId, clock } = deps;
  if (!(await mayBeTold(deps, channel))) return;
  await store.greetChannel({ channel, connectionId, by, now: clock.now() });
  deps.wakeLoops();
}

/**
 * Something has happened that may let posts into the channel: whatever it is owed is tried at once, unless it may be told
 * nothing.
 *
 * @param announced see `reviewChannel`
 */
export async function goOnPosting(deps: ReviewDeps, channel: ChannelKey, announced?: Sharing): Promise<void> {
  if (!(await mayBeTold(deps, channel, announced))) return;
  if (await deps.store.tryAtOnce({ channel, now: deps.clock.now() })) deps.wakeLoops();
}

async function mayBeTold(deps: ReviewDeps, channel: ChannelKey, announced?: Sharing): Promise<boolean> {
  const refusal = await reviewChannel(deps, channel, announced);
  if (refusal === 'channel_shared' || refusal === 'channel_not_allowed') return false;
  const pause = await deps.store.findPause(channel);
  return pause === null || !HELD_REASONS.includes(pause.reason);
}
