import { z } from 'zod';

import { backoffDelay } from '../domain/base/backoff.ts';
import { holdFailure } from '../domain/base/hold-failure.ts';
import { explanation } from '../domain/job/explanation.ts';
import type { Explanation } from '../domain/job/explanation.ts';
import { failureOf } from '../domain/job/progress-answer.ts';
import type { DrsFailure, DrsFailureReason } from '../domain/job/progress-answer.ts';
import { formatDuration } from '../domain/base/duration.ts';
import { HOUR, isWithin, MINUTE, SECOND } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { plainTextsIn } from '../words/plain-texts.ts';
import type { Authorization, CloudAccess, DrsAuth, RotatingSecret } from './auth.ts';
import { describeFailure, labelOf, parseErrorBody, parseJson, requestId } from './drs-errors.ts';
import { HttpFault, sendHttp } from './http.ts';
import type { HttpResponse } from './http.ts';
import { noIamAt } from './project-id.ts';

/** A token is renewed this long before it expires, or in the last tenth of a shorter life. */
const RENEW_BEFORE_MS = HOUR;
/** Life of a token whose answer does not say (IAM API Reference, "Obtaining a User Token": 24 hours). */
const DEFAULT_LIFE_MS = 24 * HOUR;
/** After a refusal of the password, no login for this long; it doubles with each further refusal, */
const FIRST_REFUSAL_PAUSE_MS = 10 * MINUTE;
/** up to this: a locked account must not be knocked at. */
const MAX_REFUSAL_PAUSE_MS = 2 * HOUR;
const LOGIN_TIMEOUT_MS = 15 * SECOND;
const LOGIN_ATTEMPTS = 3;
const RETRY_PAUSE = { baseMs: 500, capMs: 5 * SECOND };

const TOKEN_HEADER = 'X-Auth-Token';

const tokenBody = z.object({
  token: z.object({ expires_at: z.string().optional(), project: z.object({ id: z.string() }).optional() }),
});

interface Token {
  readonly value: string;
  /** The project it is for, where the answer says so. */
  readonly projectId: string | null;
  readonly renewAt: EpochMs;
}

/** A login that was refused, and how long none follows it. */
interface LoginBackoff {
  readonly failure: DrsFailure;
  readonly at: EpochMs;
  readonly pauseMs: number;
  readonly count: number;
}

/** An IAM user who signs in with a password. */
export interface PasswordLogin {
  readonly domain: string;
  readonly user: string;
  readonly password: RotatingSecret;
}

/** What a password login needs. */
export interface IamTokenOptions extends CloudAccess, PasswordLogin {
  /** No trailing slash. */
  readonly iamEndpoint: string;
  /** The project a token is for: by its id, or by its name, which is the region. */
  readonly scope: { readonly id: string } | { readonly name: string };
  /** Aborts when nobody waits for a token any more. */
  readonly startSignal?: AbortSignal | undefined;
}

/** Signs in with a password, and knows from the token which project it is for. */
export interface IamToken extends DrsAuth {
  /** Signs in and says which project the token is for; null when that fails or IAM does not say. */
  findProjectId(): Promise<string | null>;
}

/**
 * Signs in with an IAM user's password (IAM API Reference, "Obtaining a User Token Through Password Authentication").
 * One login at a time, however many requests wait for it; reused until shortly before it expires; thrown away when the
 * other side rejects it. A wrong password or a locked account stops the asking, for growing pauses.
 */
export function createIamToken(options: IamTokenOptions): IamToken {
  const { clock, log } = options;
  let token: Token | null = null;
  let login: Promise<Token | DrsFailure> | null = null;
  let refusal: LoginBackoff | null = null;

  async function startLogin(): Promise<Token | DrsFailure> {
    const result = await logInWithRetries(options);
    if ('value' in result) {
      token = result;
      refusal = null;
      log.info({ renewAt: new Date(result.renewAt).toISOString() }, 'signed in to IAM');
    } else if (isRefusal(result)) {
      const count = (refusal?.count ?? 0) + 1;
      const pauseMs = Math.min(FIRST_REFUSAL_PAUSE_MS * 2 ** (count - 1), MAX_REFUSAL_PAUSE_MS);
      refusal = { failure: result, at: clock.now(), pauseMs, count };
      log.error(
        { reason: result.reason, code: result.code, requestId: result.requestId, pauseMs },
        `${plainTextsIn('en').explain(result.why)} No further login for ${formatDuration(pauseMs)}.`,
      );
    }
    return result;
  }

  async function authorize(): Promise<Authorization> {
    if (token !== null && clock.now() < token.renewAt) return accepted(token);
    if (refusal !== null && options.password.reread()) refusal = null;
    if (refusal !== null && isWithin(clock.now(), refusal.at, refusal.pauseMs))
      return { ok: false, failure: refusal.failure };
    login ??= holdFailure(
      startLogin().finally(() => {
        login = null;
      }),
    );
    const result = await login;
    return 'value' in result ? accepted(result) : { ok: false, failure: result };
  }

  return {
    // However many wait, they share one login.
    inTurn: (attempt) => attempt(),
    authorize,
    rejected(headers, failure) {
      if (token !== null && headers[TOKEN_HEADER] === token.value) token = null;
      options.password.reread();
      return { again: true, failure };
    },
    accepted: () => undefined,
    async findProjectId() {
      await authorize();
      return token?.projectId ?? null;
    },
  };
}

