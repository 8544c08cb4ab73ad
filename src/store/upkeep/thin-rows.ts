import { COARSE, FINE, thinSamples, WHOLE } from '../../domain/rules/thin-samples.ts';
import { DAY, HOUR } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { decodeSamples, encodeSamples } from '../rows/sample-codec.ts';
import { ofJob } from '../rows/keys.ts';
import type { Tx } from '../rows/schema.ts';

/** Rows of one day of a job, before they are made one. */
const ROWS_OF_DAY = DAY / HOUR;

/**
 * Thins what is old enough, the oldest first: the rows of an hour, and those of each whole day, which become one row of hourly
 * samples. Returns how many rows it went through.
 *
 * @param limit rows that are read at most of either, but for those of one day
 */
export async function thinRows(tx: Tx, now: EpochMs, limit: number): Promise<number> {
  return (await thinHours(tx, now, limit)) + (await thinDays(tx, now, limit));
}

async function thinHours(tx: Tx, now: EpochMs, limit: number): Promise<number> {
  const rows = await tx
    .selectFrom('samples')
    .select(['connection_id', 'job_id', 'began_at', 'samples'])
    .where('every_ms', '=', WHOLE.bucketMs)
    .where('began_at', '<=', now - WHOLE.untilMs - HOUR)
    .orderBy('began_at')
    .limit(limit)
    .execute();
  for (const row of rows)
    await tx
      .updateTable('samples')
      .set({ every_ms: FINE.bucketMs, samples: encodeSamples(thinSamples(decodeSamples(row.samples), now)) })
      .where((eb) => eb.and(ofJob({ connectionId: row.connection_id, jobId: row.job_id })))
      .where('began_at', '=', row.began_at)
      .execute();
  return rows.length;
}

async function thinDays(tx: Tx, now: EpochMs, limit: number): Promise<number> {
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
