import { z } from 'zod';

import { parseJobId } from '../../src/domain/job/job-id.ts';
import type { Habits } from './batch-progress.ts';
import type { SimulatedJob } from './jobs.ts';
import { answer, drsError, unpublished } from './wire.ts';
import type { Answer } from './wire.ts';

/** One thing that was compared, such as a table, and whether it is the same on both sides. */
interface SimulatedTable {
  readonly database: string;
  readonly table: string;
  readonly result: string;
}

/** A comparison of both sides, in DRS's own words. */
export interface SimulatedComparison {
  readonly id: string;
  /** Only these are known of DRS's pages. */
  readonly type: 'object_comparison' | 'lines' | 'contents' | 'account';
  readonly status: string;
  /** Made by the schedule. */
  readonly isScheduled: boolean;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Null while it runs. */
  readonly endedAt: number | null;
  /** Of rows or contents; for objects the `table` is their kind, such as `INDEX`. */
  readonly tables: readonly SimulatedTable[];
}

/** Something that somebody did to a job. */
export interface SimulatedOperation {
  readonly name: string;
  readonly status: 'success' | 'failed';
  /** Epoch ms. */
  readonly at: number;
  readonly userName: string;
}

/** A line of a job's log. */
export interface SimulatedLogLine {
  readonly level: 'Info' | 'Warn' | 'Error';
  readonly message: string;
  /** Epoch ms. */
  readonly at: number;
}

type Jobs = ReadonlyMap<string, SimulatedJob>;

/** What is asked of one job. */
interface Asked {
  readonly jobs: Jobs;
  readonly habits: Habits;
  readonly jobId: string;
  readonly query: URLSearchParams;
}

const MAX_V5 = 1_000;
const DEFAULT_V5 = 10;

const comparisonRequest = z.strictObject({
  job_id: z.string(),
  object_level_compare_id: z.string().optional(),
  line_compare_id: z.string().optional(),
  content_compare_id: z.string().optional(),
  current_page: z.number().int().min(1),
  per_page: z.number().int().min(1).max(100),
});

/** `POST /v3/{project_id}/jobs/query-compare-result` (ListCompareResult): the list of comparisons, and what those asked for found. */
export function queryComparisons(body: unknown, jobs: Jobs, habits: Habits): Answer {
  const parsed = comparisonRequest.safeParse(body);
  if (!parsed.success)
    return drsError(400, 'DRS.M00201', 'The parameter job_id, current_page or per_page is empty or invalid.');
  const { job_id: id, current_page: page, per_page: size, ...ids } = parsed.data;
  const job = findJob(jobs, id);
  if (job === undefined) return drsError(400, 'DRS.M00289', 'The task does not exist.');
  const started = inOrder(
    job.comparisons.filter((one) => !one.isScheduled),
    habits,
  );
  const find = (wanted: string | undefined, type: SimulatedComparison['type']) =>
    job.comparisons.filter(
      (one) =>
        one.id === wanted &&
        one.type === type &&
        (!one.isScheduled || (habits.answersScheduledRows && type === 'lines')),
    );
  const objects = find(ids.object_level_compare_id, 'object_comparison');
  const rows = find(ids.line_compare_id, 'lines');
  const contents = find(ids.content_compare_id, 'contents');
  const wanted = Object.values(ids).filter((one) => one !== undefined).length;
  if (objects.length + rows.length + contents.length < wanted)
    return drsError(400, 'DRS.M00202', 'The value of the comparison task id is invalid.');
  return answer(200, {
    job_id: id,
    ...Object.fromEntries([
      ...objects.map((one) => ['object_level_compare_results', objectsOf(one)]),
      ...rows.map((one) => ['line_compare_results', tablesOf(one, 'line')]),
      ...contents.map((one) => ['content_compare_results', tablesOf(one, 'content')]),
    ]),
    compare_task_list_results: {
      compare_task_list_count: started.length,
      compare_task_list: started.slice((page - 1) * size, page * size).map((one) => ({
        compare_task_id: one.id,
        compare_type: one.type,
        compare_task_status: one.status,
        create_time: String(one.startedAt),
        end_time: one.endedAt === null ? null : String(one.endedAt),
      })),
    },
  });
}

