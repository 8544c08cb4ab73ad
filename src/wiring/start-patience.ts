import { HOUR, MINUTE, SECOND } from '../domain/base/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { StartError } from '../ports/operator-error.ts';

/** In ms. */
export interface StartTimes {
  /** The first pause between two tries of a start; it doubles up to `maxStartRetryMs` where the bot is refused. */
  readonly startRetryMs: number;
  readonly maxStartRetryMs: number;
  /** How long a start meets faults that may pass by themselves, */
  readonly maxFaultMs: number;
  /** and how long a refusal: whoever restarts a bot that ends would knock each time. */
  readonly maxRefusalMs: number;
}

/** What they are unless somebody says otherwise. */
export const START_TIMES: StartTimes = {
  startRetryMs: 5 * SECOND,
  maxStartRetryMs: MINUTE,
  maxFaultMs: 5 * MINUTE,
  maxRefusalMs: HOUR,
};

/** What patience at the start takes. */
export interface StartPatienceDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly durations: StartTimes;
  /** Aborts when nobody wants the bot to start any more. */
  readonly startSignal: AbortSignal;
  readonly opsPort: { startsWith(sentence: string): void };
}

/** What is said of a start that was called off. */
export const CALLED_OFF = 'Stopped before it had started.';

/**
 * Tries a step of the start until it succeeds, for as long as its failure may be mended by waiting. Each reason is logged
 * once, and is what `/readyz` says meanwhile.
 *
 * @throws StartError the last one, when waiting does not help, or has not helped
 */
export async function startPatiently<T>(deps: StartPatienceDeps, attempt: () => Promise<T>): Promise<T> {
  const { clock, log, durations, startSignal, opsPort } = deps;
  const beganAt = clock.monotonic();
  let said = '';
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StartError) || error.remedy === 'stays') throw error;
      const isRefusal = error.remedy === 'refused';
      const patience = isRefusal ? 'up to an hour' : 'up to 5 min';
      if (clock.monotonic() - beganAt >= (isRefusal ? durations.maxRefusalMs : durations.maxFaultMs)) throw error;
      if (said !== error.message)
        log[isRefusal ? 'error' : 'warn']({}, `Not started yet: ${error.message} The bot waits for ${patience}.`);
      said = error.message;
      opsPort.startsWith(`The bot is starting and waits for ${patience}: ${error.message}`);
      const growth = isRefusal ? 2 ** Math.min(tries, 10) : 1;
      const pauseMs = Math.min(durations.startRetryMs * growth, durations.maxStartRetryMs);
      await clock.sleep(Math.max(pauseMs, error.retryAfterMs), startSignal);
      if (startSignal.aborted) throw new StartError(CALLED_OFF, { cause: error });
    }
  }
}
