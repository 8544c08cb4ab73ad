import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { listenOnLoopback, parseJson } from '../loopback.ts';
import { SimulatedKeys } from './access-keys.ts';
import type { ArrivedRequest } from './access-keys.ts';
import { batchProgress, refuseHeaders, USUAL_HABITS } from './batch-progress.ts';
import type { Habits } from './batch-progress.ts';
import { batchDetail, batchRecovery, listV3, listV5 } from './companions.ts';
import { healthComparisons, healthObjects, jobDetail, queryComparisons, timelines } from './insights.ts';
import { fail, isOddBody, spoil } from './carry-out-fault.ts';
import { Faults } from './faults.ts';
import type { Fault, Target } from './faults.ts';
import { SimulatedIam } from './iam.ts';
import { RequestQuota } from './request-quota.ts';
import { simulatedJobId, SimulatedJob } from './jobs.ts';
import type { JobAbout, RawFields } from './jobs.ts';
import { drsError, send, unpublished } from './wire.ts';
import type { Answer } from './wire.ts';

const DAY_MS = 86_400_000;

/** Requests about one job. */
type InsightTarget = 'comparisons' | 'health' | 'health_objects' | 'timeline' | 'job_detail';

/** A request the simulator has seen. */
interface SeenRequest {
  readonly target: Target | 'other';
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  /** Null while, or if never, answered. */
  readonly status: number | null;
}

export interface SimulatorOptions {
  readonly habits?: Partial<Habits>;
  readonly clock?: () => number;
  readonly tokenLifeMs?: number;
  readonly tokenLength?: number;
  /** The port to listen on; a free one unless given. */
  readonly port?: number;
  /** The jobs of an earlier simulator: the same DRS, started again. */
  readonly jobs?: Map<string, SimulatedJob>;
}

/** A stand-in for DRS and IAM on loopback that refuses what the real ones refuse. */
export interface DrsSimulator extends AsyncDisposable {
  /** `http://127.0.0.1:port`, for DRS and IAM alike. */
  readonly endpoint: string;
  readonly projectId: string;
  readonly jobs: Map<string, SimulatedJob>;
  readonly credentials: { readonly domain: string; readonly user: string; readonly password: string };
  readonly iam: SimulatedIam;
  /** A permanent key and a temporary one that work. */
  readonly keys: SimulatedKeys;
  readonly faults: Faults;
  /** How many progress requests the gateway lets through. */
  readonly quota: RequestQuota;
  /** Everything seen, oldest first. */
  readonly requests: readonly SeenRequest[];
  /** The most progress requests that were open at once. */
  readonly mostAtOnce: number;
  /** Makes a job that exists; its id and name are made up unless given. */
  addJob(status?: string, fields?: RawFields, about?: Partial<JobAbout>): SimulatedJob;
  /** The job that is called so and was not deleted. */
  findJob(name: string): SimulatedJob | undefined;
  /** Deletes a job and makes another one of the same name and type, with an id of its own. */
  recreateJob(job: SimulatedJob, status?: string): SimulatedJob;
  /** The ids of each progress request so far. */
  progressRequests(): readonly (readonly string[])[];
  /** How often each kind of request came so far. */
  count(target: Target): number;
  loginCount(): number;
  clearRequests(): void;
  setHabits(habits: Partial<Habits>): void;
  stop(): Promise<void>;
}

/** Keys that the simulator knows from the start. */
export const SIMULATED_KEYS = {
  permanent: { accessKey: 'SIMULATEDPERMANENTAK', secretKey: 'simulated-permanent-secret', securityToken: null },
  temporary: {
    accessKey: 'HSTSIMULATEDTEMPKEY1',
    secretKey: 'simulated-temporary-secret',
    securityToken: 'simulated-security-token',
  },
} as const;