/** `GET /v5/{project_id}/jobs/{job_id}/health-compare-jobs` (ShowHealthCompareJobList). */
export function healthComparisons(asked: Asked): Answer {
  const page = pageOf(asked, ['status']);
  if ('refusal' in page) return page.refusal;
  const scheduled = inOrder(
    page.job.comparisons.filter((one) => one.isScheduled),
    asked.habits,
  );
  return answer(200, {
    count: scheduled.length,
    compare_jobs: page.cut(scheduled).map((one) => ({
      id: one.id,
      type: one.type,
      status: one.status,
      start_time: iso(one.startedAt),
      end_time: one.endedAt === null ? '' : iso(one.endedAt),
    })),
  });
}

/** `GET /v5/{project_id}/jobs/{job_id}/health-compare-jobs/object/{compare_job_id}` (ShowHealthObjectCompareJobOverview). */
export function healthObjects({ jobs, jobId }: Asked, comparisonId: string): Answer {
  const comparison = findJob(jobs, jobId)?.comparisons.find((one) => one.id === comparisonId && one.isScheduled);
  if (comparison === undefined || comparison.type !== 'object_comparison') return taskNotFound();
  const figures: Readonly<Record<string, number>> = { INCONSISTENT: 0, CONSISTENT: 2 };
  return answer(200, {
    compare_result: comparison.tables.map(({ table, result }) => ({
      type: table,
      source_count: 12,
      target_count: result === 'CONSISTENT' ? 12 : 11,
      status: figures[result] ?? 3,
    })),
  });
}

/** `GET /v5/{project_id}/jobs/{job_id}/timelines` (ShowTimeline). */
export function timelines(asked: Asked): Answer {
  const page = pageOf(asked, []);
  if ('refusal' in page) return page.refusal;
  const operations = inOrder(page.job.operations, asked.habits);
  return answer(200, {
    count: operations.length,
    timelines: page.cut(operations).map(({ name, status, at, userName }) => ({
      name,
      status,
      operation_time: iso(at),
      user_name: userName,
    })),
  });
}

/** `GET /v5/{project_id}/jobs/{job_id}?type=…` (ShowJobDetail); of its types `detail` and `log` are known here. */
export function jobDetail(asked: Asked): Answer {
  const { insights } = asked.habits;
  switch (asked.query.get('type')) {
    case 'detail':
      return insights.includes('detail') ? jobTerms(asked) : unpublished();
    case 'log':
      return insights.includes('log') ? jobLog(asked) : unpublished();
    default:
      return drsError(400, 'DRS.10000001', 'The value of type is invalid.');
  }
}

function jobTerms(asked: Asked): Answer {
  const job = findJob(asked.jobs, asked.jobId);
  if (job === undefined) return taskNotFound();
  if ([...asked.query.keys()].some((name) => name !== 'type'))
    return drsError(400, 'DRS.10000001', 'The query parameters are invalid.');
  const { expiredDays, chargingMode } = job.terms;
  return answer(200, {
    job: {
      id: job.id,
      status: job.status,
      create_time: '2026-11-20T02:57:49Z',
      base_info: {
        name: job.name,
        job_type: job.type,
        engine_type: 'mysql',
        job_direction: 'up',
        task_type: 'FULL_INCR_TRANS',
        net_type: 'vpc',
        charging_mode: chargingMode,
        description: '',
        expired_days: expiredDays,
        tags: [],
      },
      source_endpoint: [{ db_type: 'mysql', endpoint: { ip: '10.0.0.4', db_port: '3306', db_user: 'root' } }],
      target_endpoint: [{ db_type: 'mysql', endpoint: { ip: '10.0.0.5', db_port: '3306', db_user: 'root' } }],
    },
  });
}

