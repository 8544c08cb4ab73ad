import type { ChannelKey } from '../domain/subscription.ts';
import type { Context } from './context.ts';

/** Somebody invited the bot: a first message, once, and whatever the channel is owed goes out again. */
export async function greetChannel(context: Context, channel: ChannelKey, by: string | null): Promise<void> {
  const { store, connectionId, clock } = context;
  await store.greetChannel({ channel, connectionId, by, now: clock.now() });
  context.wakeDispatcher();
}

/** The bot has come in by itself: whatever the channel is owed goes out again. */
export async function goOnPosting(context: Context, channel: ChannelKey): Promise<void> {
  await context.store.resumeChannel(channel);
  context.wakeDispatcher();
}
