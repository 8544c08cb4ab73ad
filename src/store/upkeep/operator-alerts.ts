import type { OperatorAlert, RefusedPost } from '../../domain/post/operator-alert.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { AlertRequest } from '../../ports/store/operator-alerts.ts';
import { listToTell, noteTold } from '../channels/pauses.ts';
import { announce, ensureChannel } from '../rows/announce.ts';
import { decodeAnnouncement, decodeJobId } from '../rows/codec.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Tx } from '../rows/schema.ts';

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
  const { now, limit, sayMs, channel } = request;
  const { workspaceId } = channel;
  const refused = (await listToTell(db, { workspaceId, of: 'posts', sayMs })).slice(0, limit);
  if (refused.length === 0) return 0;
  return await db.transaction().execute(async (tx) => {
    const posts: RefusedPost[] = [];
    for (const pause of refused) {
      const { channel_id: channelId, post_id: postId } = pause;
      if (await noteTold(tx, { workspaceId, channelId, postId }, now)) posts.push(...(await describe(tx, pause)));
    }
    if (posts.length > 0) await tellOperator(tx, request, { kind: 'posts_refused', posts });
    return posts.length;
  });
}

type PausedPost = Awaited<ReturnType<typeof listToTell>>[number];

/** Nothing for an operator alert: if Slack refuses that, saying so in the same way would never end. */
async function describe(
  tx: Tx,
  { post_id: id, channel_id: channelId, reason }: PausedPost,
): Promise<readonly RefusedPost[]> {
  const rows = await tx
    .selectFrom('deliveries')
    .leftJoin('jobs', (join) =>
      join.onRef('jobs.connection_id', '=', 'deliveries.connection_id').onRef('jobs.job_id', '=', 'deliveries.subject'),
    )
    .select(['deliveries.connection_id', 'jobs.job_id', 'deliveries.announcement', 'jobs.name', 'jobs.job_type'])
    .where('deliveries.post_id', '=', id)
    .where('deliveries.outcome', 'is', null)
    .execute();
  const isAlert = rows.some(
    ({ announcement }) => announcement !== null && decodeAnnouncement(announcement)?.kind === 'signal',
  );
  if (rows.length === 0 || isAlert) return [];
  const jobs = rows.flatMap((row) => {
    const jobId = decodeJobId(row.job_id);
    return jobId === null ? [] : [{ connectionId: row.connection_id, jobId, name: row.name, jobType: row.job_type }];
  });
  return [{ channelId, reason, jobs: jobs.slice(0, 1) }];
}

async function tellOperator(
  tx: Tx,
  { connectionId, channel, now }: Omit<AlertRequest, 'kind'>,
  alert: OperatorAlert,
): Promise<void> {
  await ensureChannel(tx, channel, now);
  await announce(tx, channel, connectionId, { kind: 'signal', signal: alert }, now);
}
