import { sql } from 'kysely';

import { chooseJob } from '../../domain/names/choose-job.ts';
import type { SubJob } from '../../domain/poll/combine-sub-jobs.ts';
import { parseJobIdPrefix } from '../../domain/job/job-id.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { JOB_TYPES } from '../../domain/job/job-type.ts';
import type { ListedJob, NameCandidate } from '../../domain/names/listed-job.ts';
import { hasWord, nameKey } from '../../domain/names/name-key.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { JobListState } from '../../ports/store/job-list.ts';
import { decodeJobId, decodeWhy } from '../rows/codec.ts';
import { sameJob } from '../rows/keys.ts';
import type { Db } from '../rows/schema.ts';

export async function findJobListState(db: Db, connectionId: string): Promise<JobListState> {
  const row = await db
    .selectFrom('connections')
    .select(['listed_at', 'list_failure'])
    .where('id', '=', connectionId)
    .executeTakeFirst();
  const failure = row?.list_failure ?? null;
  return { listedAt: row?.listed_at ?? null, failure: failure === null ? null : decodeWhy(failure) };
}

/** Those without a name first, whatever a database makes of null. */
const BY_NAME = sql`name_key nulls first`;

/** Names and ids of which one is meant, as `JobListStore` says. */
export async function findJobsLike(
  db: Db,
  connectionId: string,
  text: string,
  limit: number,
): Promise<readonly NameCandidate[]> {
  const key = nameKey(text);
  const listed = await selectListed(db, connectionId)
    .where('listed_jobs.job_id', 'in', idsLike(db, connectionId, text))
    .orderBy(sql`case when listed_jobs.name_key = ${key} then 0 else 1 end`)
    .orderBy('is_over')
    .orderBy(BY_NAME)
    .limit(limit)
    .execute();
  const found = listed.length > 0 ? listed : await selectWithWord(db, connectionId, key, limit);
  const others = (await unlisted(db, connectionId)).filter((job) => chooseJob(text, [job]).kind === 'one');
  return [...found.flatMap(toListed), ...others].slice(0, limit);
}

/** Beyond every text that begins like another, in the order of bytes. */
const LAST_CHARACTER = '\u{10ffff}';

/** Ids of jobs with this name, a name that begins with it, or such an id: three looks into an index instead of one at all rows. */
function idsLike(db: Db, connectionId: string, text: string) {
  const key = nameKey(text);
  const ids = db.selectFrom('listed_jobs').select('job_id').where('connection_id', '=', connectionId);
  const named = ids
    .where('name_key', '=', key)
    .union(
      ids.where('parent_id', 'is', null).where('name_key', '>=', key).where('name_key', '<', `${key}${LAST_CHARACTER}`),
    );
  const idPrefix = parseJobIdPrefix(text);
  return idPrefix === null
    ? named
    : named.union(ids.where('job_id', '>=', idPrefix).where('job_id', '<', `${idPrefix}${LAST_CHARACTER}`));
}

/** Jobs with a word in their name that begins with the text. Only names are read of those that do not fit. */
async function selectWithWord(db: Db, connectionId: string, key: string, limit: number) {
  const rows = await db
    .selectFrom('listed_jobs')
    .select(['job_id', 'name_key'])
    .where('connection_id', '=', connectionId)
    .where('parent_id', 'is', null)
    .where(isLike(key))
    .orderBy('is_over')
    .orderBy(BY_NAME)
    .execute();
  const fitting = rows.filter((row) => hasWord(row.name_key ?? '', key)).slice(0, limit);
  if (fitting.length === 0) return [];
  const jobIds = fitting.map((row) => row.job_id);
  return await selectListed(db, connectionId)
    .where('listed_jobs.job_id', 'in', jobIds)
    .orderBy('is_over')
    .orderBy(BY_NAME)
    .execute();
}

/** Its name has the text in it. */
function isLike(key: string) {
  const pattern = `%${literally(key)}%`;
  return sql<boolean>`listed_jobs.name_key like ${pattern} escape '\\'`;
}

function hasIdPrefix(idPrefix: string) {
  return sql<boolean>`substr(listed_jobs.job_id, 1, ${idPrefix.length}) = ${idPrefix}`;
}

function hasInNameOrId(text: string) {
  const inName = isLike(nameKey(text));
  const idPrefix = parseJobIdPrefix(text);
  return idPrefix === null ? inName : sql<boolean>`(${inName} or ${hasIdPrefix(idPrefix)})`;
}

