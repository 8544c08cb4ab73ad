import { pino } from 'pino';
import type { DestinationStream } from 'pino';

import type { Log } from '../ports/log.ts';
import { openStandardOutput } from './log-output.ts';
import { scrubLine } from './scrub.ts';

/** From which severity on lines are written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What pino calls a warning. */
const WARNING = 40;

/** Says in the log how many of its lines are missing here. */
function describeLoss(lines: number): string {
  const msg = 'lines of the log could not be written and are lost; the log goes on';
  return `${JSON.stringify({ level: WARNING, time: new Date().toISOString(), lines, msg })}\n`;
}

/**
 * JSON lines of limited length, secrets scrubbed from keys and values alike. Nobody ever waits for them: what standard output
 * does not take is dropped, counted, and told when it takes lines again.
 *
 * @param secrets the secrets there are at this moment: they may be read anew while the bot runs
 */
export function createLogger(
  level: LogLevel,
  secrets: () => readonly string[],
  destination: DestinationStream = openStandardOutput(describeLoss),
): Log {
  const hooks = { streamWrite: (line: string) => scrubLine(line, secrets()) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks }, destination);
}
