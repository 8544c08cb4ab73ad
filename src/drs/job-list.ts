import { parseJobId } from '../domain/job/job-id.ts';
import type { JobListEntry } from '../ports/drs.ts';
import { fieldsIn, isFields, measured, text } from './wire-values.ts';
import type { Fields } from './wire-values.ts';

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
    parentId: parent === jobId ? null : parent,
  };
}
