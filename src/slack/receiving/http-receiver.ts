import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import type { App, Receiver } from '@slack/bolt';

import { MAX_NESTING, Nesting } from '../../domain/base/nesting.ts';
import { MINUTE, SECOND } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { parseJson } from './socket-frame.ts';
import type { Body } from './socket-frame.ts';

/** The longest request that is read, in bytes: Slack's own are of some kilobytes. */
const MAX_BYTES = 1024 * 1024;
/** A signature is good for this long before and after it was made (docs.slack.dev, "Verifying requests from Slack"), in ms. */
const MAX_AGE_MS = 5 * MINUTE;
/** A request must have come whole within this, in ms, and its headers within half of it. */
const WHOLE_MS = 10 * SECOND;
/** Connections at once; Slack opens a handful. */
const MAX_CONNECTIONS = 500;

/** What an HTTP receiver is made of. */
export interface HttpReceiverOptions {
  readonly signingSecret: string;
  /** The path of requests; anything else is not found. */
  readonly endpoint: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a request may take to come, in ms. */
  readonly wholeMs?: number;
}

/** Why a request is not taken, as an HTTP status. */
class RequestRefusal extends Error {
  override readonly name = 'RequestRefusal';
  readonly status: number;

  constructor(status: number, why: string) {
    super(why);
    this.status = status;
  }
}

/**
 * Takes what Slack sends over HTTP. Only what is signed with the secret, lately, is looked at; nothing that comes ends the
 * process or holds a connection for longer than a few seconds.
 */
export class HttpReceiver implements Receiver {
  readonly #options: HttpReceiverOptions;
  readonly #server: Server;
  #app: App | null = null;

  constructor(options: HttpReceiverOptions) {
    this.#options = options;
    const wholeMs = options.wholeMs ?? WHOLE_MS;
    const times = {
      requestTimeout: wholeMs,
      headersTimeout: wholeMs / 2,
      connectionsCheckingInterval: Math.min(SECOND, wholeMs / 4),
    };
    this.#server = createServer(times, (request, response) => {
      void this.#handle(request, response);
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Rejects when the port cannot be opened. */
  async start(at: { readonly host: string; readonly port: number }): Promise<Server> {
    return await new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(at, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#options.log.error({ err: error }, 'the port for Slack has a fault'));
        resolve(this.#server);
      });
    });
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { log } = this.#options;
    try {
      const body = await this.#read(request);
      if (body['ssl_check'] === '1') return sendOnce(response, 200);
      if (body['type'] === 'url_verification') return sendOnce(response, 200, { challenge: body['challenge'] });
      await this.#process(request, response, body);
    } catch (error) {
      if (error instanceof RequestRefusal)
        log.warn({ status: error.status, why: error.message }, 'a request was refused');
      else if (request.destroyed) log.debug({ err: error }, 'a request did not come whole');
      else log.error({ err: error }, 'what Slack sent over HTTP could not be handled');
      sendOnce(response, error instanceof RequestRefusal ? error.status : 500);
    }
  }

  async #process(request: IncomingMessage, response: ServerResponse, body: Body): Promise<void> {
    const retries = Number(request.headers['x-slack-retry-num']);
    const reason = request.headers['x-slack-retry-reason'];
    await this.#app?.processEvent({
      body,
      ack: (answer?: unknown) => Promise.resolve(sendOnce(response, 200, answer)),
      ...(Number.isInteger(retries) ? { retryNum: retries } : {}),
      ...(typeof reason === 'string' ? { retryReason: reason } : {}),
    });
    // Nobody answers this kind; whoever acknowledges has done so by now.
    sendOnce(response, 404);
  }

  /** @throws RequestRefusal for anything but a signed request of Slack's */
  async #read(request: IncomingMessage): Promise<Body> {
    const { endpoint, signingSecret, clock } = this.#options;
    const path = (request.url ?? '').split('?')[0];
    if (path !== endpoint || request.method !== 'POST') throw new RequestRefusal(404, 'nothing is there');
    const raw = await readWhole(request);
    if (!isSigned(request, raw, signingSecret, clock.now()))
      throw new RequestRefusal(401, 'not signed by Slack, or not lately');
    const body = parseBody(request.headers['content-type'] ?? '', raw.toString('utf8'));
    if (body === null) throw new RequestRefusal(400, 'not a body that Slack sends');
    return body;
  }
}

async function readWhole(request: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new RequestRefusal(413, 'longer than 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Whether a request carries a signature of this secret that was made within five minutes, before or after `now`. */
function isSigned({ headers }: IncomingMessage, raw: Buffer, secret: string, now: number): boolean {
  const [timestamp, signature] = [headers['x-slack-request-timestamp'], headers['x-slack-signature']];
  if (typeof timestamp !== 'string' || typeof signature !== 'string') return false;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * SECOND) > MAX_AGE_MS) return false;
  const expected = Buffer.from(
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(raw).digest('hex')}`,
  );
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Events come as JSON, clicks as JSON in a form, commands as a form; null for anything that is no object. */
function parseBody(contentType: string, text: string): Body | null {
  if (contentType.startsWith('application/json')) return parseObject(text);
  const form = new URLSearchParams(text);
  const payload = form.get('payload');
  return payload === null ? Object.fromEntries(form) : parseObject(payload);
}

function parseObject(text: string): Body | null {
  if (new Nesting().follow(Buffer.from(text)) > MAX_NESTING) return null;
  const parsed = parseJson(text);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
}

/** Answers once; a text as it is, anything else as JSON. */
function sendOnce(response: ServerResponse, status: number, answer?: unknown): void {
  if (response.headersSent || response.writableEnded) return;
  if (status >= 400) response.setHeader('Connection', 'close');
  if (answer === undefined || answer === '') return void response.writeHead(status).end();
  if (typeof answer === 'string') return void response.writeHead(status, { 'Content-Type': 'text/plain' }).end(answer);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
}
