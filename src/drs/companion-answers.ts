import { parseJobId } from '../domain/job/job-id.ts';
import type { Cause, JobDetail, RecoveryFigures } from '../domain/job/job-detail.ts';
import type { JobId } from '../domain/job/job-id.ts';
import type { JobListEntry } from '../ports/drs.ts';
import { fieldsIn, isFields, maskedText, measured, pointInTime, text } from './wire-values.ts';
import type { Fields } from './wire-values.ts';

/**
 * Reads one result of batch detail (DRS API Reference, "Querying Task Details in Batches"); null for anything that is not
 * a job. Addresses and users of the databases, which it also holds, are not read; error texts are masked here.
 */
export function parseJobDetail(item: unknown): JobDetail | null {
  if (!isFields(item)) return null;
  const jobId = parseJobId(text(item['id']) ?? text(item['job_id']) ?? '');
  const status = text(item['status']);
  if (jobId === null || status === null) return null;
  const parent = parseJobId(text(item['parent_id']) ?? '');
  return {
    jobId,
    status,
    name: text(item['name']),
    jobType: text(item['db_use_type']) ?? text(item['job_type']),
    parentId: parent === jobId ? null : parent,
    startedAt: pointInTime(item['actual_start_time']),
    fullCopyDoneAt: pointInTime(item['full_transfer_complete_time']),
    prepaid: findPrepaid(item['charging_mode'], item['period_order']),
    cause: parseCause(item),
  };
}

function parseCause(item: Fields): Cause | null {
  const code = text(item['error_code']);
  const words = maskedText(item['failed_reason']) ?? maskedText(item['error_message']) ?? maskedText(item['error_msg']);
  if (code === null && words === null) return null;
  return { code, text: words };
}

/**
 * v5 says `charging_mode` (`period` or `on_demand`); v3 has an order in `period_order` for what is paid by month or year. Null
 * where neither says anything.
 */
export function findPrepaid(chargingMode: unknown, order: unknown): boolean | null {
  const mode = text(chargingMode)?.toLowerCase() ?? null;
  if (mode === 'period' || mode === 'on_demand') return mode === 'period';
  return isFields(order) && text(order['order_id']) !== null ? true : null;
}

/**
 * Reads one result of the RPO and RTO query (DRS API Reference, "Querying the RPO and RTO in Batches"), whose delays are
 * milliseconds; null for an error or another job's.
 */
export function parseRecoveryFigures(item: unknown): (RecoveryFigures & { readonly jobId: JobId }) | null {
  if (!isFields(item)) return null;
  const jobId = parseJobId(text(item['job_id']) ?? text(item['id']) ?? '');
  const [rpo, rto] = [item['rpo_info'], item['rto_info']];
  if (jobId === null || (!isFields(rpo) && !isFields(rto))) return null;
  return { jobId, rpoMs: delay(rpo), rtoMs: delay(rto) };
}

function delay(info: unknown): number | null {
  return isFields(info) ? measured(info['delay']) : null;
}

/** One page of a list of jobs. */
export interface JobListPage {
  /** Parents and their sub-jobs, each once. */
  readonly entries: readonly JobListEntry[];
  /** How many records of the list this page was, sub-jobs inside a parent not counted. */
  readonly records: number;
  /** How many there are in all; null when DRS does not say. */
  readonly total: number | null;
}

/**
 * Reads a page of either list: v5's `total_count` and `job_type` or v3's `total_record` and `db_use_type`. Null when it
 * is no list of jobs. Entries without a usable id are left out.
 */
export function parseJobList(body: unknown, jobType: string): JobListPage | null {
  if (!isFields(body) || !Array.isArray(body['jobs'])) return null;
  const records = fieldsIn(body['jobs']);
  return {
    entries: records.flatMap((record) => entriesOf(record, jobType)),
    records: body['jobs'].length,
    total: measured(body['total_count'] ?? body['total_record']),
  };
}

function entriesOf(record: Fields, jobType: string): readonly JobListEntry[] {
  const own = entryOf(record, jobType, text(record['parent_id']));
  if (own === null) return [];
  const children = fieldsIn(record['children']).flatMap((child) => entryOf(child, jobType, own.jobId) ?? []);
  return [own, ...children];
}

function entryOf(record: Fields, jobType: string, parentId: string | null): JobListEntry | null {
  const jobId = parseJobId(text(record['id']) ?? '');
  if (jobId === null) return null;
  const parent = parentId === null ? null : parseJobId(parentId);
  return {
    jobId,
    name: text(record['name']),
    status: text(record['status']),
    jobType: text(record['job_type']) ?? text(record['db_use_type']) ?? jobType,
    engines: text(record['engine_type']),
    parentId: parent === jobId ? null : parent,
  };
}
