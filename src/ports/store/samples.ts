import type { EpochMs } from '../../domain/base/time.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Job, JobKey } from '../../domain/job/job.ts';
import type { RuleNeeds } from '../../domain/poll/judge.ts';
import type { RuleMemory } from '../../domain/rules/rule-memory.ts';
import type { Sample } from '../../domain/rules/sample.ts';

/** What was read of jobs over time, and what the rules made of it. Written by `commitPoll` only. */
export interface SampleStore {
  /**
   * The samples there are of a job since `since`, oldest first: all of the last 2 h, then one for 5 min of each of 7 days,
   * then one for an hour, up to 90 days, each of the last two with the maximum lag and the last percent. Empty when nothing
   * was read. Times are whole seconds.
   */
  readSamples(job: JobKey, since: EpochMs): Promise<readonly Sample[]>;
  /** What the rules remember of a job; `NO_MEMORY` when nothing was read, or what was written cannot be read. */
  readMemory(job: JobKey): Promise<RuleMemory>;
  /**
   * What the rules need to judge those of `jobs` that some channel watches; the others are left out. To be read under the
   * lease of the jobs, which all share one connection.
   */
  findRuleNeeds(jobs: readonly Job[]): Promise<ReadonlyMap<JobId, RuleNeeds>>;
}
