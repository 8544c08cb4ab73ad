import { pino } from 'pino';
import type { DestinationStream } from 'pino';

import type { Log } from '../ports.ts';

/** What secrets look like wherever they turn up: Slack tokens, bearer and signing headers, IAM tokens, passwords in JSON. */
const SECRETS: readonly RegExp[] = [
  /\bxox[a-z](?:\.xox[a-z])?-[\w-]+/gi,
  /\bxapp-[\w-]+/gi,
  /(?<=\bBearer\s)[\w.~+/=-]+/gi,
  // SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…, and the gateway's `ak:…` about one.
  /(?<=\b(?:Access|Signature)=)[^,\s"\\]+/g,
  /(?<=\bak:)[^,\s"\\]+/gi,
  /(?<="?(?:authorization|x-auth-token|x-subject-token|x-security-token|password|x-slack-signature)"?\s*[:=]\s*"?)[^\s",}]+/gi,
];

/** Replaces everything that looks like a secret. */
function scrub(line: string): string {
  return SECRETS.reduce((text, secret) => text.replace(secret, '•••'), line);
}

/** From which severity on lines are written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on standard output, secrets scrubbed from keys and values alike. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks: { streamWrite: scrub } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
