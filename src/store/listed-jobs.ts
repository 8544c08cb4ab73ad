import { sql } from 'kysely';

import type { SubJob } from '../domain/combine-sub-jobs.ts';
import { parseJobIdPrefix } from '../domain/job-id.ts';
import type { JobId } from '../domain/job-id.ts';
import { isListedAsOver } from '../domain/listed-job.ts';
import type { ListedJob } from '../domain/listed-job.ts';
import { nameKey } from '../domain/name-key.ts';
import type { EpochMs } from '../domain/time.ts';
import type { JobListEntry, JobListing, JobListState } from '../ports.ts';
import { decodeJobId, decodeWhy, encode } from './codec.ts';
import type { Db, Tx } from './schema.ts';

/** Rows written by one statement. */
const ROWS_AT_ONCE = 500;

export async function claimJobListRefresh(
  db: Db,
  { connectionId, now, everyMs }: { readonly connectionId: string; readonly now: EpochMs; readonly everyMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('connections')
    .set({ list_tried_at: now })
    .where('id', '=', connectionId)
    // A time in the future was noted by a clock that has since jumped back.
    .where((eb) =>
      eb.or([eb('list_tried_at', 'is', null), eb('list_tried_at', '<=', now - everyMs), eb('list_tried_at', '>', now)]),
    )
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

export async function saveJobList(
  db: Db,
  request: { readonly connectionId: string; readonly listing: JobListing; readonly now: EpochMs },
): Promise<void> {
  const { connectionId, listing, now } = request;
  await db.transaction().execute(async (tx) => {
    for (const { jobType, entries } of listing.parts) await replaceType(tx, connectionId, jobType, entries);
    if (listing.parts.length > 0) await nameJobs(tx, connectionId);
    await tx
      .updateTable('connections')
      .set({
        ...(listing.parts.length > 0 ? { listed_at: now } : {}),
        list_failure: listing.failure === null ? null : encode(listing.failure.why),
      })
      .where('id', '=', connectionId)
      .execute();
  });
}

async function replaceType(
  tx: Tx,
  connectionId: string,
  jobType: string,
  entries: readonly JobListEntry[],
): Promise<void> {
  await tx
    .deleteFrom('listed_jobs')
    .where('connection_id', '=', connectionId)
    .where('job_type', '=', jobType)
    .execute();
  for (let from = 0; from < entries.length; from += ROWS_AT_ONCE) {
    const rows = entries.slice(from, from + ROWS_AT_ONCE).map((entry) => ({
      connection_id: connectionId,
      job_id: entry.jobId,
      job_type: jobType,
      name: entry.name,
      name_key: entry.name === null ? null : nameKey(entry.name),
      status: entry.status,
      is_over: isListedAsOver(entry) ? 1 : 0,
      parent_id: entry.parentId,
    }));
    await tx
      .insertInto('listed_jobs')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Jobs with a row are called what the list calls them. */
async function nameJobs(tx: Tx, connectionId: string): Promise<void> {
  await sql`
    update jobs set name = coalesce(listed.name, jobs.name), job_type = listed.job_type, parent_id = listed.parent_id
    from listed_jobs as listed
    where jobs.connection_id = ${connectionId}
      and listed.connection_id = jobs.connection_id and listed.job_id = jobs.job_id
      and (jobs.name is distinct from coalesce(listed.name, jobs.name) or jobs.job_type is distinct from listed.job_type
        or jobs.parent_id is distinct from listed.parent_id)
  `.execute(tx);
}

export async function findJobListState(db: Db, connectionId: string): Promise<JobListState> {
  const row = await db
    .selectFrom('connections')
    .select(['listed_at', 'list_failure'])
    .where('id', '=', connectionId)
    .executeTakeFirst();
  const failure = row?.list_failure ?? null;
  return { listedAt: row?.listed_at ?? null, failure: failure === null ? null : decodeWhy(failure) };
}

export async function findJobsLike(
  db: Db,
  connectionId: string,
  text: string,
  limit: number,
): Promise<readonly ListedJob[]> {
  const key = nameKey(text);
  const idPrefix = parseJobIdPrefix(text) ?? '';
  const listed = await selectListed(db, connectionId)
    .where(isLike(key, text))
    .orderBy(sql`case when listed_jobs.name_key = ${key} then 0
      when listed_jobs.name_key like ${`${literally(key)}%`} escape '\\' then 1 else 2 end`)
    .orderBy('is_over')
    .orderBy('name_key')
    .limit(limit)
    .execute();
  const others = (await unlisted(db, connectionId)).filter(
    (job) =>
      (job.name !== null && nameKey(job.name).includes(key)) || (idPrefix !== '' && job.jobId.startsWith(idPrefix)),
  );
  return [...listed.flatMap(toListed), ...others].slice(0, limit);
}

/** It has the text in its name, or its id begins with it. */
function isLike(key: string, text: string) {
  const idPrefix = parseJobIdPrefix(text);
  const inName = sql<boolean>`listed_jobs.name_key like ${`%${literally(key)}%`} escape '\\'`;
  return idPrefix === null
    ? inName
    : sql<boolean>`(${inName} or substr(listed_jobs.job_id, 1, ${idPrefix.length}) = ${idPrefix})`;
}

/** Text in a pattern of `like`, where `%` and `_` are letters like any other. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}

export async function findNamedJobs(db: Db, connectionId: string): Promise<readonly ListedJob[]> {
  const listed = await selectListed(db, connectionId).where('listed_jobs.name', 'is not', null).execute();
  const others = (await unlisted(db, connectionId)).filter((job) => job.name !== null);
  return [...listed.flatMap(toListed), ...others];
}

export async function pageListedJobs(
  db: Db,
  request: {
    readonly connectionId: string;
    readonly text: string | null;
    readonly offset: number;
    readonly limit: number;
  },
): Promise<{ readonly total: number; readonly jobs: readonly ListedJob[] }> {
  const { connectionId, text, offset, limit } = request;
  const key = text === null ? '' : nameKey(text);
  const fits = key === '' ? sql<boolean>`1` : isLike(key, text ?? '');
  const { total } = await db
    .selectFrom('listed_jobs')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('connection_id', '=', connectionId)
    .where('parent_id', 'is', null)
    .where(fits)
    .executeTakeFirstOrThrow();
  const rows = await selectListed(db, connectionId)
    .where(fits)
    .orderBy('is_over')
    .orderBy('name_key')
    .orderBy('listed_jobs.job_id')
    .limit(limit)
    .offset(offset)
    .execute();
  return { total, jobs: rows.flatMap(toListed) };
}

export async function findSubJobs(
  db: Db,
  connectionId: string,
  jobIds: readonly JobId[],
): Promise<ReadonlyMap<JobId, readonly SubJob[]>> {
  if (jobIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('listed_jobs')
    .select(['job_id', 'name', 'parent_id'])
    .where('connection_id', '=', connectionId)
    .where('parent_id', 'in', jobIds)
    .orderBy('name_key')
    .execute();
  const byParent = new Map<JobId, SubJob[]>();
  for (const row of rows) {
    const [parent, jobId] = [decodeJobId(row.parent_id), decodeJobId(row.job_id)];
    if (parent === null || jobId === null) continue;
    const subJobs = byParent.get(parent) ?? [];
    subJobs.push({ jobId, name: row.name });
    byParent.set(parent, subJobs);
  }
  return byParent;
}

/** Listed jobs that are nobody's part. */
function selectListed(db: Db, connectionId: string) {
  return db
    .selectFrom('listed_jobs')
    .innerJoin('connections', 'connections.id', 'listed_jobs.connection_id')
    .leftJoin('jobs', (join) =>
      join
        .onRef('jobs.connection_id', '=', 'listed_jobs.connection_id')
        .onRef('jobs.job_id', '=', 'listed_jobs.job_id'),
    )
    .select((eb) => [
      'listed_jobs.job_id',
      'listed_jobs.name',
      'listed_jobs.job_type',
      // A report that is newer than the list knows better.
      eb
        .case()
        .when(sql<boolean>`jobs.asked_at > connections.listed_at and jobs.status is not null`)
        .then(eb.ref('jobs.status'))
        .else(eb.ref('listed_jobs.status'))
        .end()
        .as('status'),
      eb
        .selectFrom('listed_jobs as part')
        .select((part) => part.fn.countAll<number>().as('parts'))
        .whereRef('part.connection_id', '=', 'listed_jobs.connection_id')
        .whereRef('part.parent_id', '=', 'listed_jobs.job_id')
        .as('sub_jobs'),
    ])
    .where('listed_jobs.connection_id', '=', connectionId)
    .where('listed_jobs.parent_id', 'is', null);
}

/** Jobs we have a report of that the list does not have: it could not be read, or they are gone from it. */
async function unlisted(db: Db, connectionId: string): Promise<readonly ListedJob[]> {
  const rows = await db
    .selectFrom('jobs')
    .leftJoin('listed_jobs as listed', (join) =>
      join.onRef('listed.connection_id', '=', 'jobs.connection_id').onRef('listed.job_id', '=', 'jobs.job_id'),
    )
    .select(['jobs.job_id', 'jobs.name', 'jobs.status', 'jobs.job_type'])
    .where('jobs.connection_id', '=', connectionId)
    .where('listed.job_id', 'is', null)
    .where('jobs.status', 'is not', null)
    .where('jobs.parent_id', 'is', null)
    .orderBy('jobs.job_id')
    .execute();
  return rows.flatMap((row) => toListed({ ...row, sub_jobs: 0 }));
}

/** One that has no id falls out; the next list brings it anew. */
function toListed(row: {
  readonly job_id: string;
  readonly name: string | null;
  readonly status: string | null;
  readonly job_type: string | null;
  readonly sub_jobs: number | null;
}): readonly ListedJob[] {
  const jobId = decodeJobId(row.job_id);
  if (jobId === null) return [];
  return [{ jobId, name: row.name, status: row.status, jobType: row.job_type, subJobs: row.sub_jobs ?? 0 }];
}
