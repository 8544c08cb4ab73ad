import type { Log } from '../../src/ports.ts';

const ignore = () => undefined;

/** A log that nobody reads. */
export const SILENT: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
