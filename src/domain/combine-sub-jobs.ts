import { explanation } from './explanation.ts';
import type { JobId } from './job-id.ts';
import { statusGroup } from './job-status.ts';
import type { StatusGroup } from './job-status.ts';
import { failureOf, noSuchJobCode } from './progress-answer.ts';
import type { ProgressAnswer, ProgressAnswers } from './progress-answer.ts';
import type { ProgressReport } from './progress-report.ts';

/** A part of a parent job. */
export interface SubJob {
  readonly jobId: JobId;
  readonly name: string | null;
}

/** From worst to best: what a person must know first. */
const WORST_FIRST: readonly StatusGroup[] = [
  'failed',
  'unknown',
  'paused',
  'maintenance',
  'setting_up',
  'starting',
  'sub_task',
  'full_copy',
  'full_copy_done',
  'replicating',
  'ending',
  'ended',
  'gone',
];

/**
 * The answer for a parent job that gives no progress of its own: the worst of its sub-jobs, with the largest lag of all.
 * Deleted sub-jobs do not count. A failure is told at once; anything better only when every sub-job has answered.
 */
export function combineSubJobs(parent: JobId, subJobs: readonly SubJob[], answers: ProgressAnswers): ProgressAnswer {
  const known = subJobs.flatMap((subJob) => {
    const answer = answers.get(subJob.jobId) ?? { kind: 'omitted' as const };
    return noSuchJobCode(answer) === null ? [{ subJob, answer }] : [];
  });
  const reports = known.flatMap(({ subJob, answer }) => (answer.kind === 'report' ? [{ subJob, ...answer }] : []));
  const [worst] = reports.toSorted((one, other) => badness(one.report) - badness(other.report));
  if (worst === undefined || (reports.length < known.length && statusGroup(worst.report.status) !== 'failed')) {
    const silent = known.find(({ answer }) => answer.kind === 'unanswered')?.answer;
    return silent ?? { kind: 'unanswered', failure: failureOf('unreadable_answer', explanation('sub_jobs_unknown')) };
  }
  const lags = reports.flatMap(({ report }) =>
    report.lagMs !== null && statusGroup(report.status) === 'replicating' ? [report.lagMs] : [],
  );
  const { subJob, report } = worst;
  return {
    kind: 'report',
    report: {
      ...report,
      jobId: parent,
      lagMs: lags.length === 0 ? report.lagMs : Math.max(...lags),
      subJob: { jobId: subJob.jobId, name: subJob.name, of: subJobs.length },
    },
  };
}

/** Lower is worse; among equals the one with the larger lag or the smaller percentage. */
function badness(report: ProgressReport): number {
  const rank = WORST_FIRST.indexOf(statusGroup(report.status));
  const within = report.lagMs === null ? (report.percent ?? 0) / 1_000 : 1 / (2 + report.lagMs);
  return rank + within / 10;
}
