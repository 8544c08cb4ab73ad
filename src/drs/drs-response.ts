import { parseJobId } from '../domain/job/job-id.ts';
import type { JobId } from '../domain/job/job-id.ts';
import type { ProgressAnswer, ProgressAnswers } from '../domain/job/progress-answer.ts';
import type { PartProgress, ProgressReport } from '../domain/job/progress-report.ts';
import { cutText } from '../domain/base/text.ts';
import { maskPrivate } from '../domain/mask-private.ts';
import { DAY, SECOND } from '../domain/base/time.ts';
import { isFields, maskedText, measured, negative, text } from './wire-values.ts';
import type { Fields } from './wire-values.ts';

/** Lag figures in seconds and milliseconds that differ by more than this contradict each other. */
const CONTRADICTION_MS = 2 * SECOND;

/** Fields of tables 5 and 6 of the batch-progress page, with the spellings of v5; others are kept as unknown. */
const KNOWN_FIELDS = new Set([
  'job_id',
  'id',
  'progress',
  'incre_trans_delay',
  'incre_trans_delay_millis',
  'incr_trans_delay',
  'incr_trans_delay_millis',
  'task_mode',
  'transfer_status',
  'process_time',
  'remaining_time',
  'progress_map',
  'error_code',
  'error_msg',
  'error_message',
]);

/** Results are not read further than this: a request names at most some dozens of jobs. */
const MAX_ITEMS = 5_000;
/** Parts of one job's progress that are read; DRS has a dozen. */
const MAX_PARTS = 100;
/** Of the fields that are not known: how many, how deep and how long, in UTF-16 code units; and the length of a field's name. */
const MAX_UNKNOWN = 20;
const MAX_UNKNOWN_DEPTH = 3;
const MAX_UNKNOWN_TEXT = 1_000;
const MAX_NAME = 100;

/** Fields that are shown as they came, and all their texts together, in UTF-16 code units. */
const MAX_RAW_FIELDS = 60;
const MAX_RAW_TEXT = 4_000;

/** What came for a job, field by field, known or not, private parts masked; null where nothing came. */
export function rawFields(items: readonly unknown[], jobId: JobId): readonly string[] | null {
  const item = items.find((one) => isFields(one) && parseJobId(text(one['job_id']) ?? text(one['id']) ?? '') === jobId);
  if (!isFields(item)) return null;
  const room = { left: MAX_RAW_TEXT };
  return Object.entries(item)
    .slice(0, MAX_RAW_FIELDS)
    .map(([name, value]) => `${cutText(name, MAX_NAME)}: ${JSON.stringify(masked(value, room, 0))}`);
}

/** The result items of a body; null when it has no `results` list (DRS API Reference, table 4). */
export function resultItems(body: unknown): readonly unknown[] | null {
  if (!isFields(body)) return null;
  const results = body['results'];
  return Array.isArray(results) ? results.slice(0, MAX_ITEMS) : null;
}

/**
 * Understands a list of results. Indexed by job id, because neither order nor number is promised; every id asked for
 * gets an answer, results for other ids are ignored. When an id comes twice, a report wins over an error.
 */
export function parseResults(items: readonly unknown[], asked: readonly JobId[]): ProgressAnswers {
  const wanted = new Set(asked);
  const chosen = new Map<JobId, Fields>();
  for (const item of items) {
    if (!isFields(item)) continue;
    const jobId = parseJobId(text(item['job_id']) ?? text(item['id']) ?? '');
    if (jobId === null || !wanted.has(jobId)) continue;
    const before = chosen.get(jobId);
    // Each id is read once, however often it comes.
    if (before === undefined || hasStatus(item) || !hasStatus(before)) chosen.set(jobId, item);
  }
  return new Map(
    asked.map((jobId): [JobId, ProgressAnswer] => {
      const item = chosen.get(jobId);
      return [jobId, item === undefined ? { kind: 'omitted' } : parseItem(jobId, item)];
    }),
  );
}

function hasStatus(item: Fields): boolean {
  return text(item['transfer_status']) !== null;
}

function parseItem(jobId: JobId, item: Fields): ProgressAnswer {
  const status = text(item['transfer_status']);
  const code = text(item['error_code']);
  if (status !== null) return { kind: 'report', report: parseReport(jobId, status, code, item) };
  if (code === null) return { kind: 'omitted' };
  return { kind: 'item_error', code, message: maskedText(item['error_msg']) ?? maskedText(item['error_message']) };
}

function parseReport(jobId: JobId, status: string, errorCode: string | null, item: Fields): ProgressReport {
  const { lagMs, clockSkewMs, impossible } = parseLag(item);
  return {
    jobId,
    status,
    taskMode: text(item['task_mode']),
    percent: percent(item['progress']),
    parts: parts(item['progress_map']),
    lagMs,
    clockSkewMs,
    processTime: text(item['process_time']),
    remainingTime: text(item['remaining_time']),
    errorCode,
    subJob: null,
    failedSubJobs: null,
    unknownFields: unknownFields(item, impossible),
  };
}

