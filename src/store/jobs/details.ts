import type { JobId } from '../../domain/job/job-id.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import { isWithin } from '../../domain/base/time.ts';
import { ofJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Tx } from '../rows/schema.ts';
import { findLastFailure, keepCause } from './failures.ts';
import { tellNewName } from './rename-jobs.ts';

export async function claimDetails(
  db: Db,
  { connectionId, jobIds, now, everyMs }: Request<'claimDetails'>,
): Promise<readonly JobId[]> {
  if (jobIds.length === 0) return [];
  return await db.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom('jobs')
      .select(['job_id', 'detail_at', 'detail_tried_at', 'status'])
      .where('connection_id', '=', connectionId)
      .where('job_id', 'in', jobIds)
      .execute();
    const enough: string[] = [];
    for (const { job_id: jobId, detail_at: knownAt, detail_tried_at: triedAt, status } of rows) {
      const isTried = triedAt !== null && isWithin(now, triedAt, everyMs);
      if (isTried || (knownAt !== null && !(await lacksCause(tx, { connectionId, jobId }, status)))) enough.push(jobId);
    }
    const wanted = jobIds.filter((jobId) => !enough.includes(jobId));
    if (wanted.length > 0)
      await tx
        .updateTable('jobs')
        .set({ detail_tried_at: now })
        .where('connection_id', '=', connectionId)
        .where('job_id', 'in', wanted)
        .execute();
    return wanted;
  });
}

async function lacksCause(
  tx: Tx,
  job: { readonly connectionId: string; readonly jobId: string },
  status: string | null,
): Promise<boolean> {
  if (!isFailed(status)) return false;
  const last = await findLastFailure(tx, job);
  return last === null || Object.keys(last.causes).length === 0;
}

function isFailed(status: string | null): boolean {
  return status !== null && statusGroup(status) === 'failed';
}

export async function saveDetails(
  db: Db,
  { connectionId, details, language, now }: Request<'saveDetails'>,
): Promise<void> {
  if (details.length === 0) return;
  await db.transaction().execute(async (tx) => {
    for (const detail of details) {
      const job = { connectionId, jobId: detail.jobId };
      const before = await tx
        .selectFrom('jobs')
        .select(['name', 'status'])
        .where((eb) => eb.and(ofJob(job)))
        .executeTakeFirst();
      if (before === undefined) continue;
      await tx
        .updateTable('jobs')
        .set((eb) => ({
          name: eb.fn.coalesce(eb.val(detail.name), 'name'),
          job_type: eb.fn.coalesce(eb.val(detail.jobType), 'job_type'),
          parent_id: eb.fn.coalesce(eb.val(detail.parentId), 'parent_id'),
          started_at: eb.fn.coalesce(eb.val(detail.startedAt), 'started_at'),
          full_copy_done_at: eb.fn.coalesce(eb.val(detail.fullCopyDoneAt), 'full_copy_done_at'),
          prepaid: eb.fn.coalesce(eb.val(detail.prepaid === null ? null : detail.prepaid ? 1 : 0), 'prepaid'),
          detail_at: now,
        }))
        .where((eb) => eb.and(ofJob(job)))
        .execute();
      if (detail.cause !== null && isFailed(before.status)) await keepCause(tx, job, language, detail.cause);
      await tellNewName(tx, job, { from: before.name, to: detail.name }, now);
    }
  });
}
