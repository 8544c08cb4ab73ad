import { z } from 'zod';

import { parseJobId } from '../../src/domain/job/job-id.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import type { RawFields, SimulatedJob } from './jobs.ts';
import { answer, drsError } from './wire.ts';
import type { Answer } from './wire.ts';

const LANGUAGES = new Set(['en-us', 'zh-cn', 'es-us', 'pt-br']);

/** How the documented uncertainties come out; every combination has been seen or is possible. */
export interface Habits {
  /** Huawei Cloud documents 200, Open Telekom Cloud 202. */
  readonly successStatus: 200 | 202;
  readonly withCount: boolean;
  readonly shuffled: boolean;
  /** What an unknown id does. */
  readonly unknownId: 'item_error' | 'omitted' | 'deleted' | 'whole_request';
  /** With this code every request for progress is refused as a whole, whatever it asks for; null: none is. */
  readonly refusesAll: string | null;
  /** What batch detail says of a deleted job. */
  readonly detailOfDeleted: 'item_error' | 'deleted';
  /** Whether a request in which everything failed is answered with 400 and `results`. */
  readonly allFailedIs400: boolean;
  /** Which of the lists of jobs this address offers. */
  readonly lists: readonly ('v5' | 'v3')[];
  /** The lists have jobs still that progress no longer knows. */
  readonly listsDeleted: boolean;
  /** Whether it offers details, and RPO and RTO. */
  readonly companions: boolean;
  /** What it offers of a single job: comparisons that somebody started, scheduled ones, the timeline, its detail, the log. */
  readonly insights: readonly ('comparisons' | 'health' | 'timeline' | 'detail' | 'log')[];
  /** Whether what a scheduled comparison of rows found can be asked for like that of one that somebody started. */
  readonly answersScheduledRows: boolean;
  /** Which end of a list of what happened comes first. */
  readonly newestFirst: boolean;
  /** More ids than this are refused; null for no limit. */
  readonly mostIds: number | null;
}

export const USUAL_HABITS: Habits = {
  successStatus: 200,
  withCount: true,
  shuffled: true,
  unknownId: 'item_error',
  refusesAll: null,
  detailOfDeleted: 'item_error',
  allFailedIs400: true,
  lists: ['v5', 'v3'],
  listsDeleted: false,
  companions: true,
  insights: ['comparisons', 'health', 'timeline', 'detail', 'log'],
  answersScheduledRows: true,
  newestFirst: true,
  mostIds: null,
};

/** Refuses headers DRS would not take; null when they are fine. */
export function refuseHeaders(headers: Readonly<Record<string, string | undefined>>): Answer | null {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return drsError(400, 'DRS.M00200', 'Parameter error: Content-Type must be application/json.');
  }
  const language = headers['x-language']?.toLowerCase();
  if (language !== undefined && !LANGUAGES.has(language))
    return drsError(400, 'DRS.M00202', 'The value of X-Language is invalid.');
  return null;
}

/** Answers `POST /v3/{project_id}/jobs/batch-progress`. */
export function batchProgress(
  body: unknown,
  jobs: ReadonlyMap<string, SimulatedJob>,
  habits: Habits,
  shuffle: <T>(items: readonly T[]) => readonly T[],
): Answer {
  const ids = parseIds(body, habits.mostIds);
  if ('status' in ids) return ids;
  if (habits.refusesAll !== null) return drsError(400, habits.refusesAll, 'The task does not exist.');
  const odd = ids.map((id) => jobs.get(id)?.refusal ?? null).find((refusal) => refusal !== null);
  if (odd !== undefined) return drsError(odd.status, odd.code, 'The task does not exist.');
  if (habits.unknownId === 'whole_request' && ids.some((id) => !isThere(jobs.get(id))))
    return drsError(400, 'DRS.M00289', 'The task does not exist.');
  const items = ids.flatMap((id) => itemOf(id, jobs.get(id), habits));
  const results = habits.shuffled ? shuffle(items) : items;
  const allFailed = items.length > 0 && items.every((item) => 'error_code' in item && !('transfer_status' in item));
  const status = allFailed && habits.allFailedIs400 ? 400 : habits.successStatus;
  return answer(status, habits.withCount ? { count: results.length, results } : { results });
}

/** The ids of a request's body, or the refusal of it. */
export function parseIds(body: unknown, mostIds: number | null): readonly JobId[] | Answer {
  const parsed = z.object({ jobs: z.array(z.unknown()) }).safeParse(body);
  if (!parsed.success) return drsError(400, 'DRS.M00201', 'The parameter jobs is empty.');
  const { jobs } = parsed.data;
  if (jobs.length === 0) return drsError(400, 'DRS.M00201', 'The parameter jobs is empty.');
  const ids = jobs.flatMap((id) => (typeof id === 'string' && parseJobId(id) === id ? [parseJobId(id)] : []));
  const valid = ids.filter((id) => id !== null);
  if (valid.length < jobs.length) return drsError(400, 'DRS.M00202', 'The value of jobs is invalid.');
  if (new Set(valid).size < valid.length) return drsError(400, 'DRS.M00301', 'Duplicate jobs in the request.');
  if (mostIds !== null && valid.length > mostIds)
    return drsError(400, 'DRS.M00202', 'The value of jobs is invalid: too many.');
  return valid;
}

function itemOf(id: JobId, job: SimulatedJob | undefined, habits: Habits): readonly RawFields[] {
  if (job?.silent === true && !job.deleted)
    return [{ job_id: id, error_code: 'DRS.M00307', error_msg: 'Only subtasks are supported.' }];
  if (job !== undefined && !job.deleted) return [job.toItem()];
  if (habits.unknownId === 'omitted') return [];
  if (habits.unknownId === 'deleted' && job !== undefined) return [{ job_id: id, transfer_status: 'DELETED' }];
  return job === undefined
    ? [{ job_id: id, error_code: 'DRS.M00289', error_msg: 'The task does not exist.' }]
    : [
        {
          job_id: id,
          error_code: 'DRS.M05004',
          error_msg: 'The task has been deleted or its resources have been released.',
        },
      ];
}

function isThere(job: SimulatedJob | undefined): boolean {
  return job !== undefined && !job.deleted;
}
