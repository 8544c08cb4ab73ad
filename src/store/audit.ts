import type { JobKey } from '../domain/job.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Actor } from '../ports.ts';
import type { Tx } from './schema.ts';

/** Writes down who did what, where, and what it changed; nothing can be taken back. */
export async function audit(
  tx: Tx,
  actor: Actor,
  action: string,
  about: { readonly connectionId: string; readonly jobId: JobKey['jobId'] | null },
  at: EpochMs,
  before: object | null,
  after: object | null,
): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      at,
      workspace_id: actor.workspaceId,
      channel_id: actor.channelId,
      user_id: actor.userId,
      action,
      connection_id: about.connectionId,
      job_id: about.jobId,
      before: before === null ? null : JSON.stringify(before),
      after: after === null ? null : JSON.stringify(after),
    })
    .execute();
}
