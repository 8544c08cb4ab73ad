import { explanation } from '../domain/job/explanation.ts';
import { failureOf } from '../domain/job/progress-answer.ts';
import type { JobId } from '../domain/job/job-id.ts';
import { maskPrivate } from '../domain/mask-private.ts';
import type { DrsFailure, DrsFailureReason, ProgressAnswers } from '../domain/job/progress-answer.ts';
import { SECOND } from '../domain/base/time.ts';
import type { DrsClient, Insight } from '../ports/drs.ts';
import { chunks, drsLanguage, DrsRequests, readAnswer } from './drs-requests.ts';
import { withDeadline } from './http.ts';
import { parseErrorBody } from './drs-errors.ts';
import type { Asked, DrsRequest, DrsRequestOptions } from './drs-requests.ts';
import { OddIds } from './odd-ids.ts';
import type { Outcome, Request } from './odd-ids.ts';
import { parseResults, rawFields, resultItems } from './drs-response.ts';
import type { HttpResponse } from './http.ts';
import { CompanionReads } from './companion-reads.ts';
import { CompanionRequests } from './companion-requests.ts';
import { InsightReads } from './insight-reads.ts';

/** Progress requests in flight at once. */
const MAX_CONCURRENT = 2;
/** How often a request is tried of whose ids none is under suspicion. */
const FIRST_ATTEMPTS = 3;
/** What one job's answer as it came may take, in ms. */
const RAW_TIMEOUT_MS = 10 * SECOND;
/** Reasons that a code gives for a request that may have been refused because of one id. */
const ACCUSING: ReadonlySet<DrsFailureReason> = new Set<DrsFailureReason>([
  'bad_request',
  'access_denied',
  'project_unknown',
]);
/** What an answer says that never came. */
const NOTHING_SAID = { code: null, message: null };
/** Statuses that say nothing about ids. */
const ABOUT_THE_ASKER = new Set([401, 403, 429]);

export interface DrsClientOptions extends DrsRequestOptions {
  readonly projectId: string;
  /** `X-Language` where no reader's language is known. */
  readonly language: string;
  readonly batchSize: number;
  readonly maxRps: number;
  /** How long a whole `fetchProgress` may take, in ms. */
  readonly totalTimeoutMs?: number;
}

/**
 * Asks `POST /v3/{project_id}/jobs/batch-progress` (DRS API Reference, "Querying the Full Task Progress and Incremental
 * Task Delay"), and its companions within a budget of their own.
 */
export function createDrsClient(options: DrsClientOptions): DrsClient {
  const requests = new DrsRequests(options, { maxRps: options.maxRps, maxConcurrent: MAX_CONCURRENT });
  const oddIds = new OddIds();
  const beside = new CompanionRequests(options);
  const companions = new CompanionReads(options, beside);
  const insights = new InsightReads(options, beside);
  return {
    fetchProgress(jobIds, { signal, language } = {}) {
      return withDeadline(options.totalTimeoutMs ?? 45 * SECOND, signal, async (either) => {
        const header = language === undefined ? options.language : drsLanguage(language);
        const request = progressRequest({ ...options, language: header }, requests, either);
        const batches = chunks([...new Set(jobIds)], options.batchSize);
        const answers = await Promise.all(batches.map((ids) => oddIds.ask(ids, request)));
        return new Map(answers.flatMap((part) => [...part]));
      });
    },
    allowance: () => requests.allowance(),
    listJobs: () => companions.listJobs(),
    fetchDetails: (jobIds, language) => companions.fetchDetails(jobIds, language),
    fetchRecoveryFigures: (jobIds) => companions.fetchRecoveryFigures(jobIds),
    fetchComparisons: (jobId) => insights.fetchComparisons(jobId),
    fetchTimeline: (jobId) => insights.fetchTimeline(jobId),
    fetchTerms: (jobId) => insights.fetchTerms(jobId),
    fetchRaw: (jobId) => askForRaw(options, requests, jobId),
    fetchLog: (jobId, language) => insights.fetchLog(jobId, language),
  };
}

/** One request for what DRS says of one job, in the budget of progress. */
async function askForRaw(
  options: DrsClientOptions,
  requests: DrsRequests,
  jobId: JobId,
): Promise<Insight<readonly string[]>> {
  const interpret = (response: HttpResponse) => readAnswer(response, resultItems, options.clock.now());
  const signal = AbortSignal.timeout(RAW_TIMEOUT_MS);
  const asked = await requests.ask(progressOf(options, [jobId]), interpret, signal, 1);
  if (!asked.ok) return { kind: 'failed', failure: asked.failure };
  const fields = rawFields(asked.value, jobId);
  return fields === null
    ? { kind: 'failed', failure: failureOf('unreadable_answer', explanation('left_out')) }
    : { kind: 'read', value: fields };
}

function progressOf({ projectId, language }: DrsClientOptions, ids: readonly JobId[]): DrsRequest {
  return {
    method: 'POST',
    path: `/v3/${encodeURIComponent(projectId)}/jobs/batch-progress`,
    body: { jobs: ids },
    language,
    about: `progress of ${ids.length}`,
  };
}

/** Sends one request for some ids; all of one `fetchProgress` share its deadline. */
function progressRequest(options: DrsClientOptions, requests: DrsRequests, signal: AbortSignal): Request {
  return async (ids, first) => {
    const request = progressOf(options, ids);
    let last: HttpResponse | null = null;
    const interpret = (response: HttpResponse): Asked<ProgressAnswers> => {
      const read = readAnswer((last = response), resultItems, options.clock.now());
      return read.ok ? { ok: true, value: parseResults(read.value, ids) } : read;
    };
    const asked = await requests.ask(request, interpret, signal, first ? FIRST_ATTEMPTS : 1);
    if (asked.ok) return { kind: 'answered', answers: asked.value };
    return !signal.aborted && asked.unsent !== true && mayBeAboutIds(asked.failure)
      ? refusal(asked.failure, last)
      : { kind: 'failed', failure: asked.failure };
  };
}

/**
 * One of the ids may be why: any HTTP 4xx or 5xx but those that are about whoever asks (401, 403) or about how often (429),
 * whatever the code says; an answer that cannot be read; no answer at all. DRS documents 400, 404, 422 and 500 for a single
 * task that it cannot tell about.
 */
function mayBeAboutIds({ httpStatus, reason }: DrsFailure): boolean {
  if (httpStatus !== null && ABOUT_THE_ASKER.has(httpStatus)) return false;
  return reason !== 'throttled' && reason !== 'credentials_rejected' && reason !== 'account_locked';
}

function refusal(failure: DrsFailure, response: HttpResponse | null): Outcome {
  const { code, message } = response === null ? NOTHING_SAID : parseErrorBody(response.body);
  const masked = message === null ? null : maskPrivate(message);
  return { kind: 'refused', failure: asRefusal(failure, code, masked), code, message: masked };
}

/** A refusal that may be due to one id accuses neither the setup nor the permissions by itself. */
function asRefusal(failure: DrsFailure, code: string | null, message: string | null): DrsFailure {
  if (!ACCUSING.has(failure.reason)) return failure;
  const text = [code ?? `HTTP ${failure.httpStatus ?? '?'}`, message].filter((piece) => piece !== null).join(': ');
  return { ...failure, reason: 'bad_request', why: explanation('requests_refused', { text }) };
}
