import { sql } from 'kysely';

import { chooseJob } from '../../domain/names/choose-job.ts';
import type { SubJob } from '../../domain/poll/combine-sub-jobs.ts';
import { parseJobIdPrefix } from '../../domain/job/job-id.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { JOB_TYPES } from '../../domain/job/job-type.ts';
import { isListedAsOver } from '../../domain/names/listed-job.ts';
import type { ListedJob, NameCandidate } from '../../domain/names/listed-job.ts';
import { hasWord, nameKey } from '../../domain/names/name-key.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { JobListEntry } from '../../ports/drs.ts';
import type { JobListState } from '../../ports/store/job-list.ts';
import { decodeJobId, decodeWhy, encode } from '../rows/codec.ts';
import { isAwaited } from './awaited-subscriptions.ts';
import { findNamesakes } from './namesakes.ts';
import { nameAfterList } from './rename-jobs.ts';
import { sameJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Tx } from '../rows/schema.ts';

/** Rows written by one statement. */
const ROWS_AT_ONCE = 500;

export async function claimJobListRefresh(
  db: Db,
  { connectionId, now, everyMs }: Request<'claimJobListRefresh'>,
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

export async function saveJobList(db: Db, { connectionId, listing, now }: Request<'saveJobList'>): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    const list_failure = listing.failure === null ? null : encode(listing.failure.why);
    await tx.updateTable('connections').set({ list_failure }).where('id', '=', connectionId).execute();
    if (listing.parts.length === 0) return 0;
    for (const { jobType, entries, isWhole } of listing.parts) {
      const list = { connectionId, jobType, beganAt: now };
      await replaceType(tx, list, entries);
      await noteListed(tx, list);
      if (isWhole) await noteReading(tx, list);
    }
    await askAboutReturned(tx, connectionId, now);
    await tx.updateTable('connections').set({ listed_at: now }).where('id', '=', connectionId).execute();
    return (await nameAfterList(tx, connectionId, now)) + (await findNamesakes(tx, connectionId, now));
  });
}

/** The list of one type that was read. */
interface TypeList {
  readonly connectionId: string;
  readonly jobType: string;
  readonly beganAt: EpochMs;
}

async function replaceType(
  tx: Tx,
  { connectionId, jobType, beganAt }: TypeList,
  entries: readonly JobListEntry[],
): Promise<void> {
  const list = { connection_id: connectionId, job_type: jobType };
  await tx
    .deleteFrom('listed_jobs')
    .where((eb) => eb.and(list))
    .execute();
  for (let from = 0; from < entries.length; from += ROWS_AT_ONCE) {
    const rows = entries.slice(from, from + ROWS_AT_ONCE).map((entry) => ({
      ...list,
      job_id: entry.jobId,
      name: entry.name,
      name_key: entry.name === null ? null : nameKey(entry.name),
      status: entry.status,
      is_over: isListedAsOver(entry) ? 1 : 0,
      parent_id: entry.parentId,
      listed_at: beganAt,
    }));
    await tx
      .insertInto('listed_jobs')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Jobs with a row remember when the list last had them; one that it calls deleted it does not have. */
async function noteListed(tx: Tx, { connectionId, jobType, beganAt }: TypeList): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ listed_at: beganAt })
    .where('connection_id', '=', connectionId)
    .where('job_id', 'in', (listed) =>
      listed
        .selectFrom('listed_jobs')
        .select('job_id')
        .where('connection_id', '=', connectionId)
        .where('job_type', '=', jobType)
        .where(sql<boolean>`(listed_jobs.status is null or listed_jobs.status <> 'DELETED')`),
    )
    .execute();
}

/** This list was read to its end. */
async function noteReading(tx: Tx, { connectionId, jobType, beganAt }: TypeList): Promise<void> {
  await tx
    .insertInto('job_list_readings')
    .values({ connection_id: connectionId, job_type: jobType, began_at: beganAt })
    .onConflict((conflict) => conflict.columns(['connection_id', 'job_type']).doUpdateSet({ began_at: beganAt }))
    .execute();
}

