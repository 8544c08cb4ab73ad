import type { AuditEntry } from '../../domain/audit.ts';
import type { JobKey } from '../../domain/job/job.ts';
import type { ListedJob } from '../../domain/names/listed-job.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { decodeAudited, decodeJobId, encode } from './codec.ts';
import { sameJob } from './keys.ts';
import type { Request } from './keys.ts';
import type { Db, Tx } from './schema.ts';

/** Who did something, and where; a user id of null is the bot itself. */
export interface Auditor extends ChannelKey {
  readonly userId: string | null;
}

/** What is written where a row has no user (the bot did it) or no connection (it is about the channel itself). */
const NONE = '';

/** What was done, as stored. */
type AuditAction = 'subscribe' | 'resubscribe' | 'unsubscribe' | 'rules' | 'settings' | 'pause' | 'resume' | 'move';

/**
 * Writes down who did what, where, what the job is called at this moment, and what was changed; nothing can be taken back.
 *
 * @param about the job, or the connection; null for what is about the channel itself
 */
export async function audit(
  tx: Tx,
  by: Auditor,
  action: AuditAction,
  about: { readonly connectionId: string; readonly jobId: JobKey['jobId'] | null } | null,
  at: EpochMs,
  before: object | null,
  after: object | null,
): Promise<void> {
  await tx
    .insertInto('audit')
    .values((eb) => ({
      at,
      workspace_id: by.workspaceId,
      channel_id: by.channelId,
      user_id: by.userId ?? NONE,
      action,
      connection_id: about?.connectionId ?? NONE,
      job_id: about?.jobId ?? null,
      job_name: eb
        .selectFrom('jobs')
        .select('name')
        .where('connection_id', '=', about?.connectionId ?? NONE)
        .where('job_id', '=', about?.jobId ?? NONE),
      before: before === null ? null : encode(before),
      after: after === null ? null : encode(after),
    }))
    .execute();
}

export async function pageAudit(
  db: Db,
  { channel, job, before, limit }: Request<'pageAudit'>,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly older: number }> {
  const meant = doneIn(db, channel)
    .$if(job !== null, (query) => query.where('audit.job_id', '=', job?.jobId ?? null))
    .$if(job !== null, (query) => query.where('audit.connection_id', '=', job?.connectionId ?? NONE))
    .$if(before !== null, (query) => query.where('audit.id', '<', before ?? 0));
  const { count } = await meant.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  const rows = await withNames(meant)
    .select(['audit.id', 'audit.at', 'audit.user_id', 'audit.action', 'audit.before', 'audit.after'])
    .orderBy('audit.id', 'desc')
    .limit(limit)
    .execute();
  return { entries: rows.map(toEntry), older: count - rows.length };
}

export async function listAuditedJobs(db: Db, channel: ChannelKey): Promise<readonly ListedJob[]> {
  const rows = await withNames(doneIn(db, channel))
    .select((eb) => ['jobs.status', eb.fn.coalesce('jobs.name', 'listed_jobs.name').as('name_now')])
    .where('audit.job_id', 'is not', null)
    .distinct()
    .execute();
  return rows.flatMap(({ job_id: id, job_name, name_now, job_type: jobType, status }) => {
    const jobId = decodeJobId(id);
    if (jobId === null) return [];
    return [...new Set([name_now, job_name])].map((name) => ({
      jobId,
      name,
      status,
      jobType,
      engines: null,
      subJobs: 0,
    }));
  });
}

/** What was done in the channel, also while it had another id. */
function doneIn(db: Db, { workspaceId, channelId }: ChannelKey) {
  const before = db
    .selectFrom('channels')
    .select('channels.channel_id')
    .where('channels.workspace_id', '=', workspaceId)
    .where('channels.moved_to', '=', channelId);
  return db
    .selectFrom('audit')
    .where('audit.workspace_id', '=', workspaceId)
    .where((eb) => eb.or([eb('audit.channel_id', '=', channelId), eb('audit.channel_id', 'in', before)]));
}

/** With what the jobs were called then; what was learnt later, or is only listed any more, is better than nothing. */
function withNames(query: ReturnType<typeof doneIn>) {
  return query
    .leftJoin('jobs', (join) => join.on(sameJob('jobs', 'audit')))
    .leftJoin('listed_jobs', (join) => join.on(sameJob('listed_jobs', 'audit')))
    .select((eb) => [
      'audit.job_id',
      eb.fn.coalesce('audit.job_name', 'jobs.name', 'listed_jobs.name').as('job_name'),
      eb.fn.coalesce('jobs.job_type', 'listed_jobs.job_type').as('job_type'),
    ]);
}

function toEntry(row: {
  readonly id: number;
  readonly at: number;
  readonly user_id: string;
  readonly action: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly job_id: string | null;
  readonly job_name: string | null;
}): AuditEntry {
  const jobId = decodeJobId(row.job_id);
  return {
    id: row.id,
    at: row.at,
    by: row.user_id === NONE ? null : row.user_id,
    job: jobId === null ? null : { jobId, name: row.job_name },
    change: decodeAudited(row.action, row.before, row.after),
  };
}
