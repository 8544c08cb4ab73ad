import type { JobKey } from '../../domain/job/job.ts';
import { nameKey } from '../../domain/names/name-key.ts';
import { DAY, MINUTE } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { decodeJobId, encode } from '../rows/codec.ts';
import { ofJob } from '../rows/keys.ts';
import type { Tx } from '../rows/schema.ts';
import { wantEdit } from '../rows/want-edit.ts';

/** After this, another job of the same name has nothing to do with the one that is over. */
const LOOKED_FOR_MS = DAY;
/** A list that was read no longer ago says who bears a name now. */
const FRESH_LIST_MS = MINUTE;

/**
 * Finds, for events that told the end of a job, the one running job that DRS lists under the same name; their messages
 * will show it. Once found it stays. To be called when the list has just been read. Returns how many were found.
 */
export async function findNamesakes(tx: Tx, connectionId: string, now: EpochMs): Promise<number> {
  const events = await tx
    .selectFrom('job_events')
    .select(['job_id', 'number', 'job_name'])
    .where('connection_id', '=', connectionId)
    .where('kind', 'in', ['gone', 'ended'])
    .where('occurred_at', '>', now - LOOKED_FOR_MS)
    .where('namesake', 'is', null)
    .where('job_name', 'is not', null)
    .execute();
  let found = 0;
  for (const { job_id: id, number, job_name: name } of events) {
    const jobId = decodeJobId(id);
    if (jobId === null) continue;
    const job = { connectionId, jobId };
    if (!(await keepNamesake(tx, job, number, name))) continue;
    await wantEdit(tx, job, number, now);
    found += 1;
  }
  return found;
}

/** The same for an event that is being written, if the list is of this minute; otherwise the next reading finds it. */
export async function findNamesake(tx: Tx, job: JobKey, number: number, now: EpochMs): Promise<void> {
  const row = await tx
    .selectFrom('job_events')
    .innerJoin('connections', 'connections.id', 'job_events.connection_id')
    .select(['job_events.job_name', 'connections.listed_at'])
    .where('job_events.connection_id', '=', job.connectionId)
    .where('job_events.job_id', '=', job.jobId)
    .where('job_events.number', '=', number)
    .executeTakeFirst();
  const listedAt = row?.listed_at ?? null;
  if (listedAt === null || Math.abs(now - listedAt) >= FRESH_LIST_MS) return;
  await keepNamesake(tx, job, number, row?.job_name ?? null);
}

/** False when no job, or more than one, bears the name now. */
async function keepNamesake(
  tx: Tx,
  { connectionId, jobId }: JobKey,
  number: number,
  name: string | null,
): Promise<boolean> {
  if (name === null) return false;
  const [only, ...others] = await tx
    .selectFrom('listed_jobs')
    .select(['job_id as jobId', 'name', 'job_type as jobType'])
    .where('connection_id', '=', connectionId)
    .where('name_key', '=', nameKey(name))
    .where('job_id', '<>', jobId)
    .where('parent_id', 'is', null)
    .where('is_over', '=', 0)
    .limit(2)
    .execute();
  if (only === undefined || others.length > 0) return false;
  await tx
    .updateTable('job_events')
    .set({ namesake: encode({ connectionId, ...only }) })
    .where((eb) => eb.and(ofJob({ connectionId, jobId })))
    .where('number', '=', number)
    .execute();
  return true;
}
