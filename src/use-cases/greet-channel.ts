import { HELD_REASONS } from '../domain/access.ts';
import type { ChannelKey } from '../domain/subscription.ts';
import { reviewChannel } from './review-channels.ts';
import type { Guarded } from './review-channels.ts';

/**
 * Somebody invited the bot: a first message, once, and whatever the channel is owed goes out again. Nothing is said where
 * another organisation reads, or where the operator does not allow it.
 */
export async function greetChannel(context: Guarded, channel: ChannelKey, by: string | null): Promise<void> {
  const { store, connectionId, clock } = context;
  const refusal = await reviewChannel(context, channel);
  if (refusal === 'channel_shared' || refusal === 'channel_not_allowed') return;
  const pause = await store.findPause(channel);
  if (pause !== null && HELD_REASONS.includes(pause.reason)) return;
  await store.greetChannel({ channel, connectionId, by, now: clock.now() });
  context.wakeDispatcher();
}
