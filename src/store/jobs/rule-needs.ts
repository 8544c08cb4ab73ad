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

/**
 * What is remembered of each job, and the subscriptions to it that differ from the defaults: as one query, which costs less than
 * two. Nearly all jobs have none of the latter: the index holds no others.
 */
const findNeeds = new ReusedQuery(
  (db: Db, { connectionId, jobIds }: Asked) =>
    db
      .selectFrom('job_memories')
      .select([
        sql<string | null>`job_id`.as('job_id'),
        sql<string | null>`memory`.as('memory'),
        sql<string | null>`null`.as('rules_key'),
        sql<string | null>`null`.as('rules'),
        sql<number>`0`.as('all_events'),
        sql<number>`0`.as('place'),
      ])
      .where('connection_id', '=', connectionId)
      .where('job_id', 'in', jobIds)
      .unionAll(
        db
          .selectFrom('subscriptions')
          .select([
            'job_id',
            sql<string | null>`null`.as('memory'),
            sql<string | null>`rules_key`.as('rules_key'),
            sql<string | null>`rules`.as('rules'),
            'all_events',
            sql<number>`id`.as('place'),
          ])
          .where('connection_id', '=', connectionId)
          .where('job_id', 'in', jobIds)
          .where(HAS_OWN_RULES),
      ),
  ({ connectionId, jobIds }) => [connectionId, ...jobIds, connectionId, ...jobIds],
);

/** See `SampleStore`. A job that waits to be asked about is watched. */
export async function findRuleNeeds(db: Db, jobs: readonly Job[]): Promise<ReadonlyMap<JobId, RuleNeeds>> {
  const watched = jobs.filter(({ waitingSince }) => waitingSince !== null);
  const [first] = watched;
  if (first === undefined) return new Map();
  const asked = { connectionId: first.connectionId, jobIds: watched.map(({ jobId }) => jobId) };
  const rows = await findNeeds.run(db, asked);
  const memories = new Map(rows.flatMap((row) => (row.memory === null ? [] : [[row.job_id, row.memory]])));
  const { own, wantEvery } = ownRules(rows.filter(({ memory }) => memory === null));
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

interface OwnRow {
  readonly job_id: string | null;
  readonly rules_key: string | null;
  readonly rules: string | null;
  readonly all_events: number;
  readonly place: number;
}

/** By job, each set of rules once; and the jobs of which somebody wants to hear every status. */
function ownRules(rows: readonly OwnRow[]) {
  const own = new Map<string, OwnRules[]>();
  const wantEvery = new Set<string>();
  const inOrder = rows.toSorted((one, other) => one.place - other.place);
  for (const { job_id: jobId, rules_key: key, rules, all_events: all } of inOrder) {
    if (jobId === null || key === null || rules === null) continue;
    if (all === 1) wantEvery.add(jobId);
    const ofJob = own.get(jobId) ?? [];
    if (key !== DEFAULT_RULES_KEY && ofJob.every((one) => one.key !== key))
      ofJob.push({ key, rules: decodeRules(rules) });
    own.set(jobId, ofJob);
  }
  return { own, wantEvery };
}
