import { sql } from 'kysely';

import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { OwnRules, RuleNeeds } from '../../domain/poll/judge.ts';
import { DEFAULT_RULES_KEY } from '../../domain/rules/subscription-rules.ts';
import { decodeRules } from '../rows/codec.ts';
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
  return new Map(
    watched.map(({ jobId }) => [
      jobId,
      {
        memory: decodeMemory(memories.get(jobId) ?? null),
        own: own.get(jobId) ?? [],
        isEveryStatusWanted: wantEvery.has(jobId),
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
