import { isDirectMessage } from '../../domain/conversation.ts';
import { HELD } from '../../domain/access.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { tellPauses } from '../telling/tell-pauses.ts';
import type { OutboxStore } from '../../ports/store/outbox.ts';
import type { ReviewDeps } from './review-channels.ts';

/** A conversation has another id from now on, as when it is shared: everything of it follows. */
export async function followChannel(deps: ReviewDeps, channel: ChannelKey, to: string): Promise<void> {
  const { store, clock, access, log, wakeLoops } = deps;
  if (!(await store.moveChannel({ channel, to, now: clock.now() }))) return;
  for (const id of [channel.channelId, to]) access.directory.forget(id);
  log.info({ channel: channel.channelId, to }, 'a conversation has another id, and everything of it follows');
  wakeLoops();
}

/**
 * A message of ours was pressed in a conversation: where it is on record in another one, that one is called so now. Slack
 * says which message it was, so nobody can make this up.
 */
export async function followMessage(
  deps: ReviewDeps & { readonly store: OutboxStore },
  channel: ChannelKey,
  pressed: { readonly postId: string; readonly messageTs: string },
): Promise<void> {
  const sent = await deps.store.findPost(pressed.postId);
  if (sent === null || sent.messageTs !== pressed.messageTs) return;
  const { workspaceId, channelId } = sent.post;
  if (workspaceId !== channel.workspaceId || channelId === channel.channelId) return;
  if (!isDirectMessage(channelId)) await followChannel(deps, { workspaceId, channelId }, channel.channelId);
}

/** A channel was deleted, which nothing brings back: its subscriptions end; who made them and the operator hear of it. */
export async function endChannel(deps: ReviewDeps, channel: ChannelKey): Promise<void> {
  const { store, clock } = deps;
  await store.holdChannel({ channel, reason: HELD.channel_deleted, now: clock.now() });
  await tellPauses(deps);
  const actor = { ...channel, userId: '' };
  await store.unsubscribe({ actor, jobs: 'all', reason: HELD.channel_deleted, announce: false, now: clock.now() });
}
