import type { JobDetail, RecoveryFigures } from '../domain/job/job-detail.ts';
import type { JobId } from '../domain/job/job-id.ts';
import { JOB_TYPES } from '../domain/job/job-type.ts';
import type { Language } from '../domain/base/language.ts';
import type { DrsFailure } from '../domain/job/progress-answer.ts';
import { MINUTE, SECOND } from '../domain/base/time.ts';
import type { CompanionAnswer, JobListEntry, JobListing } from '../ports/drs.ts';
import { chunks, drsLanguage, isOversized } from './drs-requests.ts';
import type { Asked, DrsRequest } from './drs-requests.ts';
import { resultItems } from './drs-response.ts';
import { parseJobDetail, parseJobList, parseRecoveryFigures } from './companion-answers.ts';
import type { JobListPage } from './companion-answers.ts';
import type { CompanionOptions, CompanionRequests } from './companion-requests.ts';

/** Records asked for in one page of the v5 list; other v5 lists take 1 to 1000. */
const V5_PAGE = 1_000;
/** Where such a page is longer than what is read of an answer. */
const SMALL_V5_PAGE = 100;
/** Records in one page of the v3 list (DRS API Reference, "Querying Tasks of a Tenant": 0 to 100). */
const V3_PAGE = 100;
/** A list is never read further than this. */
const MAX_PAGES = 1_000;
const LIST_TIMEOUT_MS = 5 * MINUTE;
const READ_TIMEOUT_MS = 20 * SECOND;

/** One list as far as it could be read. */
type ReadList = Pick<JobListing['parts'][number], 'entries' | 'isWhole'>;

/** Reads pages of one list until there are no more. */
type FetchPage = (offset: number, page: number) => Promise<Asked<JobListPage>>;

/** The reads of many jobs beside progress: names, details, and recovery figures. */
export class CompanionReads {
  readonly #options: CompanionOptions;
  readonly #requests: CompanionRequests;

  constructor(options: CompanionOptions, requests: CompanionRequests) {
    this.#options = options;
    this.#requests = requests;
  }

  /** Every job of every type: from the v5 list, or where that is refused from the v3 list. */
  async listJobs(): Promise<JobListing> {
    const signal = AbortSignal.timeout(LIST_TIMEOUT_MS);
    const parts: JobListing['parts'][number][] = [];
    let failure: DrsFailure | null = null;
    for (const jobType of JOB_TYPES) {
      const read = await this.#listType(jobType, signal);
      if (read.ok) parts.push({ jobType, ...read.value });
      else failure = read.failure;
    }
    return { parts, failure };
  }

