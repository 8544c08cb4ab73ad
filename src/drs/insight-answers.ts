import type { ComparisonKind, ComparisonVerdict, ListedComparison } from '../domain/job/comparison.ts';
import type { JobTerms } from '../domain/job/job-terms.ts';
import type { LogLine } from '../domain/job/log-line.ts';
import type { TimelineEntry } from '../domain/job/timeline.ts';
import { cutText } from '../domain/base/text.ts';
import { maskPrivate } from '../domain/mask-private.ts';
import { findPrepaid } from './companion-answers.ts';
import { fieldsIn, isFields, maskedText, measured, pointInTime, text } from './wire-values.ts';
import type { Fields } from './wire-values.ts';

/** Nothing is read further than this: comparisons, tables of one, entries of a timeline, lines of a log. */
const MAX_ITEMS = 1_000;
/** Names kept of what differs, and their length in UTF-16 code units. */
const MAX_NAMES = 20;
const MAX_NAME = 64;
/** An id is put into a path. */
const ID = /^[\w-]{1,64}$/;

/** DRS's words for what it compares: `compare_type` of v3, `type` of v5, and the spellings of other pages. */
const KINDS: readonly (readonly [pattern: RegExp, kind: ComparisonKind])[] = [
  [/^objects?(_|$)/, 'objects'],
  [/^lines?(_|$)|^rows?(_|$)/, 'rows'],
  [/^contents?(_|$)|^values?(_|$)/, 'contents'],
  [/^accounts?(_|$)|^users?(_|$)/, 'accounts'],
];

const STATES: Readonly<Record<string, ListedComparison['state']>> = {
  SUCCESSFUL: 'ended',
  RUNNING: 'running',
  WAITING_FOR_RUNNING: 'running',
  FULL_DOING: 'running',
  INCRE_DOING: 'running',
  FAILED: 'failed',
  CANCELLED: 'failed',
  TIMEOUT_INTERRUPT: 'failed',
};

/** What is said of one table, database or kind of objects, in words or in the figures of the health comparison. */
const RESULTS: Readonly<Record<string, ComparisonVerdict>> = {
  CONSISTENT: 'same',
  TRUE: 'same',
  2: 'same',
  INCONSISTENT: 'differs',
  FALSE: 'differs',
  0: 'differs',
  // Both spellings are the vendor's.
  TARGET_DB_NOT_EXIT: 'differs',
  TARGET_DB_NOT_EXIST: 'differs',
  COMPARING: 'running',
  WAITING_FOR_COMPARISON: 'running',
  3: 'running',
  FAILED_TO_COMPARE: 'failed',
  CAN_NOT_COMPARE: 'failed',
};

/** A list of comparisons, and how many there are in all; null when DRS does not say. */
export interface ComparisonPage {
  readonly listed: readonly ListedComparison[];
  readonly total: number | null;
}

/**
 * Reads the list in an answer of `query-compare-result` (DRS API Reference, "Querying Comparison Results", tables 18 and 19).
 * Null for an answer without one.
 */
export function parseComparisonPage(body: unknown): ComparisonPage | null {
  if (!isFields(body)) return null;
  const results = body['compare_task_list_results'];
  if (results === undefined || results === null) return isEmptyAnswer(body) ? { listed: [], total: 0 } : null;
  if (!isFields(results)) return null;
  const listed = fieldsIn(results['compare_task_list']).slice(0, MAX_ITEMS);
  return {
    listed: listed.flatMap((item) =>
      listedComparison(false, {
        id: item['compare_task_id'],
        kind: item['compare_type'],
        state: item['compare_task_status'],
        times: [item['end_time'], item['create_time']],
      }),
    ),
    total: measured(results['compare_task_list_count']),
  };
}

/** A job that was never compared may be answered with nothing but its id. */
function isEmptyAnswer(body: Fields): boolean {
  return text(body['job_id']) !== null && text(body['error_code']) === null;
}

/** Reads a page of the scheduled comparisons (DRS API Reference, v5, "Querying the Health Comparison List"). */
export function parseHealthComparisons(body: unknown): readonly ListedComparison[] | null {
  if (!isFields(body)) return null;
  const jobs = body['compare_jobs'];
  if (jobs === undefined || jobs === null) return measured(body['count']) === 0 ? [] : null;
  if (!Array.isArray(jobs)) return null;
  return fieldsIn(jobs)
    .slice(0, MAX_ITEMS)
    .flatMap((item) =>
      listedComparison(true, {
        id: item['id'],
        kind: item['type'],
        state: item['status'],
        times: [item['end_time'], item['start_time']],
      }),
    );
}

