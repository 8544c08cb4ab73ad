import { HELD_REASONS } from '../../domain/access.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import { reviewChannel } from './review-channels.ts';
import type { Guarded } from './review-channels.ts';

/**
 * Somebody invited the bot: a first message, once, and whatever the channel is owed goes out again. Nothing is said where
 * another organisation reads, or where the operator does not allow it.
 */
export async function greetChannel(context: Guarded, channel: ChannelKey, by: string | null): Promise<void> {
  const { store, connectionId, clock } = context;
  if (!(await mayBeTold(context, channel))) return;
  await store.greetChannel({ channel, connectionId, by, now: clock.now() });
  context.wakeDispatcher();
}

/** The bot (`actor`) has come in by itself: whatever the channel is owed goes out again, unless it may be told nothing. */
export async function goOnPosting(context: Guarded, actor: Actor): Promise<void> {
  if (!(await mayBeTold(context, actor))) return;
  await context.store.resumeChannel({ actor, now: context.clock.now() });
  context.wakeDispatcher();
}

async function mayBeTold(context: Guarded, channel: ChannelKey): Promise<boolean> {
  const refusal = await reviewChannel(context, channel);
  if (refusal === 'channel_shared' || refusal === 'channel_not_allowed') return false;
  const pause = await context.store.findPause(channel);
  return pause === null || !HELD_REASONS.includes(pause.reason);
}
