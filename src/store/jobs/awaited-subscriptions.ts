import { sql } from 'kysely';

import type { JobId } from '../../domain/job/job-id.ts';
import { GONE_AWAITED_FOR_MS } from '../../domain/poll/absence.ts';
import type { NamedJob } from '../../domain/post/post.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { announce } from '../rows/announce.ts';
import { audit } from '../rows/audit.ts';
import { decodeJobId } from '../rows/codec.ts';
import { sameJob } from '../rows/keys.ts';
import type { Tx } from '../rows/schema.ts';

/**
 * The subscription ended because its job was gone, and comes back with it: nobody has ended it since, and none was made for
 * the same job in the same channel since. For queries over `subscriptions`.
 */
export function isAwaited(now: EpochMs) {
  return sql<boolean>`(subscriptions.end_reason = 'job_gone' and subscriptions.ended_at >= ${now - GONE_AWAITED_FOR_MS}
    and not exists (select 1 from subscriptions as later
      where ${sameJob('later', 'subscriptions')}
        and later.workspace_id = subscriptions.workspace_id and later.channel_id = subscriptions.channel_id
        and later.id > subscriptions.id))`;
}

/** Some channel watches the job. For queries over `jobs`. */
export const IS_WATCHED = sql<0 | 1>`exists (select 1 from subscriptions where ${sameJob('subscriptions', 'jobs')}
  and subscriptions.ended_at is null)`;

/** Some channel watches the job again should it come back. For queries over `jobs`. */
export function hasAwaited(now: EpochMs) {
  return sql<
    0 | 1
  >`exists (select 1 from subscriptions where ${sameJob('subscriptions', 'jobs')} and ${isAwaited(now)})`;
}

/** What came back. */
interface Resumed {
  readonly jobIds: ReadonlySet<JobId>;
  readonly channels: number;
}

/**
 * Jobs that were over are alive again: the subscriptions that ended because they were gone go on as they were. Audited, and
 * told to each channel in one announcement. Returns the jobs that are watched because of it, and how many channels hear.
 */
export async function resumeSubscriptions(
  tx: Tx,
  connectionId: string,
  jobIds: readonly JobId[],
  now: EpochMs,
): Promise<Resumed> {
  const rows = jobIds.length === 0 ? [] : await findAwaited(tx, connectionId, jobIds, now);
  if (rows.length === 0) return { jobIds: new Set(), channels: 0 };
  await tx
    .updateTable('subscriptions')
    .set({ ended_at: null, end_reason: null })
    .where(
      'id',
      'in',
      rows.map((row) => row.id),
    )
    .execute();
  const returned = new Map<string, { readonly channel: ChannelKey; readonly jobs: NamedJob[] }>();
  for (const row of rows) {
    const jobId = decodeJobId(row.job_id);
    if (jobId === null) continue;
    const channel = { workspaceId: row.workspace_id, channelId: row.channel_id };
    const job = { connectionId, jobId, name: row.name, jobType: row.job_type };
    const bot = { ...channel, userId: null };
    const before = { subscribed: false, reason: 'job_gone' };
    await audit(tx, bot, 'resubscribe', job, now, before, { subscribed: true, by: row.created_by });
    const key = JSON.stringify(channel);
    const one = returned.get(key) ?? { channel, jobs: [] };
    one.jobs.push(job);
    returned.set(key, one);
  }
  for (const { channel, jobs } of returned.values())
    await announce(tx, channel, connectionId, { kind: 'jobs_back', jobs }, now);
  return { jobIds: new Set(rows.flatMap((row) => decodeJobId(row.job_id) ?? [])), channels: returned.size };
}

async function findAwaited(tx: Tx, connectionId: string, jobIds: readonly JobId[], now: EpochMs) {
  return await tx
    .selectFrom('subscriptions')
    .innerJoin('jobs', (join) => join.on(sameJob('jobs', 'subscriptions')))
    .selectAll('subscriptions')
    .select(['jobs.name', 'jobs.job_type'])
    .where('subscriptions.connection_id', '=', connectionId)
    .where('subscriptions.job_id', 'in', jobIds)
    .where(isAwaited(now))
    .orderBy('subscriptions.id')
    .execute();
}
