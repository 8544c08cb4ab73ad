import { z } from 'zod';

import { explanation } from '../domain/job/explanation.ts';
import type { Explanation } from '../domain/job/explanation.ts';
import { failureOf } from '../domain/job/progress-answer.ts';
import type { DrsFailure } from '../domain/job/progress-answer.ts';
import { MINUTE } from '../domain/base/time.ts';
import { describeFailure, parseJson } from './drs-errors.ts';
import { DrsRequests } from './drs-requests.ts';
import type { Asked, DrsRequestOptions } from './drs-requests.ts';
import type { HttpResponse } from './http.ts';

const LIMITS = { maxRps: 2, maxConcurrent: 1 };
const LOOKUP_TIMEOUT_MS = MINUTE;

const projectList = z.object({
  projects: z.array(z.object({ id: z.string(), name: z.string().optional(), enabled: z.boolean().optional() })),
});

/**
 * The id of the project that is called like the region: each region has one, and sub-projects are called `region_…`
 * (IAM API Reference, "Querying Project Information", `GET /v3/projects?name=`).
 *
 * @param options.endpoint IAM's
 */
export async function lookUpProjectId(options: DrsRequestOptions, region: string): Promise<Asked<string>> {
  const requests = new DrsRequests(options, LIMITS);
  const path = `/v3/projects?${new URLSearchParams({ name: region }).toString()}`;
  const question = { method: 'GET' as const, path, language: 'en-us', about: 'project id' };
  const read = (response: HttpResponse) => readProjectId(response, region, options.clock.now());
  const asked = await requests.ask(question, read, AbortSignal.timeout(LOOKUP_TIMEOUT_MS));
  if (asked.ok || !isSilence(asked.failure)) return asked;
  return refused({ ...asked.failure, why: unreachable(asked.failure, options) });
}

function readProjectId(response: HttpResponse, region: string, now: number): Asked<string> {
  if (response.status < 200 || response.status >= 300) return refused(describeIamFailure(response, now));
  const parsed = projectList.safeParse(parseJson(response.body));
  if (!parsed.success) return refused(failureOf('not_found', explanation('login_not_found')));
  const { projects } = parsed.data;
  const named = projects.filter((project) => project.name === undefined || project.name === region);
  const [only, ...others] = named;
  if (only === undefined) return refused(failureOf('project_unknown', explanation('project_missing', { region })));
  if (others.length > 0) return refused(failureOf('project_unknown', explanation('project_ambiguous', { region })));
  return { ok: true, value: only.id };
}

/** IAM is asked here, so that what is wrong with an address or a service is IAM's. */
function describeIamFailure(response: HttpResponse, now: number): DrsFailure {
  const failure = describeFailure(response, now);
  if (failure.reason === 'not_found') return { ...failure, why: explanation('login_not_found') };
  if (failure.reason !== 'server_error') return failure;
  return { ...failure, why: explanation('iam_fault', { label: failure.code ?? `HTTP ${response.status}` }) };
}

function isSilence({ reason }: DrsFailure): boolean {
  return reason === 'network' || reason === 'timeout';
}

function unreachable({ reason, why }: DrsFailure, { endpoint }: DrsRequestOptions): Explanation {
  const { host } = new URL(endpoint);
  return explanation('iam_unreachable', { host, reason: String(why.values['reason'] ?? reason) });
}

function refused(failure: DrsFailure): Asked<string> {
  return { ok: false, failure };
}
