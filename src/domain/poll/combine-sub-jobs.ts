import { explanation } from '../job/explanation.ts';
import { fullCopyPercent } from '../job/full-copy-percent.ts';
import type { JobId } from '../job/job-id.ts';
import { statusGroup } from '../job/job-status.ts';
import type { StatusGroup } from '../job/job-status.ts';
import { failureOf, noSuchJobCode } from '../job/progress-answer.ts';
import type { ProgressAnswer, ProgressAnswers } from '../job/progress-answer.ts';
import type { ProgressReport } from '../job/progress-report.ts';

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
  const known = knownAnswers(subJobs, answers);
  const reports = known.flatMap(({ subJob, answer }) => (answer.kind === 'report' ? [{ subJob, ...answer }] : []));
  const [worst] = reports.toSorted((one, other) => compareBadness(one.report, other.report));
  if (worst === undefined || (reports.length < known.length && statusGroup(worst.report.status) !== 'failed')) {
    const silent = known.find(({ answer }) => answer.kind === 'unanswered')?.answer;
    return silent ?? { kind: 'unanswered', failure: failureOf('unreadable_answer', explanation('sub_jobs_unknown')) };
  }
  const lags = reports.flatMap(({ report }) =>
    report.lagMs !== null && statusGroup(report.status) === 'replicating' ? [report.lagMs] : [],
  );
  const unmeasured = reports.filter(
    ({ report }) => statusGroup(report.status) === 'replicating' && report.lagMs === null,
  ).length;
  const { subJob, report } = worst;
  return {
    kind: 'report',
    report: {
      ...report,
      jobId: parent,
      lagMs: lags.length === 0 ? report.lagMs : Math.max(...lags),
      subJob: { jobId: subJob.jobId, name: subJob.name, of: subJobs.length, unmeasured },
    },
  };
}

/**
 * The answer of a parent that gives progress of its own, with those of its sub-jobs that have failed. As long as one of
 * them has not answered and none has failed, that is not known.
 */
export function withFailedSubJobs(
  answer: Extract<ProgressAnswer, { readonly kind: 'report' }>,
  subJobs: readonly SubJob[],
  answers: ProgressAnswers,
): ProgressAnswer {
  const known = knownAnswers(subJobs, answers);
  const failed = known.flatMap(({ subJob, answer: own }) =>
    own.kind === 'report' && statusGroup(own.report.status) === 'failed' ? [subJob] : [],
  );
  if (failed.length === 0 && known.some(({ answer: own }) => own.kind !== 'report')) return answer;
  return { kind: 'report', report: { ...answer.report, failedSubJobs: { failed, of: subJobs.length } } };
}

/** What was said about each sub-job that DRS still knows. */
function knownAnswers(subJobs: readonly SubJob[], answers: ProgressAnswers) {
  return subJobs.flatMap((subJob) => {
    const answer = answers.get(subJob.jobId) ?? { kind: 'omitted' as const };
    return noSuchJobCode(answer) === null ? [{ subJob, answer }] : [];
  });
}

/** The worse first: by status, then by how far the full copy is, then by lag. */
function compareBadness(one: ProgressReport, other: ProgressReport): number {
  return (
    rank(one) - rank(other) ||
    (fullCopyPercent(one)?.percent ?? 0) - (fullCopyPercent(other)?.percent ?? 0) ||
    (other.lagMs ?? 0) - (one.lagMs ?? 0)
  );
}

function rank({ status }: ProgressReport): number {
  return WORST_FIRST.indexOf(statusGroup(status));
}
