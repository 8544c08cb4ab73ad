import type { CloudAccess, DrsAuth } from './auth.ts';
import type { Asked } from './drs-requests.ts';
import { createIamToken } from './iam-token.ts';
import type { PasswordLogin } from './iam-token.ts';
import { createKeyAuth } from './key-auth.ts';
import type { AccessKeys } from './key-auth.ts';
import { findOfRegion, listProjects } from './project-id.ts';
import type { Project } from './project-id.ts';

/** What is needed to sign in, whichever way is configured. */
export interface SignInOptions extends CloudAccess {
  /** No trailing slash. */
  readonly iamEndpoint: string;
  /** Null: found by the region. */
  readonly projectId: string | null;
  readonly region: string | null;
  readonly credentials: ({ readonly kind: 'keys' } & AccessKeys) | ({ readonly kind: 'password' } & PasswordLogin);
  /** Aborts when nobody waits to be signed in any more. */
  readonly startSignal?: AbortSignal;
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
  const { iamEndpoint, region, dispatcher, clock, random, log, startSignal } = options;
  let { projectId } = options;
  let seen: readonly Project[] = [];
  const { auth, findOwnProject } = createAuth(options, () => projectId);
  const list = async (how: Parameters<typeof listProjects>[1]) => {
    const asked = await listProjects({ endpoint: iamEndpoint, auth, dispatcher, clock, random, log }, how);
    if (asked.ok) seen = asked.value;
    return asked;
  };
  return {
    auth,
    listProjects: () => list({ attempts: 1 }),
    seenProjects: () => seen,
    async findProject() {
      projectId ??= await findOwnProject();
      if (projectId !== null) return { ok: true, value: projectId };
      const asked = await list({ startSignal });
      const found = asked.ok ? findOfRegion(asked.value, region ?? '', log) : asked;
      if (found.ok) projectId = found.value;
      return found;
    },
  };
}

/** `findOwnProject`: the one that the credentials themselves are for, so that no permission to list projects is needed. */
interface OwnAuth {
  readonly auth: DrsAuth;
  readonly findOwnProject: () => Promise<string | null>;
}

function createAuth({ credentials, ...options }: SignInOptions, projectId: () => string | null): OwnAuth {
  if (credentials.kind === 'keys')
    return {
      auth: createKeyAuth({ ...options, keys: credentials, projectId }),
      findOwnProject: () => Promise.resolve(null),
    };
  const scope = options.projectId === null ? { name: options.region ?? '' } : { id: options.projectId };
  const auth = createIamToken({ ...options, ...credentials, scope });
  return { auth, findOwnProject: () => auth.findProjectId() };
}
