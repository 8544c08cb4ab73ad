import { WebClient } from '@slack/web-api';
import type { FetchFunction, WebClientOptions } from '@slack/web-api';

import { explainNetworkFailure } from '../../domain/job/network-failure.ts';
import { sdkLogger } from './sdk-logger.ts';
import type { Log } from '../../ports/log.ts';

/** What the SDK says of a request without an answer: neither the host nor why. */
const SAID_WITHOUT_HOST = 'http request failed';

/** Requests at once; more than there ever are. */
const MAX_AT_ONCE = 10_000;

/** How calls of Slack are made. */
export interface SlackCalls {
  /** Such as `https://slack.com/api/`. */
  readonly apiUrl: string;
  /** How long one call may take; the SDK itself would wait for ever. */
  readonly timeoutMs: number;
  readonly fetch: FetchFunction;
}

/** Makes the SDK try once and say how it ended: our outbox owns time. */
export function oneAttempt({ apiUrl, timeoutMs, fetch }: SlackCalls): WebClientOptions {
  return {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    fetch,
  };
}

/**
 * A Web API client that makes one attempt. Left alone the SDK would repeat a post whose answer was lost, and a 429 in one
 * channel would hold up all others.
 */
export function createSlackClient(
  options: SlackCalls & {
    readonly token: string;
    /** What it is at the moment of a call, where it may be replaced while the bot runs. */
    readonly presentToken?: () => string;
    readonly log: Log;
  },
): WebClient {
  const { token, presentToken = () => token, log } = options;
  return new WebClient(token, {
    ...oneAttempt({ ...options, fetch: withPresentToken(logFaults(options.fetch, log), presentToken) }),
    // A queue of its own would hold a post back after its right to be sent was checked.
    maxRequestConcurrency: MAX_AT_ONCE,
    logger: withoutVagueLines(log),
  });
}

/** The SDK keeps the token that it was made with, and sends it as a header. */
function withPresentToken(fetch: FetchFunction, token: () => string): FetchFunction {
  return async (url, init) => {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(init?.headers ?? {}))
      headers[name] = name.toLowerCase() === 'authorization' ? `Bearer ${token()}` : value;
    return await fetch(url, { ...init, headers });
  };
}

/** Says in the log which host gave no answer, and why. */
function logFaults(fetch: FetchFunction, log: Log): FetchFunction {
  return async (url, init) => {
    try {
      return await fetch(url, init);
    } catch (error) {
      const { host, pathname } = new URL(url);
      const { values } = explainNetworkFailure(error, host);
      const facts = { host, cause: values['reason'], proxy: values['proxy'], method: pathname.split('/').at(-1) };
      log.warn(facts, 'a request to Slack failed');
      throw error;
    }
  };
}

function withoutVagueLines(log: Log): ReturnType<typeof sdkLogger> {
  const logger = sdkLogger(log);
  const warn = (...parts: unknown[]) => (parts[0] === SAID_WITHOUT_HOST ? undefined : logger.warn(...parts));
  return { ...logger, warn };
}
