import type { EpochMs } from '../../domain/base/time.ts';
import type { Job } from '../../domain/job/job.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { Post } from '../../domain/post/post.ts';
import type { Notifier } from '../../ports/slack.ts';
import { readJobs } from '../polling/read-jobs.ts';
import type { JobReading, ReadJobsDeps } from '../polling/read-jobs.ts';
import { claimTurn, speak } from './dispatch-deliveries.ts';
import type { TellDeps } from './dispatch-deliveries.ts';

/** What a click on *Refresh* takes. */
export type RefreshPostDeps = ReadJobsDeps & TellDeps & { readonly notifier: Notifier };

/** What became of a click on *Refresh*. */
export type RefreshedPost =
  /** The message shows how its jobs are now, or will when its turn comes. */
  | {
      readonly kind: 'shown' | 'waiting';
      /** When DRS was asked, where that was so short before the click that it was not asked again; else null. */
      readonly keptFrom: EpochMs | null;
    }
  /** Slack does not let the bot edit the message; perhaps the click can. */
  | { readonly kind: 'refused'; readonly post: Post; readonly jobs: readonly Job[] }
  /** The post is no longer kept, or is another channel's. */
  | { readonly kind: 'unknown' };

/**
 * Asks how the jobs of a post are now, and edits its message in its turn: never beside another edit of the same message,
 * so that what comes last is the newest.
 */
export async function refreshPost(deps: RefreshPostDeps, channel: ChannelKey, postId: string): Promise<RefreshedPost> {
  const { store, notifier, clock } = deps;
  const sent = await store.findPost(postId);
  if (sent === null || sent.post.channelId !== channel.channelId || sent.post.workspaceId !== channel.workspaceId) {
    return { kind: 'unknown' };
  }
  const told = [...sent.post.facts, ...sent.post.around.shown];
  const jobIds = new Set(told.flatMap((facts) => (facts.kind === 'event' ? [facts.job.jobId] : [])));
  const clickedAt = clock.now();
  const keptFrom = oldestBefore(clickedAt, await readJobs(deps, [...jobIds]));
  if (!(await store.askPost(postId))) {
    // The message is there, for somebody clicked on it, but is not on record yet.
    const post = { ...sent.post, askedAt: clock.now() };
    return { kind: 'refused', post, jobs: await store.findJobs(deps.connectionId, [...jobIds]) };
  }
  const claim = await claimTurn(deps, postId);
  if (claim.kind === 'idle' || claim.turn.kind !== 'edit') {
    deps.wakeLoops();
    return { kind: 'waiting', keptFrom };
  }
  const { post, jobs } = claim.turn;
  const report = await speak(deps, notifier, claim.turn, claim.lastStartAt);
  if (report.kind !== 'edited' || report.outcome !== 'delivered') deps.wakeLoops();
  if (report.kind !== 'edited') return { kind: 'waiting', keptFrom };
  if (report.outcome === 'refused') return { kind: 'refused', post, jobs };
  return { kind: report.outcome === 'delivered' ? 'shown' : 'waiting', keptFrom };
}

/** The oldest of the answers that were there before `clickedAt` and are shown again; null where each is new, or there is none. */
function oldestBefore(clickedAt: EpochMs, readings: readonly JobReading[]): EpochMs | null {
  const kept = readings.flatMap((one) => {
    if (one.kind !== 'known' || one.job.state.over !== null || one.job.state.unknown !== null) return [];
    const { checkedAt } = one.job.state;
    return checkedAt === null || checkedAt >= clickedAt ? [] : [checkedAt];
  });
  return kept.length === 0 ? null : Math.min(...kept);
}