  async fetchDetails(jobIds: readonly JobId[], language: Language): Promise<CompanionAnswer<JobDetail>> {
    const asked = await this.#forEach(jobIds, (ids) => ({
      method: 'POST',
      path: `/v3/${this.#requests.project}/jobs/batch-detail`,
      // Left out, a page has 5 entries and the rest is silently missing.
      body: { jobs: ids, page_req: { cur_page: 1, per_page: ids.length } },
      language: drsLanguage(language),
      about: 'details',
    }));
    return { failure: asked.failure, found: byJob(asked.items, parseJobDetail) };
  }

  async fetchRecoveryFigures(jobIds: readonly JobId[]): Promise<CompanionAnswer<RecoveryFigures>> {
    const asked = await this.#forEach(jobIds, (ids) => ({
      method: 'POST',
      path: `/v3/${this.#requests.project}/jobs/batch-rpo-and-rto`,
      body: { jobs: ids },
      language: this.#options.language,
      about: 'RPO and RTO',
    }));
    return { failure: asked.failure, found: byJob(asked.items, parseRecoveryFigures) };
  }

  async #listType(jobType: string, signal: AbortSignal): Promise<Asked<ReadList>> {
    const readV5 = (limit: number | null) => readPages((offset) => this.#v5Page(jobType, offset, limit, signal));
    const newest = await readV5(V5_PAGE);
    const v5 = isTooLarge(newest) ? await readV5(SMALL_V5_PAGE) : isAboutPaging(newest) ? await readV5(null) : newest;
    if (v5.ok || !isRefusal(v5.failure)) return v5;
    const v3 = await readPages((_offset, page) => this.#v3Page(jobType, page, signal));
    return v3.ok ? v3 : v5;
  }

  #v5Page(jobType: string, offset: number, limit: number | null, signal: AbortSignal): Promise<Asked<JobListPage>> {
    const query = new URLSearchParams({
      job_type: jobType,
      offset: String(offset),
      ...(limit === null ? {} : { limit: String(limit) }),
    });
    const path = `/v5/${this.#requests.project}/jobs`;
    const { language } = this.#options;
    const request = { method: 'GET' as const, path: `${path}?${query.toString()}`, language, about: 'list of jobs' };
    return this.#requests.ask(`${path} ${jobType}`, request, (body) => parseJobList(body, jobType), signal);
  }

  #v3Page(jobType: string, page: number, signal: AbortSignal): Promise<Asked<JobListPage>> {
    const path = `/v3/${this.#requests.project}/jobs`;
    const body = { cur_page: page, per_page: V3_PAGE, db_use_type: jobType };
    const { language } = this.#options;
    const request = { method: 'POST' as const, path, body, language, about: 'list of jobs (v3)' };
    return this.#requests.ask(`${path} ${jobType}`, request, (body) => parseJobList(body, jobType), signal);
  }

  /** Results of requests for a chunk of jobs each; what one chunk gave is kept when another fails. */
  async #forEach(
    jobIds: readonly JobId[],
    request: (ids: readonly JobId[]) => DrsRequest,
  ): Promise<{ readonly items: readonly unknown[]; readonly failure: DrsFailure | null }> {
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
    const items: unknown[] = [];
    let failure: DrsFailure | null = null;
    const waiting = [...chunks([...new Set(jobIds)], this.#options.batchSize)];
    for (let ids = waiting.shift(); ids !== undefined; ids = waiting.shift()) {
      const question = request(ids);
      const asked = await this.#requests.ask(question.path, question, resultItems, signal);
      if (asked.ok) items.push(...asked.value);
      else if (isTooLarge(asked) && ids.length > 1) waiting.unshift(...chunks(ids, Math.ceil(ids.length / 2)));
      else failure = asked.failure;
    }
    return { items, failure };
  }
}

/** Reads on until the list is at its end, says so, or repeats itself. */
async function readPages(fetchPage: FetchPage): Promise<Asked<ReadList>> {
  const entries = new Map<JobId, JobListEntry>();
  let records = 0;
  let isWhole = false;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const asked = await fetchPage(records, page);
    if (!asked.ok) return asked;
    const known = entries.size;
    // A sub-job may be listed again on its own, without its parent.
    for (const entry of asked.value.entries) {
      const before = entries.get(entry.jobId);
      entries.set(entry.jobId, { ...entry, parentId: entry.parentId ?? before?.parentId ?? null });
    }
    records += asked.value.records;
    const { total } = asked.value;
    isWhole = total === null ? asked.value.records === 0 : records >= total;
    if (isWhole || asked.value.records === 0 || entries.size === known) break;
  }
  return { ok: true, value: { entries: [...entries.values()], isWhole } };
}

/** Less at a time may do. */
function isTooLarge(asked: Asked<unknown>): boolean {
  return !asked.ok && isOversized(asked.failure);
}

/** Perhaps another page size would do. */
function isAboutPaging(asked: Asked<unknown>): boolean {
  return !asked.ok && asked.failure.reason === 'bad_request';
}

/** This list is not to be had, whenever it is asked for. */
function isRefusal({ reason }: DrsFailure): boolean {
  return reason === 'not_found' || reason === 'bad_request' || reason === 'access_denied';
}

function byJob<T extends { readonly jobId: JobId }>(
  items: readonly unknown[],
  parse: (item: unknown) => T | null,
): ReadonlyMap<JobId, T> {
  return new Map(
    items.flatMap((item) => {
      const parsed = parse(item);
      return parsed === null ? [] : [[parsed.jobId, parsed]];
    }),
  );
}
