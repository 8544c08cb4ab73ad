import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

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

/** A server for those who run the bot. */
export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/livez`, `/readyz` and `/metrics`: 200 when all is well, 503 with a sentence for each thing that is not.
 *
 * @param port 0 for a free one
 * @throws StartError when the port cannot be opened
 */
export async function openOpsServer(
  { host, port }: { readonly host: string; readonly port: number },
  pages: OpsPages,
  log: Log,
): Promise<OpsServer> {
  const server = createServer((request, response) => {
    answer(request, response, pages).catch((error: unknown) => {
      log.error({ err: error, path: request.url }, 'a page for the operator could not be shown');
      send(response, 500, plain('✖ This page could not be made; the log says why.'));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotOpen(host, port, error)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
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
