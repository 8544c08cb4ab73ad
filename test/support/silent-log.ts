import type { Log } from '../../src/ports/log.ts';

const ignore = () => undefined;

/** A log that nobody reads. */
export const SILENT: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A log that remembers what it was told, without the fields. */
export function keptLog(): Log & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const keep = (_fields: object, message: string) => void lines.push(message);
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}
