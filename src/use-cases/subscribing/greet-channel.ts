import { HELD_REASONS } from '../../domain/access.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
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

/** The bot (`actor`) has come in by itself: whatever the channel is owed goes out again, unless it may be told nothing. */
export async function goOnPosting(deps: ReviewDeps, actor: Actor): Promise<void> {
  if (!(await mayBeTold(deps, actor))) return;
  await deps.store.resumeChannel({ actor, now: deps.clock.now() });
  deps.wakeLoops();
}

async function mayBeTold(deps: ReviewDeps, channel: ChannelKey): Promise<boolean> {
  const refusal = await reviewChannel(deps, channel);
  if (refusal === 'channel_shared' || refusal === 'channel_not_allowed') return false;
  const pause = await deps.store.findPause(channel);
  return pause === null || !HELD_REASONS.includes(pause.reason);
}
