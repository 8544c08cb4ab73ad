import { mayPass } from '../domain/job/network-failure.ts';
import { StartError } from '../ports/operator-error.ts';
import type { Remedy } from '../ports/operator-error.ts';
import type { DrsFailureReason } from '../domain/job/progress-answer.ts';
import type { DrsAuth } from '../drs/auth.ts';
import { takeFirstLook } from '../drs/first-look.ts';
import { createSignIn } from '../drs/sign-in.ts';
import type { SignIn } from '../drs/sign-in.ts';
import { plainTextsIn } from '../words/plain-texts.ts';
import type { Resources } from './resources.ts';
import { startPatiently } from './start-patience.ts';

/** Failures of IAM that waiting may mend; every other one stays. */
const REMEDIES: Partial<Readonly<Record<DrsFailureReason, Remedy>>> = {
  timeout: 'passes',
  network: 'passes',
  throttled: 'passes',
  server_error: 'passes',
  unreadable_answer: 'passes',
  // How seldom they are tried meanwhile is `auth`'s business: to knock again and again would lock a key or a user.
  credentials_rejected: 'refused',
  account_locked: 'refused',
};

/** A way to sign in, and the project to ask about. */
export interface SignedIn {
  readonly access: SignIn;
  readonly auth: DrsAuth;
  readonly projectId: string;
}

/**
 * Signs in with whatever is configured.
 *
 * @throws StartError when the project cannot be found
 */
export async function signInToDrs(resources: Resources): Promise<SignedIn> {
  const { config, clock, log, network, startSignal } = resources;
  const { iamEndpoint, projectId, region, credentials } = config.drs;
  const shared = { dispatcher: network.dispatcher, clock, random: Math.random, log, startSignal };
  const access = createSignIn({ iamEndpoint, projectId, region, credentials, ...shared });
  return {
    access,
    auth: access.auth,
    projectId: await startPatiently(resources, () => findProject(resources, access)),
  };
}

/**
 * The project, as soon as IAM tells it; when it cannot, that of the last run will do: a restart must not depend on IAM.
 *
 * @throws StartError when there is none
 */
async function findProject({ config, store, log }: Resources, access: SignIn): Promise<string> {
  const found = await access.findProject();
  if (found.ok) return found.value;
  const { reason, why } = found.failure;
  const words = plainTextsIn('en').explain(why);
  const last = reason === 'project_unknown' ? null : await store.findLastProjectId(config.drs.endpoint);
  if (last === null) throw new StartError(words, { remedy: mayPass(why) ? (REMEDIES[reason] ?? 'stays') : 'stays' });
  log.warn({ reason, project: last }, `${words} Going on with the project of the last run.`);
  return last;
}

/** Beside the work: a start must not depend on DRS. */
export async function lookAtDrs({ config, network, log }: Resources, access: SignIn): Promise<void> {
  const { endpoint, guessed, projectId } = config.drs;
  const isGuessed = guessed.includes('DRS_ENDPOINT');
  await takeFirstLook({ endpoint, isGuessed, projectId, access, dispatcher: network.dispatcher, log });
}
