import { sql } from 'kysely';

import type { Language } from '../../domain/base/language.ts';
import { takeTurn } from '../../domain/post/pace.ts';
import type { Pace } from '../../domain/post/pace.ts';
import type { Post } from '../../domain/post/post.ts';
import type { DueEdit, LeaseRequest } from '../../ports.ts';
import { jobIdsOf, loadPost } from './delivery-facts.ts';
import { findJobs } from '../jobs/jobs.ts';
import { isDue, isFree, stillMeant } from '../rows/timed-work.ts';
import type { Db, Tx } from '../rows/schema.ts';

/** A message that somebody deleted is sent anew this often. */
const MOST_REPOSTS = 1;

export async function wantEditOf(db: Db, postId: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('posts')
    .set((eb) => ({ wanted_version: eb('wanted_version', '+', 1) }))
    .where('id', '=', postId)
    .where('message_ts', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function claimEdit(
  db: Db,
  clock: number,
  language: Language,
  request: LeaseRequest & {
    readonly workspaceId: string;
    readonly postId?: string | undefined;
    readonly pace: Pace;
  },
): Promise<DueEdit | null> {
  const { workspaceId, token, leaseMs, postId, pace } = request;
  return await db.transaction().execute(async (tx) => {
    for (;;) {
      const row = await dueEdits(tx, clock, workspaceId, postId)
        .select([
          'posts.id',
          'posts.message_ts',
          'posts.edit_tries',
          'posts.channel_id',
          'channels.conversation_id',
          'workspaces.id as workspace_id',
          'workspaces.edits_paced_to',
          'workspaces.edits_paced_at',
        ])
        .executeTakeFirst();
      if (row === undefined || row.message_ts === null) return null;
      const pacedTo = takeTurn(stillMeant(row.edits_paced_to, row.edits_paced_at, clock), clock, pace);
      if (pacedTo === null) return null;
      const post = await loadPost(tx, clock, row.id, language);
      // It can no longer be read and wants no edit any more: the next one has its turn.
      if (post === null) continue;
      await tx
        .updateTable('workspaces')
        .set({ edits_paced_to: pacedTo, edits_paced_at: clock })
        .where('id', '=', row.workspace_id)
        .execute();
      await tx
        .updateTable('posts')
        .set({ edit_token: token, edit_until: clock + leaseMs, edit_leased_at: clock })
        .where('id', '=', row.id)
        .execute();
      const connectionId = post.facts.find((facts) => facts.kind === 'event')?.job.connectionId ?? '';
      return {
        tries: row.edit_tries,
        post,
        channelId: row.conversation_id ?? row.channel_id,
        messageTs: row.message_ts,
        jobs: await findJobs(tx, connectionId, jobIdsOf(post)),
      };
    }
  });
}

/** Messages of a workspace that do not show what their post says and that nobody is editing, the one that has waited longest first. */
function dueEdits(tx: Tx, clock: number, workspaceId: string, postId: string | undefined) {
  const due = tx
    .selectFrom('posts')
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.workspace_id', '=', 'posts.workspace_id')
        .onRef('channels.channel_id', '=', 'posts.channel_id'),
    )
    .innerJoin('workspaces', 'workspaces.id', 'posts.workspace_id')
    .where('posts.workspace_id', '=', workspaceId)
    .where(sql<boolean>`posts.message_ts is not null and posts.wanted_version > posts.shown_version`)
    .where(isDue('posts.next_edit_at', 'posts.edit_set_at', clock))
    .where(isFree(clock, { until: 'posts.edit_until', leasedAt: 'posts.edit_leased_at' }))
    .where('channels.paused_at', 'is', null)
    .where('workspaces.paused_at', 'is', null)
    .orderBy('posts.next_edit_at')
    .orderBy('posts.settled_at');
  return postId === undefined ? due : due.where('posts.id', '=', postId);
}

export async function settleEdit(
  db: Db,
  clock: number,
  request: {
    readonly token: string;
    readonly post: Post;
    readonly settlement: 'shown' | 'repost' | { readonly afterMs: number };
  },
): Promise<void> {
  const { token, post, settlement } = request;
  await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('posts')
      .select(['reposts', 'edit_tries'])
      .where('id', '=', post.id)
      .where('edit_token', '=', token)
      .executeTakeFirst();
    if (row === undefined) return;
    await tx
      .updateTable('posts')
      .set({ edit_token: null, edit_until: null, ...changeAfter(clock, post, row, settlement) })
      .where('id', '=', post.id)
      .execute();
  });
}

function changeAfter(
  clock: number,
  post: Post,
  { reposts, edit_tries: tries }: { readonly reposts: number; readonly edit_tries: number },
  settlement: 'shown' | 'repost' | { readonly afterMs: number },
) {
  if (typeof settlement === 'object')
    return { next_edit_at: clock + settlement.afterMs, edit_set_at: clock, edit_tries: tries + 1 };
  const shown = { shown_version: post.version, edit_tries: 0 };
  if (settlement === 'shown') return shown;
  // Nothing is left to be edited. What it tells is owed again, unless it was sent anew before.
  return reposts >= MOST_REPOSTS
    ? { ...shown, message_ts: null }
    : { outcome: null, message_ts: null, reposts: reposts + 1, known_ts: null, looks: 0 };
}
