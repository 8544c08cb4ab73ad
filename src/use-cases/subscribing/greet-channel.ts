import { HELD_REASONS } from '../../domain/access.ts';
import type { Sharing } from '../../domain/access.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
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

/**
 * Something has happened that may let posts into the channel: whatever it is owed is tried at once, unless it may be told
 * nothing.
 *
 * @param announced see `reviewChannel`
 */
export async function goOnPosting(context: Guarded, channel: ChannelKey, announced?: Sharing): Promise<void> {
  if (!(await mayBeTold(context, channel, announced))) return;
  if (await context.store.tryAtOnce({ channel, now: context.clock.now() })) context.wakeDispatcher();
}

async function mayBeTold(context: Guarded, channel: ChannelKey, announced?: Sharing): Promise<boolean> {
  const refusal = await reviewChannel(context, channel, announced);
  if (refusal === 'channel_shared' || refusal === 'channel_not_allowed') return false;
  const pause = await context.store.findPause(channel);
  return pause === null || !HELD_REASONS.includes(pause.reason);
}
