import { pino } from 'pino';
import type { DestinationStream } from 'pino';

import type { Log } from '../ports.ts';
import { scrubLine } from './scrub.ts';

/** From which severity on lines are written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * JSON lines on standard output of limited length, secrets scrubbed from keys and values alike.
 *
 * @param secrets the secrets there are at this moment: they may be read anew while the bot runs
 */
export function createLogger(level: LogLevel, secrets: () => readonly string[], destination?: DestinationStream): Log {
  const hooks = { streamWrite: (line: string) => scrubLine(line, secrets()) };
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks };
  return destination === undefined ? pino(options) : pino(options, destination);
}