/** Text in a pattern of `like`, where `%` and `_` are letters like any other. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}

export async function findNamedJobs(db: Db, connectionId: string): Promise<readonly NameCandidate[]> {
  const listed = await selectListed(db, connectionId)
    .where('listed_jobs.name', 'is not', null)
    .where('listed_jobs.parent_id', 'is', null)
    .execute();
  const others = (await unlisted(db, connectionId)).filter((job) => job.name !== null && !job.isSubJob);
  return [...listed.flatMap(toListed), ...others];
}

/** See `JobListStore`. */
export async function findNamedAt(
  db: Db,
  connectionId: string,
  jobIds: readonly JobId[],
): Promise<ReadonlyMap<JobId, EpochMs | null>> {
  if (jobIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('jobs')
    .leftJoin('listed_jobs as listed', (join) => join.on(sameJob('listed', 'jobs')))
    .select((eb) => ['jobs.job_id', eb.fn.coalesce('listed.listed_at', 'jobs.detail_at').as('named_at')])
    .where('jobs.connection_id', '=', connectionId)
    .where('jobs.job_id', 'in', jobIds)
    .execute();
  return new Map(
    rows.flatMap((row) => {
      const jobId = decodeJobId(row.job_id);
      return jobId === null ? [] : [[jobId, row.named_at] as const];
    }),
  );
}

export async function findListedJobs(db: Db, connectionId: string, text: string | null): Promise<readonly ListedJob[]> {
  const rows = await selectListed(db, connectionId)
    .where('listed_jobs.parent_id', 'is', null)
    .$if(text !== null, (query) => query.where(hasInNameOrId(text ?? '')))
    .orderBy('is_over')
    .orderBy(BY_NAME)
    .orderBy('listed_jobs.job_id')
    .execute();
  return rows.flatMap(toListed);
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
    .orderBy(BY_NAME)
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

/** Listed jobs and their parts. */
function selectListed(db: Db, connectionId: string) {
  return db
    .selectFrom('listed_jobs')
    .innerJoin('connections', 'connections.id', 'listed_jobs.connection_id')
    .leftJoin('jobs', (join) => join.on(sameJob('jobs', 'listed_jobs')))
    .select((eb) => [
      'listed_jobs.job_id',
      'listed_jobs.name',
      'listed_jobs.job_type',
      'listed_jobs.parent_id',
      'listed_jobs.engines',
      'listed_jobs.listed_at as named_at',
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
    .where('listed_jobs.connection_id', '=', connectionId);
}

/** Jobs we have a report of that the list does not have: it could not be read, or they are gone from it. */
async function unlisted(db: Db, connectionId: string): Promise<readonly NameCandidate[]> {
  const rows = await db
    .selectFrom('jobs')
    .innerJoin('connections', 'connections.id', 'jobs.connection_id')
    .leftJoin('listed_jobs as listed', (join) => join.on(sameJob('listed', 'jobs')))
    .select([
      'jobs.job_id',
      'jobs.name',
      'jobs.status',
      'jobs.job_type',
      'jobs.parent_id',
      'jobs.detail_at as named_at',
      'jobs.created_at',
      'connections.listed_at',
      'connections.list_failure',
    ])
    .where('jobs.connection_id', '=', connectionId)
    .where('listed.job_id', 'is', null)
    .where('jobs.status', 'is not', null)
    .orderBy('jobs.job_id')
    .execute();
  return rows.flatMap((row) =>
    toListed({ ...row, sub_jobs: 0, engines: null }).map((job) => ({ ...job, isOffList: isOffList(row) })),
  );
}

/** A list that was read to its end since the job became known would have it, if it is of a kind that is listed. */
function isOffList(row: {
  readonly job_type: string | null;
  readonly created_at: number;
  readonly listed_at: number | null;
  readonly list_failure: string | null;
}): boolean {
  const isOfListedType = row.job_type === null || JOB_TYPES.some((type) => type === row.job_type);
  return isOfListedType && row.list_failure === null && row.listed_at !== null && row.listed_at > row.created_at;
}

/** One that has no id falls out; the next list brings it anew. */
function toListed(row: {
  readonly job_id: string;
  readonly name: string | null;
  readonly status: string | null;
  readonly job_type: string | null;
  readonly parent_id: string | null;
  readonly engines: string | null;
  readonly sub_jobs: number | null;
  readonly named_at: number | null;
}): readonly NameCandidate[] {
  const jobId = decodeJobId(row.job_id);
  if (jobId === null) return [];
  return [
    {
      jobId,
      name: row.name,
      status: row.status,
      jobType: row.job_type,
      engines: row.engines,
      subJobs: row.sub_jobs ?? 0,
      isSubJob: row.parent_id !== null,
      isOffList: false,
      namedAt: row.named_at,
    },
  ];
}
