import { sql } from 'kysely';

import type { Language } from '../domain/language.ts';
import type { Post } from '../domain/post.ts';
import type { DueEdit, LeaseRequest } from '../ports.ts';
import { jobIdsOf, loadPost } from './delivery-facts.ts';
import { findJobs } from './jobs.ts';
import type { Db } from './schema.ts';

export async function claimEdit(
  db: Db,
  clock: number,
  language: Language,
  { token, leaseMs }: LeaseRequest,
): Promise<DueEdit | null> {
  return await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('posts')
      .innerJoin('channels', (join) =>
        join
          .onRef('channels.workspace_id', '=', 'posts.workspace_id')
          .onRef('channels.channel_id', '=', 'posts.channel_id'),
      )
      .innerJoin('workspaces', 'workspaces.id', 'posts.workspace_id')
      .select(['posts.id', 'posts.message_ts'])
      .where(sql<boolean>`posts.message_ts is not null and posts.wanted_version > posts.shown_version`)
      .where('posts.next_edit_at', '<=', clock)
      .where((eb) => eb.or([eb('posts.edit_until', 'is', null), eb('posts.edit_until', '<=', clock)]))
      .where('channels.paused_at', 'is', null)
      .where('workspaces.paused_at', 'is', null)
      .orderBy('posts.next_edit_at')
      .orderBy('posts.settled_at')
      .executeTakeFirst();
    if (row?.message_ts === undefined || row.message_ts === null) return null;
    await tx
      .updateTable('posts')
      .set({ edit_token: token, edit_until: clock + leaseMs })
      .where('id', '=', row.id)
      .execute();
    const post = await loadPost(tx, row.id, language);
    if (post === null) return null;
    const connectionId = post.facts.find((facts) => facts.kind === 'event')?.job.connectionId ?? '';
    return { post, messageTs: row.message_ts, jobs: await findJobs(tx, connectionId, jobIdsOf(post)) };
  });
}

export async function settleEdit(
  db: Db,
  clock: number,
  { token, post, afterMs }: { readonly token: string; readonly post: Post; readonly afterMs: number | null },
): Promise<void> {
  await db
    .updateTable('posts')
    .set({
      edit_token: null,
      edit_until: null,
      ...(afterMs === null ? { shown_version: post.version } : { next_edit_at: clock + afterMs }),
    })
    .where('id', '=', post.id)
    .where('edit_token', '=', token)
    .execute();
}
