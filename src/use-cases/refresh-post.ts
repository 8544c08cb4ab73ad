import type { Post } from '../domain/post.ts';
import type { Context } from './context.ts';
import { lookAtJobs } from './look-at-jobs.ts';
import type { Look } from './look-at-jobs.ts';

/** A message told earlier, with how its jobs are now. */
export interface RefreshedPost {
  readonly post: Post;
  readonly now: readonly Look[];
}

/** Reads the present state of the jobs a post was about. Null when the post is no longer kept. */
export async function refreshPost(context: Context, postId: string): Promise<RefreshedPost | null> {
  const sent = await context.store.findPost(postId);
  if (sent === null) return null;
  const jobIds = new Set(sent.post.facts.flatMap((facts) => (facts.kind === 'event' ? [facts.job.jobId] : [])));
  return { post: sent.post, now: await lookAtJobs(context, [...jobIds]) };
}