function accepted(token: Token): Authorization {
  return { ok: true, headers: { [TOKEN_HEADER]: token.value } };
}

function isRefusal({ reason }: DrsFailure): boolean {
  return reason === 'credentials_rejected' || reason === 'account_locked' || reason === 'access_denied';
}

async function logInWithRetries(options: IamTokenOptions): Promise<Token | DrsFailure> {
  for (let attempt = 1; ; attempt++) {
    const result = await logIn(options);
    const final =
      'value' in result || isRefusal(result) || result.reason === 'bad_request' || result.reason === 'not_found';
    if (final || attempt === LOGIN_ATTEMPTS || options.startSignal?.aborted === true) return result;
    const { host } = new URL(options.iamEndpoint);
    const cause = result.why.values['reason'] ?? result.why.values['label'];
    options.log.warn({ reason: result.reason, host, cause, attempt }, 'a login to IAM failed and is tried again');
    await options.clock.sleep(backoffDelay(attempt, RETRY_PAUSE, options.random), options.startSignal);
  }
}

async function logIn(options: IamTokenOptions): Promise<Token | DrsFailure> {
  const headers = { 'Content-Type': 'application/json;charset=utf8' };
  const url = `${options.iamEndpoint}/v3/auth/tokens`;
  try {
    const login = { method: 'POST' as const, url, headers, body: loginBody(options) };
    const response = await sendHttp(options.dispatcher, login, AbortSignal.timeout(LOGIN_TIMEOUT_MS));
    return response.status >= 200 && response.status < 300
      ? readToken(response, options.clock.now())
      : describeLoginFailure(response, options);
  } catch (error) {
    if (error instanceof HttpFault) return error.failure;
    throw error;
  }
}

function loginBody({ domain, user, password, scope }: IamTokenOptions): string {
  return JSON.stringify({
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { domain: { name: domain }, name: user, password: password.reveal() } },
      },
      scope: { project: scope },
    },
  });
}

function readToken(response: HttpResponse, now: EpochMs): Token | DrsFailure {
  const value = response.headers['x-subject-token'];
  if (typeof value !== 'string' || value === '') {
    return failureOf('unreadable_answer', explanation('login_without_token'));
  }
  const body = tokenBody.safeParse(parseJson(response.body));
  const stated = body.success ? Date.parse(body.data.token.expires_at ?? '') : Number.NaN;
  const lifeMs = Number.isNaN(stated) || stated <= now ? DEFAULT_LIFE_MS : stated - now;
  const projectId = body.success ? (body.data.token.project?.id ?? null) : null;
  return { value, projectId, renewAt: now + lifeMs - Math.min(RENEW_BEFORE_MS, lifeMs / 10) };
}

/** IAM's own words for a refused login; its codes are numbers in an `error` object, so the text decides. */
function describeLoginFailure(response: HttpResponse, { scope, iamEndpoint, clock }: IamTokenOptions): DrsFailure {
  const { code, message } = parseErrorBody(response.body);
  const said = message ?? '';
  const label = labelOf(response);
  const facts = { code, httpStatus: response.status, requestId: requestId(response.headers) };
  const because = (reason: DrsFailureReason, why: Explanation) => ({ reason, why, ...facts });
  // Before the lock: "mfa totp code verify fail" is about a user whose login is protected.
  if (response.status === 401 && /\b(?:mfa|totp)\b|verification code/i.test(said))
    return because('credentials_rejected', explanation('login_protected', { label }));
  if (code === 'IAM.0061' || /lock/i.test(said))
    return because('account_locked', explanation('user_locked', { label }));
  if (response.status === 401) return because('credentials_rejected', explanation('password_refused', { label }));
  if ((response.status === 400 || response.status === 404) && /project/i.test(said)) {
    const project = 'id' in scope ? scope.id : scope.name;
    return because('not_found', explanation('login_project_missing', { project, label }));
  }
  if (response.status === 404) return because('not_found', noIamAt(iamEndpoint, label));
  return describeFailure(response, clock.now(), 'IAM');
}
