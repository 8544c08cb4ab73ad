import type { Explanation } from '../domain/job/explanation.ts';
import { SECOND } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { plainTextsIn } from '../words/plain-texts.ts';
import type { CloudAccess } from './auth.ts';
import { parseJson } from './drs-errors.ts';
import { HttpFault, sendHttp } from './http.ts';
import { nameSome } from './project-id.ts';
import type { SignIn } from './sign-in.ts';

const TIMEOUT_MS = 15 * SECOND;

/** What a first look needs. */
export interface FirstLookOptions extends Pick<CloudAccess, 'dispatcher' | 'log'> {
  /** No trailing slash. */
  readonly endpoint: string;
  /** The address was made after a pattern. */
  readonly isGuessed: boolean;
  /** As configured; null when it was found by the region, so that IAM has let the bot in already. */
  readonly projectId: string | null;
  readonly access: SignIn;
}

/**
 * Looks once, when the bot has started, whether DRS can be reached, whether the credentials are accepted and whether they
 * show the project that is configured, and says in the log what is wrong: until somebody asks for a job, nothing else
 * would. Never rejects; the bot runs on whatever comes of it.
 */
export async function takeFirstLook(options: FirstLookOptions): Promise<void> {
  const { endpoint, isGuessed, log } = options;
  const { host } = new URL(endpoint);
  const found = await probeAddress(options);
  if (found.kind === 'silent') log.error({ host }, explainSilence(found.why, isGuessed));
  if (found.kind === 'answered' && !found.isLikeDrs) log.error({ host }, explainOther(host, found.status));
  if (options.access.seenProjects().length === 0) await checkProject(options);
}

/** A sentence for DRS being out of reach, with the settings its address is from. */
export function explainSilence(why: Explanation, isGuessed: boolean): string {
  const says = plainTextsIn('en').explain(why);
  if (!isAboutAddress(why)) return says;
  const guess = isGuessed ? ' The address is a guess after DRS_REGION: no published list has this region.' : '';
  return `${says} Check DRS_REGION or DRS_ENDPOINT, and this machine's network.${guess}`;
}

/** A proxy or a certificate that stands in the way has nothing to do with where DRS is. */
function isAboutAddress({ key }: Explanation): boolean {
  return key === 'unreachable' || key === 'host_unknown' || key === 'host_timeout' || key === 'not_tls';
}

/** A sentence for somebody else who answers at the address of DRS. */
export function explainOther(host: string, status: number): string {
  return `Whoever answers at ${host} does not speak like DRS (HTTP ${status}, and no JSON): check DRS_ENDPOINT and DRS_REGION, and any proxy between.`;
}

/** What came of a request that needs no permission. */
type Probe =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The cloud's gateway may have written it: it answers everybody, also strangers and wrong paths, in JSON. */
      readonly isLikeDrs: boolean;
      /** The `Date` of the answer; not a number where it has none. */
      readonly date: EpochMs;
    }
  | { readonly kind: 'silent'; readonly why: Explanation };

/** Asks whoever is at an address for nothing. */
export async function probeAddress({
  endpoint,
  dispatcher,
}: Pick<FirstLookOptions, 'endpoint' | 'dispatcher'>): Promise<Probe> {
  const request = { method: 'GET' as const, url: `${endpoint}/`, headers: {}, body: '' };
  try {
    const { status, headers, body } = await sendHttp(dispatcher, request, AbortSignal.timeout(TIMEOUT_MS));
    const date = Date.parse(String(headers['date']));
    return { kind: 'answered', status, isLikeDrs: typeof parseJson(body) === 'object', date };
  } catch (error) {
    if (error instanceof HttpFault) return { kind: 'silent', why: error.failure.why };
    throw error;
  }
}

/** Which projects there are is remembered, for whoever misses jobs. Whoever signs in says themselves why they are refused; an IAM that is out of reach is not needed here. */
async function checkProject({ access, projectId, log }: FirstLookOptions): Promise<void> {
  const projects = await access.listProjects();
  if (projectId === null || !projects.ok || projects.value.some(({ id }) => id === projectId)) return;
  log.error(
    { project: projectId },
    `IAM does not show these credentials the project ${projectId}: check DRS_PROJECT_ID, and that it belongs to this region. It shows ${nameSome(projects.value) || 'none'}.`,
  );
}
