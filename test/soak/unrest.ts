import { decodeState } from '../../src/store/rows/codec.ts';
import type { Db } from '../../src/store/rows/schema.ts';

/**
 * What more may come of, a line each: watched jobs that gave no report since `since` (ms since 1970), or whose recovery or
 * end was not seen often enough to be told; then what is owed, and messages that are to be edited or taken away. Bots go on
 * meanwhile, so it is read in the order in which one leads to the next.
 */
export async function findUnrest(db: Db, since: number): Promise<readonly string[]> {
  const jobs = await findUnsureJobs(db, since);
  const owed = await db.selectFrom('deliveries').selectAll().where('outcome', 'is', null).execute();
  const posts = await db.selectFrom('posts').selectAll().where('due_at', 'is not', null).execute();
  return [
    ...jobs,
    ...owed.map((one) => `owed: ${JSON.stringify(one)}`),
    ...posts.map((one) => `to be changed: ${JSON.stringify(one)}`),
  ];
}

async function findUnsureJobs(db: Db, since: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['job_id', 'state', 'answered_at'])
    .where('next_poll_at', 'is not', null)
    .execute();
  return rows.flatMap(({ job_id: jobId, state, answered_at: answeredAt }) => {
    if ((answeredAt ?? 0) < since) return [`not read: ${jobId}, ${state}`];
    const known = decodeState(state);
    const isSure = known !== null && known.recovering === null && known.ending === null;
    return isSure ? [] : [`not sure: ${jobId}, ${state}`];
  });
}
