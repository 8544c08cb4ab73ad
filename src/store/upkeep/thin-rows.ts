import { COARSE, FINE, thinSamples } from '../../domain/rules/thin-samples.ts';
import { DAY, HOUR } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { decodeSamples, encodeSamples } from '../rows/memory-codec.ts';
import { ofJob } from '../rows/keys.ts';
import type { Tx } from '../rows/schema.ts';

/** Rows of one day of a job, before they are made one. */
const ROWS_OF_DAY = DAY / HOUR;

/**
 * Makes one row of hourly samples of the rows of each whole day that is old enough, the oldest first, and returns how many rows
 * went.
 *
 * @param limit rows that are read at most, but for those of one day
 */
export async function thinRows(tx: Tx, now: EpochMs, limit: number): Promise<number> {
  const before = Math.floor((now - FINE.untilMs) / DAY) * DAY;
  const rows = await tx
    .selectFrom('samples')
    .select(['connection_id', 'job_id', 'began_at'])
    .where('every_ms', '=', FINE.bucketMs)
    .where('began_at', '<', before)
    .orderBy('began_at')
    .limit(Math.ceil(limit / ROWS_OF_DAY))
    .execute();
  let gone = 0;
  for (const { connection_id: connectionId, job_id: jobId, began_at: beganAt } of rows)
    gone += await thinDay(tx, { connectionId, jobId }, Math.floor(beganAt / DAY) * DAY, now);
  return gone;
}

async function thinDay(
  tx: Tx,
  job: { readonly connectionId: string; readonly jobId: string },
  day: EpochMs,
  now: EpochMs,
): Promise<number> {
  const gone = await tx
    .deleteFrom('samples')
    .where((eb) => eb.and(ofJob(job)))
    .where('began_at', '>=', day)
    .where('began_at', '<', day + DAY)
    .returning(['began_at', 'samples'])
    .execute();
  // Two rows found may be of one day.
  if (gone.length === 0) return 0;
  const inOrder = gone.toSorted((one, other) => one.began_at - other.began_at);
  const thinned = thinSamples(
    inOrder.flatMap((row) => decodeSamples(row.samples)),
    now,
  );
  await tx
    .insertInto('samples')
    .values({ ...ofJob(job), began_at: day, every_ms: COARSE.bucketMs, samples: encodeSamples(thinned) })
    .execute();
  return gone.length;
}
