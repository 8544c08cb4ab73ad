import type { Channels } from '../../ports/slack.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';

/** What opening the operator's channel takes. */
export interface OpenOpsChannelDeps {
  readonly store: ChannelStore;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly log: Log;
  readonly opsChannel: ChannelKey | null;
}

/** Makes sure that the operator's channel can be written to, as far as that is in our hands; else the log says what to do. */
export async function openOpsChannel({ store, channels, clock, opsChannel, log }: OpenOpsChannelDeps): Promise<void> {
  if (opsChannel === null) return;
  const { channelId } = opsChannel;
  const access = await channels.prepare(channelId);
  switch (access.kind) {
    case 'invite_needed':
      return log.error(
        { channel: channelId },
        'OPS_CHANNEL cannot be posted to: check the id, and invite the bot into that channel',
      );
    case 'archived':
      return log.error({ channel: channelId }, 'OPS_CHANNEL is archived: set it to another channel');
    case 'unknown':
      return log.warn(
        { channel: channelId, reason: access.reason },
        'Slack does not tell whether OPS_CHANNEL can be posted to',
      );
    case 'ready':
      // What had been held back since the bot was thrown out goes out.
      await store.tryAtOnce({ channel: opsChannel, now: clock.now() });
  }
}
