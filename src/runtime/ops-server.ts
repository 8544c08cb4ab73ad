import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { holdFailure } from '../domain/base/hold-failure.ts';
import { explainClosedPort } from '../domain/base/closed-port.ts';
import { StartError } from '../ports/operator-error.ts';
import type { Log } from '../ports/log.ts';

/** What is wrong, one sentence each; empty when all is well. */
export type Verdict = readonly string[];

/** A page as it is sent. */
export interface Page {
  readonly contentType: string;
  readonly text: string;
}

/** What the server shows. */
export interface OpsPages {
  /** Whether the process does its work at all: if not, it should be started anew. */
  livez(): Verdict;
  /** What is said beside that all is well, such as a pause by schedule; null for nothing. */
  note(): string | null;
  /** Whether everything around it is there as well. */
  readyz(): Promise<Verdict>;
  /** In the format of Prometheus; null while there is nothing to count yet. */
  metrics(): Promise<Page | null>;
}

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

/** What is shown while there is nothing to look at. */
export const NO_PAGES: OpsPages = {
  livez: () => [],
  note: () => null,
  readyz: () => Promise.resolve([]),
  metrics: () => Promise.resolve(null),
};

/**
 * Serves `/livez`, `/readyz` and `/metrics`: 200 when all is well, 503 with a sentence for each thing that is not.
 *
 * @param place null: nowhere; port 0: a free one
 * @throws StartError when the port cannot be opened
 */
export async function openOpsPort(
  place: { readonly host: string; readonly port: number } | null,
  log: Log,
): Promise<OpsPort> {
  let pages = NO_PAGES;
  const startsWith = (sentence: string) => {
    pages = { ...NO_PAGES, readyz: () => Promise.resolve([sentence]) };
  };
  const show = (shown: OpsPages) => {
    pages = shown;
  };
  if (place === null) return { port: null, startsWith, show, close: () => Promise.resolve() };
  startsWith('The bot is starting: it opens its database.');
  const server = createServer((request, response) => {
    answer(request, response, pages).catch((error: unknown) => {
      log.error({ err: error, path: request.url }, 'a page for the operator could not be shown');
      send(response, 500, plain('✖ This page could not be made; the log says why.'));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotOpen(place.host, place.port, error)));
    server.listen(place.port, place.host, resolve);
  });
  const address = server.address();
  const close = async () => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await ended;
  };
  let closed: Promise<void> | null = null;
  return {
    port: typeof address === 'object' && address !== null ? address.port : place.port,
    startsWith,
    show,
    close: () => (closed ??= holdFailure(close())),
  };
}

function cannotOpen(host: string, port: number, error: Error): StartError {
  const why = 'code' in error ? String(error.code) : error.message;
  return new StartError(`Port ${port} on ${host} ${explainClosedPort(why, { port: 'OPS_PORT', host: 'OPS_HOST' })}.`, {
    cause: error,
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, pages: OpsPages): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, plain('Only GET.'));
  switch (new URL(request.url ?? '/', 'http://localhost').pathname) {
    case '/livez':
      return sendVerdict(response, pages.livez(), pages.note());
    case '/readyz':
      return sendVerdict(response, await pages.readyz());
    case '/metrics':
      return sendMetrics(response, await pages.metrics());
    default:
      return send(response, 404, plain('There are /livez, /readyz and /metrics.'));
  }
}

function sendVerdict(response: ServerResponse, verdict: Verdict, note: string | null = null): void {
  if (verdict.length === 0) return send(response, 200, plain(note === null ? 'ok' : `ok\n${note}`));
  send(response, 503, plain(verdict.map((sentence) => `✖ ${sentence}`).join('\n')));
}

function sendMetrics(response: ServerResponse, page: Page | null): void {
  if (page === null) return send(response, 503, plain('✖ The bot is starting: nothing is counted yet.'));
  send(response, 200, page);
}

function plain(text: string): Page {
  return { contentType: 'text/plain; charset=utf-8', text: `${text}\n` };
}

function send(response: ServerResponse, status: number, { contentType, text }: Page): void {
  if (response.headersSent) return void response.end();
  response.writeHead(status, { 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(text);
}