function listedComparison(
  isScheduled: boolean,
  raw: { readonly id: unknown; readonly kind: unknown; readonly state: unknown; readonly times: readonly unknown[] },
): readonly ListedComparison[] {
  const id = text(raw.id);
  const kind = text(raw.kind)?.toLowerCase() ?? null;
  if (id === null || !ID.test(id) || kind === null) return [];
  const at = raw.times.map(pointInTime).find((time) => time !== null) ?? null;
  const state = own(STATES, text(raw.state)?.toUpperCase() ?? '') ?? 'unknown';
  return [{ id, isScheduled, at, state, kind: KINDS.find(([pattern]) => pattern.test(kind))?.[1] ?? 'other' }];
}

/** What one comparison found. */
export interface Finding {
  readonly verdict: ComparisonVerdict;
  readonly differing: readonly string[];
  readonly differingCount: number;
  readonly uncomparedCount: number;
}

/** What the comparisons that were asked for found; null for one that the answer says nothing of. */
export interface Findings {
  readonly objects: Finding | null;
  readonly rows: Finding | null;
  readonly contents: Finding | null;
}

/** One thing that was compared, and what came of it; null when nothing that is known. */
interface Compared {
  readonly name: string;
  readonly result: ComparisonVerdict | null;
}

/**
 * Reads what comparisons found (DRS API Reference, "Querying Comparison Results", tables 5 to 17). The keys and rows that differ,
 * and the SQL to find them, which it also holds, are not read. Null when it is no such answer.
 */
export function parseFindings(body: unknown): Findings | null {
  if (!isFields(body)) return null;
  const [objects, rows, contents] = [
    body['object_level_compare_results'],
    body['line_compare_results'],
    body['content_compare_results'],
  ];
  if (![objects, rows, contents].some(isFields)) return isEmptyAnswer(body) ? NOTHING_FOUND : null;
  return {
    objects: isFields(objects) ? findingOf(objectsIn(objects, 'object_compare_overview'), []) : null,
    rows: isFields(rows) ? findingOf(databasesIn(rows, 'line'), tablesIn(rows, 'line')) : null,
    contents: isFields(contents)
      ? findingOf(databasesIn(contents, 'content'), tablesIn(contents, 'content'), uncomparedIn(contents))
      : null,
  };
}

const NOTHING_FOUND: Findings = { objects: null, rows: null, contents: null };

/** Reads what a scheduled comparison of objects found (DRS API Reference, v5, "Obtaining the Overview of an Object-Level Health Comparison"). */
export function parseHealthObjects(body: unknown): Finding | null {
  return isFields(body) && Array.isArray(body['compare_result'])
    ? findingOf(objectsIn(body, 'compare_result'), [])
    : null;
}

function objectsIn(fields: Fields, list: string): readonly Compared[] {
  return fieldsIn(fields[list])
    .slice(0, MAX_ITEMS)
    .flatMap((item) =>
      compared([item['object_type'] ?? item['type']], item['object_compare_result'] ?? item['status']),
    );
}

function databasesIn(fields: Fields, of: 'line' | 'content'): readonly Compared[] {
  return fieldsIn(fields[`${of}_compare_overview`])
    .slice(0, MAX_ITEMS)
    .flatMap((item) => compared([item['source_db_name']], item[`${of}_compare_result`] ?? item['status']));
}

function tablesIn(fields: Fields, of: 'line' | 'content'): readonly Compared[] {
  return fieldsIn(fields[`${of}_compare_details`])
    .slice(0, MAX_ITEMS)
    .flatMap((database) =>
      fieldsIn(database[`${of}_compare_detail`]).flatMap((item) =>
        compared(
          [item['source_db_name'] ?? database['source_db_name'], item['source_table_name']],
          item[`${of}_compare_result`] ?? item['status'],
        ),
      ),
    )
    .slice(0, MAX_ITEMS);
}

/** Tables that no comparison of contents can be made of, such as those without a primary key. */
function uncomparedIn(fields: Fields): number {
  return fieldsIn(fields['content_compare_details'])
    .map((database) => {
      const count = measured(database['content_uncompare_detail_count']);
      return count ?? fieldsIn(database['content_uncompare_detail']).length;
    })
    .reduce((sum, count) => sum + count, 0);
}

