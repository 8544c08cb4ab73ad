import { holdFailure } from '../domain/base/hold-failure.ts';
import { explanation } from '../domain/job/explanation.ts';
import type { DrsFailure } from '../domain/job/progress-answer.ts';
import { isWithin, MINUTE } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { plainTextsIn } from '../words/plain-texts.ts';
import type { DrsAuth, RotatingSecret } from './auth.ts';
import { sdkDate, signRequest } from './sign-request.ts';

/**
 * A key is locked for 5 minutes after more than 5 failed signatures (API request signing guide, FAQ), so after a refusal
 * one request in this time is a probe and no other is sent.
 */
const PROBE_EVERY_MS = 10 * MINUTE;

/** An access key pair; a temporary one has a security token. */
export interface AccessKeys {
  readonly accessKey: RotatingSecret;
  readonly secretKey: RotatingSecret;
  readonly securityToken: RotatingSecret | null;
}

/** How temporary access keys begin; the gateway says of one without its security token that it does not exist. */
const TEMPORARY = /^HST/;

/** A temporary key that is not known lacks its token, or is over. */
function inLightOf({ accessKey, securityToken }: AccessKeys, failure: DrsFailure): DrsFailure {
  const { key, values } = failure.why;
  if (key !== 'keys_unknown') return failure;
  if (securityToken !== null) return { ...failure, why: explanation('keys_expired', values) };
  if (!TEMPORARY.test(accessKey.reveal())) return failure;
  return { ...failure, why: explanation('security_token_missing', values) };
}

/**
 * Signs every attempt of a request anew with an access key. Until one has got in, requests go one by one, so that a wrong
 * key is tried once and not as often as there are questions. After a 401 the keys are read again; if they are the same,
 * nothing is sent but one probe every ten minutes, and the first that gets in opens the way again.
 */
export function createKeyAuth(options: {
  readonly keys: AccessKeys;
  /** Sent and signed as `X-Project-Id`, as the vendor's SDK does; null while it is looked up. */
  readonly projectId: () => string | null;
  readonly clock: Clock;
  readonly log: Log;
}): DrsAuth {
  const { keys, projectId, clock, log } = options;
  let refusal: { readonly failure: DrsFailure; readonly askedAt: EpochMs } | null = null;
  let proven = false;
  let lastInLine: Promise<unknown> = Promise.resolve();

  const haveChanged = () =>
    [keys.accessKey, keys.secretKey, keys.securityToken].filter((secret) => secret?.reread() === true).length > 0;

  return {
    inTurn(attempt) {
      if (proven) return attempt();
      const mine = holdFailure(lastInLine.then(attempt));
      lastInLine = mine.catch(() => undefined);
      return mine;
    },
    authorize(request) {
      if (refusal !== null && haveChanged()) refusal = null;
      if (refusal !== null) {
        const { failure, askedAt } = refusal;
        // Where the clock was wrong and has been set back, the refusal says nothing any more.
        if (isWithin(clock.now(), askedAt, PROBE_EVERY_MS)) return Promise.resolve({ ok: false, failure });
        refusal = { failure, askedAt: clock.now() };
      }
      const project = projectId();
      const added = {
        'X-Sdk-Date': sdkDate(clock.now()),
        ...(project === null ? {} : { 'X-Project-Id': project }),
        ...(keys.securityToken === null ? {} : { 'X-Security-Token': keys.securityToken.reveal() }),
      };
      const headers = { Host: new URL(request.url).host, ...request.headers, ...added };
      const signature = signRequest({ ...request, headers }, keys.accessKey.reveal(), keys.secretKey.reveal());
      return Promise.resolve({ ok: true, headers: { ...added, Authorization: signature } });
    },
    rejected(_headers, said) {
      proven = false;
      const failure = inLightOf(keys, said);
      if (haveChanged()) {
        refusal = null;
        return { again: true, failure };
      }
      const { reason, code, requestId } = failure;
      if (refusal === null) log.error({ reason, code, requestId }, plainTextsIn('en').explain(failure.why));
      refusal = { failure, askedAt: clock.now() };
      return { again: false, failure };
    },
    accepted() {
      if (refusal !== null) log.info({}, 'the access key is accepted again');
      refusal = null;
      proven = true;
    },
  };
}
