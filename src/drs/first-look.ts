import type { Dispatcher } from 'undici';

import type { Explanation } from '../domain/job/explanation.ts';
import { SECOND } from '../domain/base/time.ts';
import type { Log } from '../ports.ts';
import { speechIn } from '../words/speech.ts';
import { HttpFault, sendHttp } from './http.ts';
import { nameSome } from './project-id.ts';
import type { SignIn } from './sign-in.ts';

const TIMEOUT_MS = 15 * SECOND;

/** What a first look needs. */
export interface FirstLookOptions {
  /** No trailing slash. */
  readonly endpoint: string;
  /** The address was made after a pattern. */
  readonly isGuessed: boolean;
  /** As configured; null when it was found by the region, so that IAM has let the bot in already. */
  readonly projectId: string | null;
  readonly access: SignIn;
  readonly dispatcher: Dispatcher;
  readonly log: Log;
}

/**
 * Looks once, when the bot has started, whether DRS can be reached, whether the credentials are accepted and whether they
 * show the project that is configured, and says in the log what is wrong: until somebody asks for a job, nothing else
 * would. Never rejects; the bot runs on whatever comes of it.
 */
export async function takeFirstLook(options: FirstLookOptions): Promise<void> {
  const { endpoint, isGuessed, log } = options;
  const why = await findSilence(options);
  if (why !== null) log.error({ host: new URL(endpoint).host }, outOfReach(why, isGuessed));
  if (options.access.seenProjects().length === 0) await lookForProject(options);
}

/** A sentence for DRS being out of reach, with the settings its address is from. */
export function outOfReach(why: Explanation, isGuessed: boolean): string {
  const guess = isGuessed ? ' The address is a guess after DRS_REGION: no published list has this region.' : '';
  return `${speechIn('en').explain(why)} Check DRS_REGION or DRS_ENDPOINT, and this machine's network.${guess}`;
}

/** One request that needs no permission; null when anybody answers it. */
async function findSilence({ endpoint, dispatcher }: FirstLookOptions): Promise<Explanation | null> {
  const request = { method: 'GET' as const, url: `${endpoint}/`, headers: {}, body: '' };
  try {
    await sendHttp(dispatcher, request, AbortSignal.timeout(TIMEOUT_MS));
    return null;
  } catch (error) {
    if (error instanceof HttpFault) return error.failure.why;
    throw error;
  }
}

/** Which projects there are is remembered, for whoever misses jobs. Whoever signs in says themselves why they are refused; an IAM that is out of reach is not needed here. */
async function lookForProject({ access, projectId, log }: FirstLookOptions): Promise<void> {
  const projects = await access.listProjects();
  if (projectId === null || !projects.ok || projects.value.some(({ id }) => id === projectId)) return;
  log.error(
    { project: projectId },
    `IAM does not show these credentials the project ${projectId}: check DRS_PROJECT_ID, and that it belongs to this region. It shows ${nameSome(projects.value) || 'none'}.`,
  );
}