function compared(names: readonly unknown[], result: unknown): readonly Compared[] {
  const name = names.flatMap((one) => text(one) ?? []).join('.');
  const said = typeof result === 'boolean' ? String(result) : (text(result) ?? '');
  return name === '' ? [] : [{ name: cutText(name, MAX_NAME), result: own(RESULTS, said.toUpperCase()) ?? null }];
}

/** The tables say which differ, and are more than fit in one answer; the databases or kinds of objects say whether any does. */
function findingOf(overview: readonly Compared[], details: readonly Compared[], uncompared = 0): Finding {
  const differing = details.filter(({ result }) => result === 'differs');
  const named = differing.length > 0 ? differing : overview.filter(({ result }) => result === 'differs');
  return {
    verdict: verdictOf([...overview, ...details].map(({ result }) => result)),
    differing: named.slice(0, MAX_NAMES).map(({ name }) => name),
    differingCount: named.length,
    uncomparedCount: uncompared + details.filter(({ result }) => result === 'failed').length,
  };
}

/** One that differs outweighs all that are the same; what is still to come, or could not be compared, is not the same. */
function verdictOf(results: readonly (ComparisonVerdict | null)[]): ComparisonVerdict {
  if (results.includes('differs')) return 'differs';
  if (results.includes('running')) return 'running';
  if (!results.includes('same')) return results.includes('failed') ? 'failed' : 'unread';
  return results.includes(null) ? 'unread' : 'same';
}

/** Reads a page of what was done to a job (DRS API Reference, v5, "Displaying Timeline Information"). Without its time an entry says nothing. */
export function parseTimeline(body: unknown): readonly TimelineEntry[] | null {
  if (!isFields(body)) return null;
  const entries = body['timelines'];
  if (!Array.isArray(entries)) return measured(body['count']) === 0 ? [] : null;
  return fieldsIn(entries)
    .slice(0, MAX_ITEMS)
    .flatMap((entry) => {
      const [name, at] = [text(entry['name']), pointInTime(entry['operation_time'])];
      if (name === null || at === null) return [];
      const status = text(entry['status'])?.toLowerCase() ?? null;
      const user = text(entry['user_name']);
      return [
        {
          name: cutText(name, MAX_NAME),
          hasSucceeded: status === null ? null : status !== 'failed',
          at,
          userName: user === null ? null : maskPrivate(cutText(user, MAX_NAME)),
        },
      ];
    });
}

/** Days after which DRS ends an abnormal job: 14 to 100 are documented; what is no number of days is not known. */
const MAX_EXPIRED_DAYS = 1_000;

/** Reads the terms in a job's detail (DRS API Reference, v5, `ShowJobDetail` with `type=detail`), whose `expired_days` is text. */
export function parseTerms(body: unknown): JobTerms | null {
  const job = isFields(body) ? (body['job'] ?? body) : null;
  const info = isFields(job) ? job['base_info'] : null;
  if (!isFields(job) || !isFields(info)) return null;
  const days = measured(info['expired_days']);
  const isMeant = days !== null && Number.isInteger(days) && days > 0 && days <= MAX_EXPIRED_DAYS;
  return { expiredDays: isMeant ? days : null, prepaid: findPrepaid(info['charging_mode'], job['period_order']) };
}

/** Reads the log in a job's detail (DRS API Reference, v5, `ShowJobDetail` with `type=log`); lines without words are left out. */
export function parseLog(body: unknown): readonly LogLine[] | null {
  const job = isFields(body) ? (body['job'] ?? body) : null;
  if (!isFields(job)) return null;
  const lines = job['logs'];
  if (lines === undefined || lines === null) return text(job['id']) === null ? null : [];
  if (!Array.isArray(lines)) return null;
  return fieldsIn(lines)
    .slice(0, MAX_ITEMS)
    .flatMap((line) => {
      const said = maskedText(line['message']);
      if (said === null) return [];
      const level = text(line['level']);
      return [
        {
          at: pointInTime(line['create_time']),
          level: level === null ? null : maskPrivate(cutText(level, MAX_NAME)),
          text: said,
        },
      ];
    });
}

/** What a table has of its own under a name from outside. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
