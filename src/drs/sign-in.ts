import type { Dispatcher } from 'undici';

import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { DrsAuth, RotatingSecret } from './auth.ts';
import type { Asked, DrsRequestOptions } from './drs-requests.ts';
import { createIamToken } from './iam-token.ts';
import { createKeyAuth } from './key-auth.ts';
import type { AccessKeys } from './key-auth.ts';
import { findOfRegion, listProjects } from './project-id.ts';
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
  /** Those that IAM has shown since the start; none while it was not asked. Asks nothing. */
  seenProjects(): readonly Project[];
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
  const projects = new Projects(options, auth);
  return {
    auth,
    listProjects: () => projects.list(),
    seenProjects: () => projects.seen,
    async findProject() {
      if (projectId !== null) return { ok: true, value: projectId };
      const found = await projects.lookUp();
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
  const projects = new Projects(options, auth);
  return {
    auth,
    listProjects: () => projects.list(),
    seenProjects: () => projects.seen,
    async findProject() {
      const known = projectId ?? (await auth.findProjectId());
      return known === null ? await projects.lookUp() : { ok: true, value: known };
    },
  };
}

/** The projects of whoever signs in, as IAM shows them. */
class Projects {
  readonly #asking: DrsRequestOptions;
  readonly #region: string;
  readonly #unwanted: AbortSignal | undefined;
  #seen: readonly Project[] = [];

  constructor({ iamEndpoint, region, dispatcher, clock, random, log, unwanted }: SignInOptions, auth: DrsAuth) {
    this.#asking = { endpoint: iamEndpoint, auth, dispatcher, clock, random, log };
    this.#region = region ?? '';
    this.#unwanted = unwanted;
  }

  get seen(): readonly Project[] {
    return this.#seen;
  }

  /** Asked for once. */
  list(): Promise<Asked<readonly Project[]>> {
    return this.#ask({ attempts: 1 });
  }

  /** The one that is called like the region. */
  async lookUp(): Promise<Asked<string>> {
    const asked = await this.#ask({ unwanted: this.#unwanted });
    return asked.ok ? findOfRegion(asked.value, this.#region, this.#asking.log) : asked;
  }

  async #ask(how: Parameters<typeof listProjects>[1]): Promise<Asked<readonly Project[]>> {
    const asked = await listProjects(this.#asking, how);
    if (asked.ok) this.#seen = asked.value;
    return asked;
  }
}
