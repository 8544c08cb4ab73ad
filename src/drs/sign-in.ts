import type { Dispatcher } from 'undici';

import type { Clock, Log } from '../ports.ts';
import type { DrsAuth, RotatingSecret } from './auth.ts';
import type { Asked, DrsRequestOptions } from './drs-requests.ts';
import { createIamToken } from './iam-token.ts';
import { createKeyAuth } from './key-auth.ts';
import type { AccessKeys } from './key-auth.ts';
import { listProjects, lookUpProjectId } from './project-id.ts';
import type { Project } from './project-id.ts';

/** What is needed to sign in, whichever way is configured. */
export interface SignInOptions {
  /** No trailing slash. */
  readonly iamEndpoint: string;
  /** Null: found by the region. */
  readonly projectId: string | null;
  readonly region: string | null;
  readonly credentials:
    | ({ readonly kind: 'keys' } & AccessKeys)
    | {
        readonly kind: 'password';
        readonly domain: string;
        readonly user: string;
        readonly password: RotatingSecret;
      };
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Nobody wants to be signed in any more. */
  readonly unwanted?: AbortSignal;
}

/** A way to sign in, and to find the project to ask about. */
export interface SignIn {
  readonly auth: DrsAuth;
  /** The configured project, the one a token is for, or the one called like the region. Never rejects. */
  findProject(): Promise<Asked<string>>;
  /** Every project the credentials may see, asked for once. Never rejects. */
  listProjects(): Promise<Asked<readonly Project[]>>;
}

/** Signs in with whatever is configured. Nothing is sent before it is asked for something. */
export function createSignIn(options: SignInOptions): SignIn {
  const { credentials } = options;
  return credentials.kind === 'keys' ? withKeys(options, credentials) : withPassword(options, credentials);
}

function withKeys(options: SignInOptions, keys: AccessKeys): SignIn {
  const { clock, log } = options;
  let { projectId } = options;
  const auth = createKeyAuth({ keys, projectId: () => projectId, clock, log });
  return {
    auth,
    listProjects: () => listProjects(askingIam(options, auth), { attempts: 1 }),
    async findProject() {
      if (projectId !== null) return { ok: true, value: projectId };
      const found = await lookUp(options, auth);
      if (found.ok) projectId = found.value;
      return found;
    },
  };
}

/** A token for the project's name says its id, so that no permission to list projects is needed. */
function withPassword(
  options: SignInOptions,
  { domain, user, password }: Extract<SignInOptions['credentials'], { readonly kind: 'password' }>,
): SignIn {
  const { iamEndpoint, projectId, region, dispatcher, clock, random, log, unwanted } = options;
  const scope = projectId === null ? { name: region ?? '' } : { id: projectId };
  const how = { dispatcher, clock, random, log, unwanted };
  const auth = createIamToken({ iamEndpoint, scope, domain, user, password, ...how });
  return {
    auth,
    listProjects: () => listProjects(askingIam(options, auth), { attempts: 1 }),
    async findProject() {
      const known = projectId ?? (await auth.findProjectId());
      return known === null ? await lookUp(options, auth) : { ok: true, value: known };
    },
  };
}

function lookUp(options: SignInOptions, auth: DrsAuth): Promise<Asked<string>> {
  return lookUpProjectId(askingIam(options, auth), options.region ?? '', options.unwanted);
}

function askingIam({ iamEndpoint, dispatcher, clock, random, log }: SignInOptions, auth: DrsAuth): DrsRequestOptions {
  return { endpoint: iamEndpoint, auth, dispatcher, clock, random, log };
}
