import type { AuditEntry } from '../../domain/audit.ts';
import type { JobKey } from '../../domain/job/job.ts';
import type { ListedJob } from '../../domain/names/listed-job.ts';
import type { ChannelKey } from '../../domain/subscription.ts';

/** Who did what, where. */
export interface AuditStore {
  /**
   * What was done in a channel, newest first, at most `limit`: all of it or that about one job, all or what came before the
   * entry `before`. `older`: how many more there are.
   */
  pageAudit(request: {
    readonly channel: ChannelKey;
    readonly job: JobKey | null;
    readonly before: number | null;
    readonly limit: number;
  }): Promise<{ readonly entries: readonly AuditEntry[]; readonly older: number }>;
  /** The jobs that something was done about in a channel, once by each name they had then and have now. */
  listAuditedJobs(channel: ChannelKey): Promise<readonly ListedJob[]>;
}
