import { WebClient } from '@slack/web-api';
import type { FetchFunction } from '@slack/web-api';

import { explainNetworkFailure } from '../../domain/job/network-failure.ts';
import { boltLogger } from './sdk-logger.ts';
import type { Log } from '../../ports/log.ts';

/** What the SDK says of a request without an answer: neither the host nor why. */
const SAID_WITHOUT_HOST = 'http request failed';

/** Requests at once; more than there ever are. */
const MOST_AT_ONCE = 10_000;

/**
 * A Web API client that makes one attempt and says how it ended: our outbox owns time, the SDK does not. Left alone it
 * would repeat a post whose answer was lost, and a 429 in one channel would hold up all others.
 *
 * @param apiUrl such as `https://slack.com/api/`
 * @param timeoutMs how long one call may take; the SDK itself would wait for ever
 */
export function createSlackClient(options: {
  readonly token: string;
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly fetch: FetchFunction;
  readonly log: Log;
}): WebClient {
  return new WebClient(options.token, {
    slackApiUrl: options.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    // A queue of its own would hold a post back after its right to be sent was checked.
    maxRequestConcurrency: MOST_AT_ONCE,
    timeout: options.timeoutMs,
    fetch: loggingFaults(options.fetch, options.log),
    logger: withoutVagueLines(options.log),
  });
}

/** Says in the log which host gave no answer, and why. */
function loggingFaults(fetch: FetchFunction, log: Log): FetchFunction {
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

function withoutVagueLines(log: Log): ReturnType<typeof boltLogger> {
  const logger = boltLogger(log);
  const warn = (...parts: unknown[]) => (parts[0] === SAID_WITHOUT_HOST ? undefined : logger.warn(...parts));
  return { ...logger, warn };
}
