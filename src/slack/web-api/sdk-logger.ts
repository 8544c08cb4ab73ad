import { LogLevel } from '@slack/bolt';
import type { Logger } from '@slack/bolt';

import type { Log } from '../../ports/log.ts';

/** Lets Bolt and the SDK write to our log, which decides what is shown and scrubs secrets. */
export function sdkLogger(log: Log): Logger {
  return {
    debug: (...parts: unknown[]) => log.debug({}, text(parts)),
    info: (...parts: unknown[]) => log.debug({}, text(parts)),
    warn: (...parts: unknown[]) => log.warn({}, text(parts)),
    error: (...parts: unknown[]) => log.error({}, text(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

function text(parts: readonly unknown[]): string {
  return parts.map(String).join(' ');
}
