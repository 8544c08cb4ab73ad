import { holdFailure } from '../domain/base/hold-failure.ts';
import type { Log } from '../ports/log.ts';

/** How long one request may take, in ms. */
const TIMEOUT_MS = 5_000;

/** Tells a service outside that the bot lives; the service calls somebody when it hears nothing for a while. */
export interface Heartbeat {
  /** Sends one in its own time; none while the last is still under way. Never throws. */
  beat(): void;
  /** Ends the one under way and sends no more. */
  stop(): void;
}

/** @param get requests the address and resolves with the HTTP status; its errors must not name the address */
export function createHeartbeat(get: (signal: AbortSignal) => Promise<number>, log: Log): Heartbeat {
  let isStopped = false;
  /** Ends the request under way. */
  let end: () => void = () => undefined;
  let underWay: Promise<void> | null = null;
  let failing = false;

  async function send(): Promise<void> {
    const trouble = await attempt(getInTime);
    if (isStopped) return;
    if (trouble !== null && !failing) {
      log.warn({ reason: trouble }, 'the heartbeat does not get through; the bot goes on: check HEARTBEAT_URL');
    }
    if (trouble === null && failing) log.info({}, 'the heartbeat gets through again');
    failing = trouble !== null;
  }

  /** With a signal of its own: what hangs on one that lives as long as the process is never let go (decision 14). */
  async function getInTime(): Promise<number> {
    const ending = new AbortController();
    const late = new DOMException(`no answer within ${TIMEOUT_MS / 1_000} s`, 'TimeoutError');
    const timer = setTimeout(() => ending.abort(late), TIMEOUT_MS);
    end = () => ending.abort();
    try {
      return await get(ending.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    beat() {
      if (isStopped) return;
      underWay ??= holdFailure(
        send().finally(() => {
          underWay = null;
        }),
      );
    },
    stop() {
      isStopped = true;
      end();
    },
  };
}

/** Why the request came to nothing; null when it did not. */
async function attempt(get: () => Promise<number>): Promise<string | null> {
  try {
    const status = await get();
    return status >= 200 && status < 300 ? null : `HTTP ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** For a bot that was given no address. */
export const NO_HEARTBEAT: Heartbeat = { beat: () => undefined, stop: () => undefined };
