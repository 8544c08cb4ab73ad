import { sql } from 'kysely';

import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { OwnRules, RuleNeeds } from '../../domain/poll/judge.ts';
import { DEFAULT_RULES_KEY } from '../../domain/rules/subscription-rules.ts';
import { decodeCauses, decodeRules } from '../rows/codec.ts';
import { decodeMemory } from '../rows/memory-codec.ts';
import { ReusedQuery } from '../rows/reused-query.ts';
import type { Db } from '../rows/schema.ts';

/** The condition of the index of subscriptions that differ from the defaults, word for word. For queries over `subscriptions`. */
const HAS_OWN_RULES = sql<boolean>`(ended_at is null and (rules_key <> '' or all_events = 1))`;

/** Jobs of one connection. */
interface Asked {
  readonly connectionId: string;
  readonly jobIds: readonly JobId[];
}

const askedValues = ({ connectionId, jobIds }: Asked): readonly unknown[] => [connectionId, ...jobIds];

const findMemories = new ReusedQuery(
  (db: Db, { connectionId, jobIds }: Asked) =>
    db
      .selectFrom('job_memories')
      .select(['job_id', 'memory'])
      .where('connection_id', '=', connectionId)
      .where('job_id', 'in', jobIds),
  askedValues,
);

/** Nearly all have none: the index holds no others. */
const findOwnRules = new ReusedQuery(
  (db: Db, { connectionId, jobIds }: Asked) =>
    db
      .selectFrom('subscriptions')
      .select(['job_id', 'rules_key', 'rules', 'all_events'])
      .where('connection_id', '=', connectionId)
      .where('job_id', 'in', jobIds)
      .where(HAS_OWN_RULES)
      .orderBy('id'),
  askedValues,
);

/** See `SampleStore`. A job that waits to be asked about is watched. */
export async function findRuleNeeds(db: Db, jobs: readonly Job[]): Promise<ReadonlyMap<JobId, RuleNeeds>> {
  const watched = jobs.filter(({ waitingSince }) => waitingSince !== null);
  const [first] = watched;
  if (first === undefined) return new Map();
  const asked = { connectionId: first.connectionId, jobIds: watched.map(({ jobId }) => jobId) };
  const memories = new Map((await findMemories.run(db, asked)).map((row) => [row.job_id, row.memory]));
  const { own, wantEvery } = await findOwn(db, asked);
  const prepaid = await findPrepaid(db, watched);
  return new Map(
    watched.map(({ jobId }) => [
      jobId,
      {
        memory: decodeMemory(memories.get(jobId) ?? null),
        own: own.get(jobId) ?? [],
        isEveryStatusWanted: wantEvery.has(jobId),
        isPrepaid: prepaid.has(jobId),
      },
    ]),
  );
}

/** By job, each set of rules once; and the jobs of which somebody wants to hear every status. */
async function findOwn(db: Db, asked: Asked) {
  const own = new Map<string, OwnRules[]>();
  const wantEvery = new Set<string>();
  for (const { job_id: jobId, rules_key: key, rules, all_events: all } of await findOwnRules.run(db, asked)) {
    if (jobId === null) continue;
    if (all === 1) wantEvery.add(jobId);
    const ofJob = own.get(jobId) ?? [];
    if (key !== DEFAULT_RULES_KEY && ofJob.every((one) => one.key !== key))
      ofJob.push({ key, rules: decodeRules(rules) });
    own.set(jobId, ofJob);
  }
  return { own, wantEvery };
}

/** Those of which DRS says so beside why they failed; it is asked for nothing else. */
async function findPrepaid(db: Db, jobs: readonly Job[]): Promise<ReadonlySet<string>> {
  const failed = jobs.filter(({ state }) => state.failure !== null);
  const [first] = failed;
  if (first === undefined) return new Set();
  const jobIds = failed.map(({ jobId }) => jobId);
  const rows = await db
    .selectFrom('failures')
    .select(['job_id', 'causes'])
    .where('connection_id', '=', first.connectionId)
    .where('job_id', 'in', jobIds)
    .where('recovered_at', 'is', null)
    .execute();
  const isPrepaid = (causes: string) =>
    Object.values(decodeCauses(causes) ?? {}).some((cause) => cause.prepaid === true);
  return new Set(rows.flatMap((row) => (isPrepaid(row.causes) ? [row.job_id] : [])));
}
