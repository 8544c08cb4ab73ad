import type { Selectable } from 'kysely';

import type { JobKey } from '../../domain/job/job.ts';
import type { RuleMemory } from '../../domain/rules/rule-memory.ts';
import type { Sample } from '../../domain/rules/sample.ts';
import { thinSamples, WHOLE } from '../../domain/rules/thin-samples.ts';
import { DAY, HOUR } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { PollResult } from '../../ports/store/jobs.ts';
import { decodeMemory, encodeMemory } from '../rows/memory-codec.ts';
import { decodeSamples, encodeSamples } from '../rows/sample-codec.ts';
import { ofJob } from '../rows/keys.ts';
import { ReusedQuery } from '../rows/reused-query.ts';
import type { Db, Schema, Tx } from '../rows/schema.ts';

/** See `SampleStore`. */
export async function readMemory(db: Db, job: JobKey): Promise<RuleMemory> {
  const row = await db
    .selectFrom('job_memories')
    .select('memory')
    .where((eb) => eb.and(ofJob(job)))
    .executeTakeFirst();
  return decodeMemory(row?.memory ?? null);
}

/** See `SampleStore`. A row that began up to a day before may reach so far; one that is due to be thinned may not be yet. */
export async function readSamples(db: Db, job: JobKey, since: EpochMs, now: EpochMs): Promise<readonly Sample[]> {
  const rows = await db
    .selectFrom('samples')
    .select('samples')
    .where((eb) => eb.and(ofJob(job)))
    .where('began_at', '>', since - DAY)
    .orderBy('began_at')
    .execute();
  const { recent } = await readMemory(db, job);
  const all = [...rows.flatMap((row) => decodeSamples(row.samples)), ...recent];
  return thinSamples(all, now).filter(({ at }) => at >= since);
}

/** What the rules remember of jobs after a poll. */
interface Remembered {
  readonly connectionId: string;
  readonly results: readonly Pick<PollResult, 'jobId' | 'judgement'>[];
}

/** Writes what the rules remember of the jobs of one poll, and moves the samples of hours that are over. */
export async function writeMemories(tx: Tx, { connectionId, results }: Remembered): Promise<void> {
  const memories = results.flatMap(({ jobId, judgement }) =>
    judgement === null || judgement === undefined
      ? []
      : [{ connection_id: connectionId, job_id: jobId, memory: encodeMemory(judgement.memory) }],
  );
  if (memories.length > 0) await saveMemories.run(tx, memories);
  const aged = results.flatMap(({ jobId, judgement }) =>
    byHour(judgement?.aged ?? []).map(([began, samples]) => ({
      connection_id: connectionId,
      job_id: jobId,
      began_at: began,
      every_ms: WHOLE.bucketMs,
      samples: encodeSamples(samples),
    })),
  );
  if (aged.length > 0) await saveSamples.run(tx, aged);
}

/** One statement for the whole batch. */
const saveMemories = new ReusedQuery(
  (db: Db, rows: readonly Selectable<Schema['job_memories']>[]) =>
    db
      .insertInto('job_memories')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['connection_id', 'job_id']).doUpdateSet((eb) => ({ memory: eb.ref('excluded.memory') })),
      ),
  (rows) => rows.flatMap((row) => [row.connection_id, row.job_id, row.memory]),
);

/** An hour is moved once; where a clock that was set back makes it twice, the later one stands. */
const saveSamples = new ReusedQuery(
  (db: Db, rows: readonly Selectable<Schema['samples']>[]) =>
    db
      .insertInto('samples')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['connection_id', 'job_id', 'began_at']).doUpdateSet((eb) => ({
          every_ms: eb.ref('excluded.every_ms'),
          samples: eb.ref('excluded.samples'),
        })),
      ),
  (rows) => rows.flatMap((row) => [row.connection_id, row.job_id, row.began_at, row.every_ms, row.samples]),
);

/** Samples by the hour that they belong to. */
function byHour(samples: readonly Sample[]): readonly (readonly [EpochMs, readonly Sample[]])[] {
  const hours = new Map<EpochMs, Sample[]>();
  for (const sample of samples) {
    const hour = Math.floor(sample.at / HOUR) * HOUR;
    const ofHour = hours.get(hour) ?? [];
    ofHour.push(sample);
    hours.set(hour, ofHour);
  }
  return [...hours];
}