/** Starts the simulator on 127.0.0.1. */
export async function startDrsSimulator(options: SimulatorOptions = {}): Promise<DrsSimulator> {
  const clock = options.clock ?? Date.now;
  const projectId = '054ba152d480d55b2f5dc0069e7ddef0';
  const credentials = { domain: 'acme', user: 'drs-bot', password: 'correct horse' };
  const tokens = { tokenLifeMs: options.tokenLifeMs ?? DAY_MS, tokenLength: options.tokenLength ?? 2_048 };
  const iam = new SimulatedIam({ ...credentials, ...tokens, projectId, region: 'ap-southeast-1', clock });
  const keys = new SimulatedKeys(Object.values(SIMULATED_KEYS), clock);
  const desk = new FrontDesk(iam, keys, projectId, { ...USUAL_HABITS, ...options.habits }, clock, options.jobs);
  const server = createServer((request, response) => {
    desk.handle(request, response).catch(() => response.destroy());
  });
  const { base, stop } = await listenOnLoopback(server, options.port ?? 0);
  const { jobs, faults, quota, requests } = desk;
  const addJob = (status = 'FULL_TRANSFER_STARTED', fields: RawFields = {}, about: Partial<JobAbout> = {}) => {
    const id = about.id ?? simulatedJobId(jobs.size);
    const usual = { id, name: id.slice(0, 8), type: 'migration', parentId: null };
    const job = new SimulatedJob({ ...usual, ...about }, {}, clock).becomes(status, fields);
    jobs.set(job.id, job);
    return job;
  };
  return {
    endpoint: base,
    projectId,
    jobs,
    credentials,
    iam,
    keys,
    faults,
    quota,
    requests,
    get mostAtOnce() {
      return desk.mostAtOnce;
    },
    addJob,
    findJob: (name) => [...jobs.values()].find((job) => !job.deleted && job.name === name),
    recreateJob: (job, status) => addJob(status, {}, { name: job.delete().name, type: job.type }),
    progressRequests: () => requests.filter((seen) => seen.target === 'progress').map((seen) => idsOf(seen.body)),
    count: (target) => requests.filter((seen) => seen.target === target).length,
    loginCount: () => requests.filter((seen) => seen.target === 'login').length,
    clearRequests() {
      requests.length = 0;
    },
    setHabits(changed) {
      desk.habits = { ...desk.habits, ...changed };
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Takes every request, writes it down, and answers it or lets it fail. */
class FrontDesk {
  readonly jobs: Map<string, SimulatedJob>;
  readonly faults: Faults;
  readonly quota = new RequestQuota();
  readonly requests: SeenRequest[] = [];
  mostAtOnce = 0;
  habits: Habits;
  readonly #iam: SimulatedIam;
  readonly #keys: SimulatedKeys;
  readonly #clock: () => number;
  readonly #projectId: string;
  readonly #shuffle = seededShuffle();
  #open = 0;

  constructor(
    iam: SimulatedIam,
    keys: SimulatedKeys,
    projectId: string,
    habits: Habits,
    clock: () => number,
    jobs = new Map<string, SimulatedJob>(),
  ) {
    this.jobs = jobs;
    this.#clock = clock;
    this.faults = new Faults(clock);
    this.#iam = iam;
    this.#keys = keys;
    this.#projectId = projectId;
    this.habits = habits;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? '';
    const target = targetOf(method, path);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const raw = await text(request);
    const seen = { target, method, path, query, headers, body: parseJson(raw), status: null };
    const index = this.requests.push(seen) - 1;
    if (target === 'progress') this.#countOpen(response);
    const fault = target === 'other' ? undefined : (this.faults.take(target) ?? this.#spoilt(target, seen.body));
    if (fault !== undefined && !isOddBody(fault)) return fail(request, response, fault);
    const proper = this.#answer(seen, { method, path: request.url ?? '/', headers, body: raw });
    const result = fault === undefined ? proper : spoil(proper, fault);
    this.requests[index] = { ...seen, status: result.status };
    // The next turn of the event loop, so that requests sent together are open together.
    const dated = { Date: new Date(this.#clock()).toUTCString(), ...result.headers };
    setImmediate(() => send(response, { ...result, headers: dated }));
  }

  #answer(seen: SeenRequest, arrived: ArrivedRequest): Answer {
    const { target, path, query, headers, body } = seen;
    if (target === 'login') return this.#iam.login(body);
    if (target === 'other') return unpublished();
    const stranger = this.#refuseStranger(arrived);
    if (stranger !== null) return stranger;
    if (target === 'projects') return this.#iam.projects();
    if (target === 'all_projects') return this.#iam.refuseAllProjects();
    const refusal = refuseProject(path, this.#projectId) ?? refuseHeaders(headers);
    return refusal ?? this.#answerAboutJobs(target, path, query, body);
  }

  /** What goes wrong because of one of the jobs that are asked about. */
  #spoilt(target: Target, body: unknown): Fault | undefined {
    if (target !== 'progress') return undefined;
    return idsOf(body).flatMap((id) => this.jobs.get(id)?.fault ?? [])[0];
  }

  #refuseStranger(arrived: ArrivedRequest): Answer | null {
    return arrived.headers['authorization'] === undefined
      ? this.#iam.refuse(arrived.headers['x-auth-token'])
      : this.#keys.refuse(arrived);
  }

  #answerAboutJobs(
    target: Exclude<Target, 'login' | 'projects' | 'all_projects'>,
    path: string,
    query: URLSearchParams,
    body: unknown,
  ): Answer {
    const { lists, companions, detailOfDeleted } = this.habits;
    switch (target) {
      case 'progress':
        return this.quota.refuse(this.#clock()) ?? batchProgress(body, this.jobs, this.habits, this.#shuffle);
      case 'list':
        return lists.includes('v5') ? listV5(query, this.jobs, this.habits) : unpublished();
      case 'list_v3':
        return lists.includes('v3') ? listV3(body, this.jobs, this.habits) : unpublished();
      case 'detail':
        return companions ? batchDetail(body, this.jobs, detailOfDeleted) : unpublished();
      case 'recovery':
        return companions ? batchRecovery(body, this.jobs) : unpublished();
      default:
        return this.#answerAboutOne(target, path, query, body);
    }
  }

  #answerAboutOne(target: InsightTarget, path: string, query: URLSearchParams, body: unknown): Answer {
    const { insights } = this.habits;
    const [, , , , jobId = '', , , comparisonId = ''] = path.split('/');
    const asked = { jobs: this.jobs, habits: this.habits, jobId, query };
    switch (target) {
      case 'comparisons':
        return insights.includes('comparisons') ? queryComparisons(body, this.jobs, this.habits) : unpublished();
      case 'health':
        return insights.includes('health') ? healthComparisons(asked) : unpublished();
      case 'health_objects':
        return insights.includes('health') ? healthObjects(asked, comparisonId) : unpublished();
      case 'timeline':
        return insights.includes('timeline') ? timelines(asked) : unpublished();
      case 'job_detail':
        return jobDetail(asked);
    }
  }

  #countOpen(response: ServerResponse): void {
    this.#open += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#open);
    response.once('close', () => {
      this.#open -= 1;
    });
  }
}

const ROUTES: readonly (readonly [target: Target, method: string, path: RegExp])[] = [
  ['login', 'POST', /^\/v3\/auth\/tokens$/],
  ['projects', 'GET', /^\/v3\/auth\/projects$/],
  ['all_projects', 'GET', /^\/v3\/projects$/],
  ['progress', 'POST', /^\/v3\/[^/]+\/jobs\/batch-progress$/],
  ['detail', 'POST', /^\/v3\/[^/]+\/jobs\/batch-detail$/],
  ['recovery', 'POST', /^\/v3\/[^/]+\/jobs\/batch-rpo-and-rto$/],
  ['comparisons', 'POST', /^\/v3\/[^/]+\/jobs\/query-compare-result$/],
  ['health', 'GET', /^\/v5\/[^/]+\/jobs\/[^/]+\/health-compare-jobs$/],
  ['health_objects', 'GET', /^\/v5\/[^/]+\/jobs\/[^/]+\/health-compare-jobs\/object\/[^/]+$/],
  ['timeline', 'GET', /^\/v5\/[^/]+\/jobs\/[^/]+\/timelines$/],
  ['job_detail', 'GET', /^\/v5\/[^/]+\/jobs\/[^/]+$/],
  ['list', 'GET', /^\/v5\/[^/]+\/jobs$/],
  ['list_v3', 'POST', /^\/v3\/[^/]+\/jobs$/],
];

function targetOf(method: string, path: string): Target | 'other' {
  return ROUTES.find(([, ofMethod, pattern]) => ofMethod === method && pattern.test(path))?.[0] ?? 'other';
}

function refuseProject(path: string, projectId: string): Answer | null {
  return path.split('/')[2] === projectId ? null : drsError(403, 'DRS.M00261', 'Invalid project id.');
}

function idsOf(body: unknown): readonly string[] {
  const jobs: unknown = typeof body === 'object' && body !== null && 'jobs' in body ? body.jobs : [];
  return Array.isArray(jobs) ? jobs.map(String) : [];
}

/** Out of order, the same way in every run. */
function seededShuffle(): <T>(items: readonly T[]) => readonly T[] {
  let seed = 42;
  const next = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed;
  };
  return (items) =>
    items
      .map((item) => ({ item, at: next() }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ item }) => item);
}
