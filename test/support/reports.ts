import { parseJobId } from '../../src/domain/job/job-id.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import type { Job } from '../../src/domain/job/job.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import { NO_TERMS } from '../../src/domain/job/job-terms.ts';
import { NO_TIMES } from '../../src/domain/job/phases.ts';
import type { ProgressAnswer } from '../../src/domain/job/progress-answer.ts';
import type { ProgressReport } from '../../src/domain/job/progress-report.ts';

/** An id for tests; malformed text fails the test. */
export function jobId(text: string): JobId {
  const id = parseJobId(text);
  if (id === null) throw new Error(`${text} is not a job id`);
  return id;
}

export const ORDERS = jobId('6211d20d-0006-41da-836e-db3301ajb20b');
export const BILLING = jobId('7d0504f1-aba3-435f-914f-936b861jb502');

/** A report of a replicating job, changed as given. */
export function aReport(changes: Partial<ProgressReport> = {}): ProgressReport {
  return {
    jobId: ORDERS,
    status: 'INCRE_TRANSFER_STARTED',
    taskMode: 'FULL_INCR_TRANS',
    percent: 100,
    parts: [],
    lagMs: 3_000,
    processTime: '0',
    remainingTime: '0',
    clockSkewMs: null,
    subJob: null,
    failedSubJobs: null,
    errorCode: null,
    unknownFields: {},
    ...changes,
  };
}

export function reported(status: string, changes: Partial<ProgressReport> = {}): ProgressAnswer {
  return { kind: 'report', report: aReport({ status, ...changes }) };
}

export function aJob(changes: Partial<Job> = {}, state: Partial<JobState> = {}): Job {
  return {
    connectionId: 'prod',
    jobId: ORDERS,
    name: null,
    jobType: null,
    times: NO_TIMES,
    terms: NO_TERMS,
    overSince: null,
    askAlone: false,
    refusals: 0,
    waitingSince: null,
    ...changes,
    state: { ...UNSEEN_JOB, ...state },
  };
}
