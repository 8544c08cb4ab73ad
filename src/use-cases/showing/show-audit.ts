import type { AuditEntry } from '../../domain/audit.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { AuditStore } from '../../ports/store/audit.ts';
import { asProblem, noneAmong, resolveAmong } from '../naming/resolve-jobs.ts';
import type { ReferenceProblem } from '../naming/resolve-jobs.ts';

/** Entries on one page: a phone shows not many more. */
const PAGE_SIZE = 15;

/** What showing the audit takes. */
export interface ShowAuditDeps {
  readonly store: AuditStore;
  readonly connectionId: string;
}

/** One page of what was done in a channel. */
export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** How many came before these. */
  readonly older: number;
  /** The job they are about; null for everything. */
  readonly jobId: JobId | null;
  /** The page begins after this entry; null for the newest. */
  readonly before: number | null;
}

/** What was done in this channel, and only here: about one job or everything, from the newest or from an entry on. */
export async function showAudit(
  { store, connectionId }: ShowAuditDeps,
  channel: ChannelKey,
  { jobId, before }: Pick<AuditPage, 'jobId' | 'before'>,
): Promise<AuditPage> {
  const job = jobId === null ? null : { connectionId, jobId };
  const { entries, older } = await store.pageAudit({ channel, job, before, limit: PAGE_SIZE });
  return { entries, older, jobId, before };
}

/** The same for a job as people name it: one that something was done about here, watched or not any more. */
export async function findAudit(
  deps: ShowAuditDeps,
  channel: ChannelKey,
  reference: string,
): Promise<AuditPage | ReferenceProblem> {
  const jobs = await deps.store.listAuditedJobs(channel);
  const found = resolveAmong(reference, jobs);
  if (found.kind === 'problem') return found.problem;
  if (found.kind === 'nothing') return noneAmong(reference, jobs);
  if (found.kind === 'pattern') return asProblem(found);
  const jobId = found.kind === 'id' ? found.jobId : found.job.jobId;
  return await showAudit(deps, channel, { jobId, before: null });
}