/** No lag is longer than this, in ms: what reads so is the time since 1970 or the largest number there is. */
const MAX_LAG_MS = 10 * 365 * DAY;

/** The spellings of v3 and v5, and how many ms one of each is. */
const LAG_FIELDS = [
  { names: ['incre_trans_delay_millis', 'incr_trans_delay_millis'], unitMs: 1 },
  { names: ['incre_trans_delay', 'incr_trans_delay'], unitMs: SECOND },
] as const;

/** The lag of a report, in ms. */
interface Lag {
  readonly lagMs: number | null;
  readonly clockSkewMs: number | null;
  /** Fields whose figures no lag can have. */
  readonly impossible: readonly string[];
}

/**
 * Milliseconds where given, else seconds; the larger when they contradict each other. A negative figure other than `-1`
 * shows clocks that differ and counts as 0; where one of them is a figure that no lag can have, it is not measurable.
 */
function parseLag(item: Fields): Lag {
  const [millis, seconds] = LAG_FIELDS.map(({ names, unitMs }) => {
    const name = names.find((one) => text(item[one]) !== null) ?? names[0];
    const value = measured(item[name]);
    const ahead = negative(item[name]);
    const ms = value === null ? null : value * unitMs;
    const aheadMs = ahead === null ? null : ahead * unitMs;
    const isImpossible = (ms ?? aheadMs ?? (isBeyondNumbers(item[name]) ? Infinity : 0)) > MAX_LAG_MS;
    return {
      ms: aheadMs === null ? ms : 0,
      aheadMs: isImpossible ? null : aheadMs,
      impossible: isImpossible ? [name] : [],
    };
  });
  const impossible = [...(millis?.impossible ?? []), ...(seconds?.impossible ?? [])];
  return {
    lagMs: impossible.length > 0 ? null : largerLag(millis?.ms ?? null, seconds?.ms ?? null),
    clockSkewMs: millis?.aheadMs ?? seconds?.aheadMs ?? null,
    impossible,
  };
}

function isBeyondNumbers(value: unknown): boolean {
  return /^-?\d+(?:\.\d+)?$/.test(text(value) ?? '') && Math.abs(Number(value)) > Number.MAX_SAFE_INTEGER;
}

function largerLag(millis: number | null, seconds: number | null): number | null {
  if (seconds === null || millis === null) return millis ?? seconds;
  return Math.abs(millis - seconds) > CONTRADICTION_MS ? Math.max(millis, seconds) : millis;
}

/** One entry per part. One vendor page types the map as a list, so a list of maps or of named entries is read as well. */
function parts(map: unknown): readonly PartProgress[] {
  if (Array.isArray(map)) {
    const listed = map.slice(0, MAX_PARTS).flatMap((entry) => (isFields(entry) ? listedPart(entry) : []));
    return listed.slice(0, MAX_PARTS);
  }
  if (!isFields(map)) return [];
  return Object.entries(map)
    .slice(0, MAX_PARTS)
    .map(([name, info]) => part(cutText(name, MAX_NAME), info));
}

function listedPart(entry: Fields): readonly PartProgress[] {
  const name = text(entry['name']) ?? text(entry['type']);
  return name === null ? parts(entry) : [part(name, entry)];
}

function part(name: string, info: unknown): PartProgress {
  return isFields(info)
    ? { name, percent: percent(info['completed']), remainingTime: text(info['remaining_time']) }
    : { name, percent: percent(info), remainingTime: null };
}

/** `94%`, `"94"` or `94`, held within 0 to 100. */
function percent(value: unknown): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text(value) ?? '');
  return match?.[1] === undefined ? null : Math.min(Number(match[1]), 100);
}

/**
 * What this version does not know of an item. Nobody knows what a new field holds, so its texts are kept without what looks
 * private, and only as much of them as stays small.
 */
function unknownFields(item: Fields, impossible: readonly string[]): Fields {
  const names: string[] = [];
  for (const name in item) {
    if (names.length === MAX_UNKNOWN) break;
    if (!KNOWN_FIELDS.has(name) || impossible.includes(name)) names.push(name);
  }
  const room = { left: MAX_UNKNOWN_TEXT };
  return Object.fromEntries(names.map((name) => [cutText(name, MAX_NAME), masked(item[name], room, 0)]));
}

/** @param room for texts, in UTF-16 code units: less with each one */
function masked(value: unknown, room: { left: number }, depth: number): unknown {
  if (typeof value === 'string') {
    const kept = cutText(value, Math.min(room.left, MAX_UNKNOWN_TEXT));
    room.left -= kept.length;
    return kept === '' ? '' : `${maskPrivate(kept)}${kept.length < value.length ? '…' : ''}`;
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_UNKNOWN_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, MAX_UNKNOWN).map((inner: unknown) => masked(inner, room, depth + 1));
  const inner = Object.entries(value).slice(0, MAX_UNKNOWN);
  return Object.fromEntries(inner.map(([name, one]) => [cutText(name, MAX_NAME), masked(one, room, depth + 1)]));
}
