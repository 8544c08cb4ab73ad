import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import { answer } from './wire.ts';
import type { Answer } from './wire.ts';

/** Wrong passwords in a row before the account is locked. */
const LOCKED_AFTER = 5;

const loginBody = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.literal('password')).length(1),
      password: z.object({
        user: z.object({ name: z.string(), password: z.string(), domain: z.object({ name: z.string() }) }),
      }),
    }),
    scope: z.object({ project: z.object({ id: z.string().optional(), name: z.string().optional() }) }),
  }),
});

export interface IamOptions {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  readonly projectId: string;
  readonly region: string;
  readonly tokenLifeMs: number;
  /** Length of a token in characters; real ones have thousands. */
  readonly tokenLength: number;
  readonly clock: () => number;
}

/** Password login as IAM does it (IAM API Reference, "Obtaining a User Token Through Password Authentication"). */
export class SimulatedIam {
  readonly #options: IamOptions;
  readonly #tokens = new Map<string, number>();
  #wrongInARow = 0;
  #locked = false;
  #protected = false;
  #password: string;

  constructor(options: IamOptions) {
    this.#options = options;
    this.#password = options.password;
  }

  changePassword(password: string): void {
    this.#password = password;
  }

  lock(): void {
    this.#locked = true;
  }

  /** Every token issued so far stops working. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  /** `GET /v3/auth/projects` (IAM API Reference, "Querying the List of Projects Accessible to Users"). */
  projects(): Answer {
    const { projectId, region } = this.#options;
    const usual = { domain_id: 'd0', parent_id: 'd0', description: '', enabled: true, is_domain: false };
    return answer(200, {
      projects: [
        { ...usual, id: projectId, name: region },
        { ...usual, id: 'a1b2c3d4e5f60718293a4b5c6d7e8f90', name: `${region}_sub`, parent_id: projectId },
      ],
      links: {},
    });
  }

  /** `GET /v3/projects` needs a permission that whoever may only read DRS does not have. */
  refuseAllProjects(): Answer {
    return iamError(
      403,
      'You are not authorized to perform the requested action: iam:projects:listProjects',
      'Forbidden',
    );
  }

  /** The user's login asks for a second factor. */
  protectLogin(): void {
    this.#protected = true;
  }

  login(body: unknown): Answer {
    const parsed = loginBody.safeParse(body);
    if (!parsed.success) return iamError(400, 'The request body is invalid', 'Bad Request');
    const { identity, scope } = parsed.data.auth;
    const { user } = identity.password;
    const { domain, user: name, projectId, region } = this.#options;
    if (this.#locked) return answer(401, { error_msg: 'The account is locked.', error_code: 'IAM.0061' });
    if (user.domain.name !== domain || user.name !== name || user.password !== this.#password) return this.#wrong();
    if (this.#protected) return iamError(401, 'mfa totp code verify fail', 'Unauthorized');
    if (scope.project.id !== projectId && scope.project.name !== region) {
      return iamError(400, 'The project does not exist.', 'Bad Request');
    }
    this.#wrongInARow = 0;
    return this.#issue();
  }

  /** Null when the token is good, else the gateway's refusal. */
  refuse(token: string | undefined): Answer | null {
    if (token === undefined) return gatewayError('Incorrect IAM authentication information: x-auth-token not found');
    const expiresAt = this.#tokens.get(token);
    if (expiresAt === undefined) return gatewayError('Incorrect IAM authentication information: decrypt token fail');
    if (expiresAt > this.#options.clock()) return null;
    return gatewayError(
      `Incorrect IAM authentication information: token expires, expires_at: ${microseconds(expiresAt)}`,
    );
  }

  #wrong(): Answer {
    this.#wrongInARow += 1;
    if (this.#wrongInARow >= LOCKED_AFTER) this.#locked = true;
    return iamError(401, 'The username or password is wrong.', 'Unauthorized');
  }

  #issue(): Answer {
    const { clock, tokenLifeMs, tokenLength, projectId, region, domain, user } = this.#options;
    const token = randomBytes(tokenLength).toString('base64url').slice(0, tokenLength);
    const issuedAt = clock();
    this.#tokens.set(token, issuedAt + tokenLifeMs);
    const body = {
      token: {
        expires_at: microseconds(issuedAt + tokenLifeMs),
        issued_at: microseconds(issuedAt),
        methods: ['password'],
        project: { id: projectId, name: region, domain: { id: 'd0', name: domain } },
        user: { id: 'u0', name: user, domain: { id: 'd0', name: domain } },
        roles: [],
        catalog: [],
      },
    };
    return { ...answer(201, body), headers: { 'X-Subject-Token': token } };
  }
}

function iamError(code: number, message: string, title: string): Answer {
  return answer(code, { error: { code, message, title } });
}

/** The API gateway's refusal of credentials. */
export function gatewayError(message: string): Answer {
  return answer(401, { error_msg: message, error_code: 'APIGW.0301', request_id: 'simulated' });
}

/** IAM writes six digits after the second. */
function microseconds(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
