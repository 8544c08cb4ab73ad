import { parseJobId } from '../domain/job/job-id.ts';
import type { JobId } from '../domain/job/job-id.ts';
import type { ProgressAnswer, ProgressAnswers } from '../domain/job/progress-answer.ts';
import type { PartProgress, ProgressReport } from '../domain/job/progress-report.ts';
import { maskPrivate } from '../domain/mask-private.ts';
import { DAY, SECOND } from '../domain/base/time.ts';
import { isFields, measured, negative, text } from './wire-values.ts';
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

/** The result items of a body; null when it has no `results` list (DRS API Reference, table 4). */
export function resultItems(body: unknown): readonly unknown[] | null {
  if (!isFields(body)) return null;
  const results = body['results'];
  return Array.isArray(results) ? results : null;
}

/**
 * Understands a list of results. Indexed by job id, because neither order nor number is promised; every id asked for
 * gets an answer, results for other ids are ignored. When an id comes twice, a report wins over an error.
 */
export function parseResults(items: readonly unknown[], asked: readonly JobId[]): ProgressAnswers {
  const answers = new Map<JobId, ProgressAnswer>(asked.map((jobId) => [jobId, { kind: 'omitted' }]));
  for (const item of items) {
    if (!isFields(item)) continue;
    const jobId = parseJobId(text(item['job_id']) ?? text(item['id']) ?? '');
    if (jobId === null || !answers.has(jobId)) continue;
    const answer = parseItem(jobId, item);
    if (answers.get(jobId)?.kind !== 'report' || answer.kind === 'report') answers.set(jobId, answer);
  }
  return answers;
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
    unknownFields: Object.fromEntries(
      Object.entries(item).flatMap(([name, value]) =>
        KNOWN_FIELDS.has(name) && !impossible.includes(name) ? [] : [[name, masked(value)]],
      ),
    ),
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
  if (Array.isArray(map)) return map.flatMap((entry) => (isFields(entry) ? listedPart(entry) : []));
  return isFields(map) ? Object.entries(map).map(([name, info]) => part(name, info)) : [];
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

function maskedText(value: unknown): string | null {
  const given = text(value);
  return given === null ? null : maskPrivate(given);
}

/** Nobody knows what a new field holds, so its texts are kept without what looks private. */
function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskPrivate(value);
  if (Array.isArray(value)) return value.map(masked);
  return isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner)]))
    : value;
}
