import type { Config } from '../config/config.ts';
import { holdFailure } from '../domain/base/hold-failure.ts';
import type { Log } from '../ports/log.ts';
import { openOpsServer } from '../runtime/ops-server.ts';
import type { OpsPages } from '../runtime/ops-server.ts';

/** The operator's port. It opens before anything else, so that a start that waits is seen to live, and not to be ready. */
export interface OpsPort {
  /** Null when none is configured. */
  readonly port: number | null;
  /** What the start is at, in one sentence: `/readyz` says it until the pages are shown. */
  startsWith(sentence: string): void;
  /** From now on these are the pages. */
  show(pages: OpsPages): void;
  /** Can be called again. */
  close(): Promise<void>;
}

/** @throws StartError when the port cannot be opened */
export async function openOpsPort(ops: Config['ops'], log: Log): Promise<OpsPort> {
  if (ops === null)
    return { port: null, startsWith: () => undefined, show: () => undefined, close: () => Promise.resolve() };
  let says = 'The bot is starting: it opens its database.';
  let pages: OpsPages = {
    livez: () => [],
    note: () => null,
    readyz: () => Promise.resolve([says]),
    metrics: () => Promise.resolve(null),
  };
  const current: OpsPages = {
    livez: () => pages.livez(),
    note: () => pages.note(),
    readyz: () => pages.readyz(),
    metrics: () => pages.metrics(),
  };
  const server = await openOpsServer(ops, current, log);
  let closed: Promise<void> | null = null;
  return {
    port: server.port,
    startsWith(sentence) {
      says = sentence;
    },
    show(shown) {
      pages = shown;
    },
    close: () => (closed ??= holdFailure(server.close())),
  };
}