/** A job that was gone and is listed again is asked about at the next tick, if some channel awaits it. */
async function askAboutReturned(tx: Tx, connectionId: string, now: EpochMs): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ next_poll_at: now, waiting_since: now, poll_set_at: now })
    .where('connection_id', '=', connectionId)
    .where('ended_at', 'is not', null)
    .where('job_id', 'in', (awaited) =>
      awaited
        .selectFrom('subscriptions')
        .innerJoin('listed_jobs', (join) => join.on(sameJob('listed_jobs', 'subscriptions')))
        .select('listed_jobs.job_id')
        .where('subscriptions.connection_id', '=', connectionId)
        .where('listed_jobs.is_over', '=', 0)
        .where(isAwaited(now)),
    )
    .execute();
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
  const idPrefix = parseJobIdPrefix(text);
  const listed = await selectListed(db, connectionId)
    .where((eb) =>
      eb.or([
        eb('listed_jobs.name_key', '=', key),
        ...(idPrefix === null ? [] : [hasIdPrefix(idPrefix)]),
        eb.and([eb('listed_jobs.parent_id', 'is', null), isLike(key, 'beginning')]),
      ]),
    )
    .orderBy(sql`case when listed_jobs.name_key = ${key} then 0 else 1 end`)
    .orderBy('is_over')
    .orderBy(BY_NAME)
    .limit(limit)
    .execute();
  const found = listed.length > 0 ? listed : await selectWithWord(db, connectionId, key, limit);
  const others = (await unlisted(db, connectionId)).filter((job) => chooseJob(text, [job]).kind === 'one');
  return [...found.flatMap(toListed), ...others].slice(0, limit);
}

/** Jobs with a word in their name that begins with the text. Only names are read of those that do not fit. */
async function selectWithWord(db: Db, connectionId: string, key: string, limit: number) {
  const rows = await db
    .selectFrom('listed_jobs')
    .select(['job_id', 'name_key'])
    .where('connection_id', '=', connectionId)
    .where('parent_id', 'is', null)
    .where(isLike(key, 'anywhere'))
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

/** Its name has the text in it, or begins with it. */
function isLike(key: string, where: 'anywhere' | 'beginning') {
  const pattern = `${where === 'anywhere' ? '%' : ''}${literally(key)}%`;
  return sql<boolean>`listed_jobs.name_key like ${pattern} escape '\\'`;
}

function hasIdPrefix(idPrefix: string) {
  return sql<boolean>`substr(listed_jobs.job_id, 1, ${idPrefix.length}) = ${idPrefix}`;
}

function hasInNameOrId(text: string) {
  const inName = isLike(nameKey(text), 'anywhere');
  const idPrefix = parseJobIdPrefix(text);
  return idPrefix === null ? inName : sql<boolean>`(${inName} or ${hasIdPrefix(idPrefix)})`;
}

/** Text in a pattern of `like`, where `%` and `_` are letters like any other. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}

export async function findNamedJobs(db: Db, connectionId: string): Promise<readonly ListedJob[]> {
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

export async function pageListedJobs(
  db: Db,
  { connectionId, text, offset, limit }: Request<'pageListedJobs'>,
): Promise<{ readonly total: number; readonly jobs: readonly ListedJob[] }> {
  const meant = selectListed(db, connectionId)
    .where('listed_jobs.parent_id', 'is', null)
    .$if(text !== null, (query) => query.where(hasInNameOrId(text ?? '')));
  const { total } = await meant
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const rows = await meant
    .orderBy('is_over')
    .orderBy(BY_NAME)
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
  return rows.flatMap((row) => toListed({ ...row, sub_jobs: 0 }).map((job) => ({ ...job, isOffList: isOffList(row) })));
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
      subJobs: row.sub_jobs ?? 0,
      isSubJob: row.parent_id !== null,
      isOffList: false,
      namedAt: row.named_at,
    },
  ];
}
