import { sql } from 'kysely';

import type { OperatorAlert, RefusedPost } from '../../domain/post/operator-alert.ts';
import { DAY } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { AlertRequest } from '../../ports/store/operator-alerts.ts';
import { announce, ensureChannel } from '../rows/announce.ts';
import { decodeAnnouncement, decodeJobId } from '../rows/codec.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Tx } from '../rows/schema.ts';

/** A refusal older than this is no news to an operator who has only now said where to be told. */
const NEWS_MS = DAY;

export async function raiseAlert(db: Db, request: AlertRequest & { readonly alert: OperatorAlert }): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('signals')
      .values({ connection_id: request.connectionId, kind: request.kind, since: request.now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    const isNew = numInsertedOrUpdatedRows === 1n;
    if (isNew) await tellOperator(tx, request, request.alert);
    return isNew;
  });
}

export async function clearAlert(
  db: Db,
  request: AlertRequest & { readonly alert: (since: EpochMs) => OperatorAlert },
): Promise<boolean> {
  const { connectionId, kind } = request;
  const raised = (tx: Db) =>
    tx
      .selectFrom('signals')
      .select('since')
      .where('connection_id', '=', connectionId)
      .where('kind', '=', kind)
      .executeTakeFirst();
  // Nearly always all is well: no write lock is taken for that.
  if ((await raised(db)) === undefined) return false;
  return await db.transaction().execute(async (tx) => {
    const row = await raised(tx);
    if (row === undefined) return false;
    await tx.deleteFrom('signals').where('connection_id', '=', connectionId).where('kind', '=', kind).execute();
    await tellOperator(tx, request, request.alert(row.since));
    return true;
  });
}

export async function reportRefusedPosts(db: Db, request: Request<'reportRefusedPosts'>): Promise<number> {
  const { now, limit, channel } = request;
  const { workspaceId } = channel;
  if ((await unreported(db, workspaceId, now, 1)).length === 0) return 0;
  return await db.transaction().execute(async (tx) => {
    const dead = await unreported(tx, workspaceId, now, limit);
    const posts: RefusedPost[] = [];
    for (const post of dead) posts.push(...(await describe(tx, post)));
    const ids = dead.map((post) => post.id);
    await tx.updateTable('posts').set({ reported_at: now }).where('id', 'in', ids).execute();
    if (posts.length > 0) await tellOperator(tx, request, { kind: 'posts_refused', posts });
    return posts.length;
  });
}

type DeadPost = Awaited<ReturnType<typeof unreported>>[number];

async function unreported(db: Db, workspaceId: string, now: EpochMs, limit: number) {
  return await db
    .selectFrom('posts')
    .select(['id', 'channel_id', 'reason'])
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`ended = 'refused' and reported_at is null`)
    .where('settled_at', '>', now - NEWS_MS)
    .orderBy('settled_at')
    .limit(limit)
    .execute();
}

/** Nothing for an operator alert: if Slack refuses that, saying so in the same way would never end. */
async function describe(tx: Tx, { id, channel_id: channelId, reason }: DeadPost): Promise<readonly RefusedPost[]> {
  const rows = await tx
    .selectFrom('deliveries')
    .leftJoin('jobs', (join) =>
      join.onRef('jobs.connection_id', '=', 'deliveries.connection_id').onRef('jobs.job_id', '=', 'deliveries.subject'),
    )
    .select(['deliveries.connection_id', 'jobs.job_id', 'deliveries.announcement', 'jobs.name', 'jobs.job_type'])
    .where('deliveries.post_id', '=', id)
    .where('deliveries.outcome', '=', 'not_told')
    .execute();
  const isAlert = rows.some(
    ({ announcement }) => announcement !== null && decodeAnnouncement(announcement)?.kind === 'signal',
  );
  if (rows.length === 0 || isAlert) return [];
  const jobs = rows.flatMap((row) => {
    const jobId = decodeJobId(row.job_id);
    return jobId === null ? [] : [{ connectionId: row.connection_id, jobId, name: row.name, jobType: row.job_type }];
  });
  return [{ channelId, reason: reason ?? 'unknown', jobs: jobs.slice(0, 1) }];
}

async function tellOperator(
  tx: Tx,
  { connectionId, channel, now }: Omit<AlertRequest, 'kind'>,
  alert: OperatorAlert,
): Promise<void> {
  await ensureChannel(tx, channel, now);
  await announce(tx, channel, connectionId, { kind: 'signal', signal: alert }, now);
}
