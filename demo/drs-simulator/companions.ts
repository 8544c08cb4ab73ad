import { z } from 'zod';

import { parseIds } from './batch-progress.ts';
import type { Habits } from './batch-progress.ts';
import type { SimulatedJob } from './jobs.ts';
import { answer, drsError } from './wire.ts';
import type { Answer } from './wire.ts';

type Jobs = ReadonlyMap<string, SimulatedJob>;

const MAX_V5 = 1_000;
const DEFAULT_V5 = 10;
const DEFAULT_V3 = 10;
/** What a page of batch detail holds when nobody says how many. */
const DEFAULT_DETAIL = 5;

const pageRequest = z.object({
  page_req: z.object({ cur_page: z.number().int().min(1), per_page: z.number().int().min(0).max(100) }).optional(),
});
const v3Request = z.object({
  cur_page: z.number().int().min(0),
  per_page: z.number().int().min(0).max(100).default(DEFAULT_V3),
  db_use_type: z.string(),
});

/** `GET /v5/{project_id}/jobs` (ListJobs): one type at a time, `offset` counts records. */
export function listV5(query: URLSearchParams, known: Jobs, habits: Habits): Answer {
  const jobs = listed(known, habits);
  const type = query.get('job_type');
  if (type === null || type === '') return drsError(400, 'DRS.10000001', 'The parameter job_type is empty.');
  const limit = Number(query.get('limit') ?? DEFAULT_V5);
  const offset = Number(query.get('offset') ?? 0);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_V5)
    return drsError(400, 'DRS.M00202', 'The value of limit is invalid.');
  const all = ofType(jobs, type);
  const page = all.slice(offset, offset + limit);
  return answer(200, {
    total_count: all.length,
    jobs: page.map((job) => ({
      ...common(job),
      job_type: type,
      job_mode_role: partsOf(jobs, job).length > 0 ? 'parent' : '',
      create_time: '2026-11-20T02:57:49Z',
      children: partsOf(jobs, job).map((part) => ({ ...common(part), job_type: type, job_mode_role: 'child' })),
    })),
  });
}

/** `POST /v3/{project_id}/jobs` (ShowJobList). */
export function listV3(body: unknown, known: Jobs, habits: Habits): Answer {
  const jobs = listed(known, habits);
  const parsed = v3Request.safeParse(body);
  if (!parsed.success) return drsError(400, 'DRS.M00201', 'The parameter cur_page, per_page or db_use_type is empty.');
  const { cur_page: page, per_page: size, db_use_type: type } = parsed.data;
  const all = ofType(jobs, type);
  const shown = page === 0 || size === 0 ? all : all.slice((page - 1) * size, page * size);
  return answer(200, {
    total_record: all.length,
    jobs: shown.map((job) => ({
      ...common(job),
      db_use_type: type,
      create_time: '2026-11-20 10:57:49',
      error_msg: 'jdbc:mysql://10.0.0.4:3306/shop?user=root refused',
      children: partsOf(jobs, job).map((part) => ({ ...common(part), db_use_type: type })),
    })),
  });
}

/** `POST /v3/{project_id}/jobs/batch-detail`: five results unless a page size is sent. */
export function batchDetail(body: unknown, jobs: Jobs, ofDeleted: Habits['detailOfDeleted']): Answer {
  const ids = parseIds(body, null);
  if ('status' in ids) return ids;
  const parsed = pageRequest.safeParse(body);
  if (!parsed.success) return drsError(400, 'DRS.M00210', 'The value of Page is invalid.');
  const { cur_page: page, per_page: size } = parsed.data.page_req ?? { cur_page: 1, per_page: DEFAULT_DETAIL };
  const items = ids.map((id): object => {
    const job = jobs.get(id);
    if (job === undefined || (job.deleted && ofDeleted === 'item_error'))
      return { id, error_code: 'DRS.M00289', error_message: 'The task does not exist.' };
    return job.deleted ? { ...detailOf(job), status: 'DELETED' } : detailOf(job);
  });
  const results = size === 0 ? items : items.slice((page - 1) * size, page * size);
  return answer(200, { count: items.length, results });
}

/** `POST /v3/{project_id}/jobs/batch-rpo-and-rto`: 202, for disaster recovery jobs. */
export function batchRecovery(body: unknown, jobs: Jobs): Answer {
  const ids = parseIds(body, null);
  if ('status' in ids) return ids;
  const results = ids.map((id) => {
    const recovery = jobs.get(id)?.recovery ?? null;
    return recovery === null
      ? { job_id: id, error_code: 'DRS.M00304', error_msg: 'Not allowed in the current status.' }
      : { job_id: id, ...recovery };
  });
  return answer(202, { count: results.length, results });
}

function detailOf(job: SimulatedJob) {
  return {
    id: job.id,
    parent_id: job.parentId ?? '',
    name: job.name,
    status: job.status,
    db_use_type: job.type,
    task_type: 'FULL_INCR_TRANS',
    create_time: '1608519469412',
    source_endpoint: { db_type: 'mysql', ip: '10.0.0.4', db_port: 3306, db_user: 'root' },
    target_endpoint: { db_type: 'mysql', ip: '10.0.0.5', db_port: 3306, db_user: 'root' },
    ...job.detail,
  };
}

function common(job: SimulatedJob) {
  return { id: job.id, name: job.name, status: job.status, description: '', engine_type: job.engines, net_type: 'vpc' };
}

function ofType(jobs: Jobs, type: string): readonly SimulatedJob[] {
  return [...jobs.values()].filter((job) => job.type === type && job.parentId === null);
}

function partsOf(jobs: Jobs, parent: SimulatedJob): readonly SimulatedJob[] {
  return [...jobs.values()].filter((job) => job.parentId === parent.id);
}

function listed(jobs: Jobs, { listsDeleted }: Habits): Jobs {
  return new Map([...jobs].filter(([, job]) => !job.unlisted && (listsDeleted || !job.deleted)));
}
