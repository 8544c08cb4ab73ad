import { z } from 'zod';

import { explanation } from '../domain/job/explanation.ts';
import type { Explanation } from '../domain/job/explanation.ts';
import { failureOf } from '../domain/job/progress-answer.ts';
import type { DrsFailure } from '../domain/job/progress-answer.ts';
import { MINUTE } from '../domain/base/time.ts';
import type { Log } from '../ports/log.ts';
import { describeFailure, labelOf, parseJson } from './drs-errors.ts';
import { DrsRequests } from './drs-requests.ts';
import type { Asked, DrsRequestOptions } from './drs-requests.ts';
import type { HttpResponse } from './http.ts';

const LIMITS = { maxRps: 2, maxConcurrent: 1 };
const LOOKUP_TIMEOUT_MS = MINUTE;
/** So many projects are named in one sentence. */
const MAX_NAMED = 8;

const projectList = z.object({
  projects: z.array(z.object({ id: z.string(), name: z.string(), enabled: z.boolean().optional() })),
});

/** A project that the credentials may see; a sub-project is called after the project of its region, `eu-de_prod`. */
export interface Project {
  readonly id: string;
  readonly name: string;
}

/**
 * The projects that whoever asks may see (IAM API Reference, "Querying the List of Projects Accessible to Users",
 * `GET /v3/auth/projects`): the one list of projects that needs no permission.
 *
 * @param options.endpoint IAM's
 * @param attempts how often it is tried at most
 * @param startSignal nobody waits for it any more
 */
export async function listProjects(
  options: DrsRequestOptions,
  { attempts, startSignal }: { readonly attempts?: number; readonly startSignal?: AbortSignal | undefined } = {},
): Promise<Asked<readonly Project[]>> {
  const requests = new DrsRequests({ ...options, service: 'IAM' }, LIMITS);
  const question = { method: 'GET' as const, path: '/v3/auth/projects', language: 'en-us', about: 'projects' };
  const read = (response: HttpResponse) => readProjects(response, options);
  const late = AbortSignal.timeout(LOOKUP_TIMEOUT_MS);
  const signal = startSignal === undefined ? late : AbortSignal.any([late, startSignal]);
  const asked = await requests.ask(question, read, signal, attempts);
  if (asked.ok || !isSilence(asked.failure)) return asked;
  return refused({ ...asked.failure, why: unreachable(asked.failure, options) });
}

/**
 * The id of the project that is called like the region: each region has one. Says in the log which others there are, for
 * the jobs may be in one of them.
 */
export function findOfRegion(projects: readonly Project[], region: string, log: Log): Asked<string> {
  const [only, ...others] = projects.filter((project) => project.name === region);
  if (only === undefined) {
    const names = projects.length === 0 ? 'none' : nameSome(projects);
    return refused(failureOf('project_unknown', explanation('project_missing', { region, projects: names })));
  }
  if (others.length > 0) return refused(failureOf('project_unknown', explanation('project_ambiguous', { region })));
  const subProjects = findSubProjects(projects, region);
  if (subProjects.length > 0)
    log.info(
      { project: only.id, subProjects },
      'IAM shows sub-projects of this region, too: if the jobs are in one of them, set DRS_PROJECT_ID to its id',
    );
  return { ok: true, value: only.id };
}

/** Those of a region's projects that are not the region's own. */
function findSubProjects(projects: readonly Project[], region: string): readonly Project[] {
  return projects.filter(({ name }) => name.startsWith(`${region}_`));
}

/**
 * What to call the project that is asked about, and those others in which the jobs may be instead, for a sentence: those of its region; all where it
 * is not among those that IAM has shown.
 *
 * @param seen what IAM has shown; none when it was not asked, or did not answer
 */
export function describeProjects(
  seen: readonly Project[],
  projectId: string,
): { readonly asked: string; readonly others: string } {
  const asked = seen.find(({ id }) => id === projectId);
  if (asked === undefined) return { asked: projectId, others: nameSome(seen) };
  const others = seen.filter((project) => project !== asked && regionOf(project) === regionOf(asked));
  return { asked: nameSome([asked]), others: nameSome(others) };
}

/** All but the one that is asked about, those of its region first. */
export function othersThan(projectId: string, projects: readonly Project[]): readonly Project[] {
  const asked = projects.find(({ id }) => id === projectId);
  const others = projects.filter((project) => project !== asked);
  const isNear = (project: Project) => asked !== undefined && regionOf(project) === regionOf(asked);
  return [...others.filter(isNear), ...others.filter((project) => !isNear(project))];
}

/** A sub-project is called after the project of its region: `eu-de_prod`. */
function regionOf({ name }: Project): string {
  return name.split('_')[0] ?? name;
}

/** The names of projects, for a sentence; empty for none. */
export function nameSome(projects: readonly Project[]): string {
  const names = projects.slice(0, MAX_NAMED).map(({ name, id }) => `${name} (${id})`);
  return [...names, ...(projects.length > MAX_NAMED ? ['…'] : [])].join(', ');
}

function readProjects(response: HttpResponse, { clock, endpoint }: DrsRequestOptions): Asked<readonly Project[]> {
  if (response.status < 200 || response.status >= 300)
    return refused(describeIamFailure(response, clock.now(), endpoint));
  const parsed = projectList.safeParse(parseJson(response.body));
  if (!parsed.success) return refused(failureOf('not_found', noIamAt(endpoint, `HTTP ${response.status}`)));
  return { ok: true, value: parsed.data.projects.filter(({ enabled }) => enabled !== false) };
}

/** IAM is asked here, so that what is wrong with an address, a permission or a service is IAM's. */
function describeIamFailure(response: HttpResponse, now: number, endpoint: string): DrsFailure {
  const failure = describeFailure(response, now, 'IAM');
  const label = labelOf(response);
  if (failure.reason === 'not_found') return { ...failure, why: noIamAt(endpoint, label) };
  if (failure.why.key === 'access_denied') return { ...failure, why: explanation('iam_denied', { label }) };
  if (failure.reason !== 'server_error') return failure;
  return { ...failure, why: explanation('iam_fault', { label }) };
}

/** Something else answers at IAM's address. */
export function noIamAt(endpoint: string, label: string): Explanation {
  return explanation('login_not_found', { host: new URL(endpoint).host, label });
}

function isSilence({ reason }: DrsFailure): boolean {
  return reason === 'network' || reason === 'timeout';
}

function unreachable({ reason, why }: DrsFailure, { endpoint }: DrsRequestOptions): Explanation {
  const { host } = new URL(endpoint);
  const isAboutAddress = why.key === 'unreachable' || why.key === 'host_unknown' || why.key === 'host_timeout';
  if (!isAboutAddress) return why;
  return explanation('iam_unreachable', { host, reason: String(why.values['reason'] ?? reason) });
}

function refused(failure: DrsFailure): Asked<never> {
  return { ok: false, failure };
}
