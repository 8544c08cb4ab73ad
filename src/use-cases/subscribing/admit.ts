import { decideAccess } from '../../domain/access.ts';
import type { Access } from '../../domain/access.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import { isDirectMessage } from '../../domain/conversation.ts';
import { holdOrRelease, holdOrReleaseReader } from './review-channels.ts';
import type { ReviewDeps } from './review-channels.ts';

/**
 * Decides whether a command or click is carried out. A channel that turns out to be shared, or to be shared no longer, has
 * its posts held back or let go with it.
 *
 * @param teamId the workspace of the person, as the request says; null when it does not
 */
export async function admit(deps: ReviewDeps, actor: Actor, teamId: string | null): Promise<Access> {
  const { directory, home, policy } = deps.access;
  const [person, sharing] = await Promise.all([
    directory.findPerson(actor.userId),
    directory.findSharing(actor.channelId),
  ]);
  const place = { channelId: actor.channelId, sharing };
  await holdOrRelease(deps, actor, place);
  const asker = { userId: actor.userId, teamId, person };
  if (isDirectMessage(actor.channelId)) await holdOrReleaseReader(deps, actor, asker);
  const access = decideAccess(asker, place, home, policy);
  // Somebody is there: perhaps what was refused has been mended.
  const { store, clock, wakeLoops } = deps;
  if (access.kind === 'allowed' && (await store.tryAtOnce({ channel: actor, now: clock.now() }))) wakeLoops();
  return access;
}
