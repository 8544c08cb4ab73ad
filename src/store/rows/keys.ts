import { sql } from 'kysely';

import type { ChannelKey } from '../../domain/subscription.ts';
import type { Store } from '../../ports/store/store.ts';

/** What a method of the store is asked for. */
export type Request<Method extends keyof Store> = Parameters<Store[Method]>[0];

/** The columns by which rows about one job are found, for `eb.and`. */
export function ofJob({ connectionId, jobId }: { readonly connectionId: string; readonly jobId: string }) {
  return { connection_id: connectionId, job_id: jobId };
}

/** The columns by which rows about one conversation are found, for `eb.and`. */
export function ofChannel({ workspaceId, channelId }: ChannelKey) {
  return { workspace_id: workspaceId, channel_id: channelId };
}

/** In a join: rows of these tables are about the same job. */
export function sameJob(one: JobTable, other: JobTable) {
  return sql<boolean>`${sql.ref(`${one}.connection_id`)} = ${sql.ref(`${other}.connection_id`)}
    and ${sql.ref(`${one}.job_id`)} = ${sql.ref(`${other}.job_id`)}`;
}

type JobTable = 'jobs' | 'listed_jobs' | 'subscriptions' | 'failures' | 'job_events' | 'audit' | 'listed' | 'later';
