import { NO_TERMS } from '../src/domain/job/job-terms.ts';
import type { JobId } from '../src/domain/job/job-id.ts';
import type { ProgressAnswer } from '../src/domain/job/progress-answer.ts';
import type { DrsClient } from '../src/ports/drs.ts';

/** A DRS that costs nothing, so that requests hide nothing: every job replicates, 3 s behind. */
export const STEADY_DRS: DrsClient = {
  fetchProgress: (jobIds) => Promise.resolve(new Map(jobIds.map((jobId) => [jobId, steady(jobId)]))),
  allowance: () => ({ waitMs: 0, quota: null }),
  listJobs: () => Promise.resolve({ parts: [], failure: null }),
  fetchDetails: () => Promise.resolve({ found: new Map(), failure: null }),
  fetchRecoveryFigures: () => Promise.resolve({ found: new Map(), failure: null }),
  fetchComparisons: () => Promise.resolve({ kind: 'read', value: [] }),
  fetchTimeline: () => Promise.resolve({ kind: 'read', value: [] }),
  fetchTerms: () => Promise.resolve({ kind: 'read', value: NO_TERMS }),
  fetchRaw: () => Promise.resolve({ kind: 'read', value: [] }),
  fetchLog: () => Promise.resolve({ kind: 'read', value: [] }),
};

function steady(jobId: JobId): ProgressAnswer {
  const parts = ['structure', 'data', 'index'].map((name) => ({ name, percent: 100, remainingTime: '0' }));
  const figures = { percent: 100, parts, lagMs: 3_120, clockSkewMs: null, processTime: '1210000', remainingTime: '0' };
  const rest = { subJob: null, failedSubJobs: null, errorCode: null, unknownFields: {} };
  const status = 'INCRE_TRANSFER_STARTED';
  return { kind: 'report', report: { jobId, status, taskMode: 'FULL_INCR_TRANS', ...figures, ...rest } };
}