function jobLog(asked: Asked): Answer {
  const page = pageOf(asked, ['type', 'log_level']);
  if ('refusal' in page) return page.refusal;
  const level = asked.query.get('log_level');
  if (level !== null && !['Info', 'Warn', 'Error'].includes(level))
    return drsError(400, 'DRS.10000001', 'The value of log_level is invalid.');
  const lines = inOrder(
    page.job.log.filter((line) => level === null || line.level === level),
    asked.habits,
  );
  return answer(200, {
    job: {
      id: page.job.id,
      status: page.job.status,
      logs: page.cut(lines).map(({ level, message, at }) => ({ level, message, create_time: iso(at) })),
    },
  });
}

/** The job, and the part of a list that is asked for; or why there is none. */
function pageOf(
  { jobs, jobId, query }: Asked,
  others: readonly string[],
): { readonly job: SimulatedJob; cut<T>(list: readonly T[]): readonly T[] } | { readonly refusal: Answer } {
  const job = findJob(jobs, jobId);
  if (job === undefined) return { refusal: taskNotFound() };
  const limit = Number(query.get('limit') ?? DEFAULT_V5);
  const offset = Number(query.get('offset') ?? 0);
  const isKnown = [...query.keys()].every((name) => ['limit', 'offset', ...others].includes(name));
  const isInRange = Number.isInteger(limit) && limit >= 1 && limit <= MAX_V5 && Number.isInteger(offset) && offset >= 0;
  if (!isKnown || !isInRange) return { refusal: drsError(400, 'DRS.10000001', 'The query parameters are invalid.') };
  return { job, cut: (list) => list.slice(offset, offset + limit) };
}

function findJob(jobs: Jobs, id: string): SimulatedJob | undefined {
  const job = parseJobId(id) === id ? jobs.get(id) : undefined;
  return job?.deleted === true ? undefined : job;
}

function taskNotFound(): Answer {
  return drsError(400, 'DRS.10000010', 'Task not found. Check the task ID.');
}

function inOrder<T>(oldestFirst: readonly T[], { newestFirst }: Habits): readonly T[] {
  return newestFirst ? oldestFirst.toReversed() : oldestFirst;
}

function objectsOf({ id, tables }: SimulatedComparison) {
  return {
    compare_task_id: id,
    object_compare_overview: tables.map(({ table, result }) => ({
      object_type: table,
      object_compare_result: result,
      source_count: 12,
      target_count: result === 'CONSISTENT' ? 12 : 11,
      diff_count: result === 'CONSISTENT' ? 0 : 1,
    })),
  };
}

function tablesOf({ id, tables }: SimulatedComparison, of: 'line' | 'content') {
  const databases = [...new Set(tables.map(({ database }) => database))];
  const inDatabase = (name: string) => tables.filter(({ database }) => database === name);
  const worst = (name: string) => inDatabase(name).find(({ result }) => result !== 'CONSISTENT')?.result;
  const isCompared = ({ result }: SimulatedTable) => of === 'line' || result !== 'CAN_NOT_COMPARE';
  const row = ({ table, result }: SimulatedTable) => ({
    source_table_name: table,
    target_table_name: table,
    source_row_num: 1,
    target_row_num: result === 'CONSISTENT' ? 1 : 0,
    diff_row_num: result === 'CONSISTENT' ? 0 : 1,
    [`${of}_compare_result`]: result,
  });
  return {
    compare_task_id: id,
    [`${of}_compare_overview`]: databases.map((name) => ({
      source_db_name: name,
      target_db_name: name,
      [`${of}_compare_result`]: worst(name) ?? 'CONSISTENT',
    })),
    [`${of}_compare_overview_count`]: databases.length,
    [`${of}_compare_details`]: databases.map((name) => ({
      source_db_name: name,
      [`${of}_compare_detail`]: inDatabase(name).filter(isCompared).map(row),
      [`${of}_compare_detail_count`]: inDatabase(name).filter(isCompared).length,
      ...(of === 'line'
        ? {}
        : {
            content_uncompare_detail: inDatabase(name)
              .filter((table) => !isCompared(table))
              .map(row),
            content_uncompare_detail_count: inDatabase(name).filter((table) => !isCompared(table)).length,
          }),
    })),
    ...(of === 'line'
      ? {}
      : { content_compare_diffs: [{ content_compare_diff: [{ target_select_sql: 'select * from users' }] }] }),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
