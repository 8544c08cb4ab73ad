import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { answerControl } from './control.ts';
import { Faults } from './faults.ts';
import type { Fault } from './faults.ts';
import { People } from './people.ts';
import { RateLimit } from './rate-limit.ts';
import type { PostingLimit } from './rate-limit.ts';
import { ResponseUrls } from './response-urls.ts';
import { deliverByHttp } from './signed-http.ts';
import { SocketMode } from './socket-mode.ts';
import { callMethod, failed, METHODS } from './web-api.ts';
import type { Args, Result } from './web-api.ts';
import { WorkspaceState } from './workspace.ts';
import type { Channel, EphemeralMessage, Message } from './workspace.ts';

/** An app must acknowledge within this (docs.slack.dev, "Events API"). */
const ACK_MS = 3_000;

/** What the manifest asks for. */
export const USUAL_SCOPES: readonly string[] = [
  'commands',
  'chat:write',
  'channels:read',
  'groups:read',
  'im:read',
  'channels:join',
];

export interface WorkspaceOptions {
  readonly scopes?: readonly string[];
  readonly commands?: readonly string[];
  /** Methods this workspace does not know. */
  readonly disabledMethods?: readonly string[];
  /** How fast may be posted to one channel; no limit when left out. */
  readonly postingLimit?: PostingLimit;
  /** The port to listen on; a free one unless given. */
  readonly port?: number;
}

/** A call of the Web API. */
export interface SeenCall {
  readonly method: string;
  readonly args: Args;
  readonly result: Result | null;
}

/** A stand-in for Slack on loopback that refuses what Slack refuses. */
export interface SlackWorkspace extends AsyncDisposable {
  /** Ends in `/api/`. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly state: WorkspaceState;
  readonly people: People;
  readonly faults: Faults;
  readonly calls: readonly SeenCall[];
  /** Sends commands and clicks to this address, signed, instead of over a socket. */
  deliverTo(url: string): void;
  addUser(name: string): void;
  /** The bot is a member only if asked. */
  addChannel(name: string, options?: { readonly kind?: Channel['kind']; readonly withBot?: boolean }): Channel;
  messages(channel: string): readonly Message[];
  ephemerals(channel: string, user: string): readonly EphemeralMessage[];
  /** Resolves with what `find` returns as soon as that is not undefined; rejects after `timeoutMs` with what was seen. */
  waitFor<T>(what: string, find: () => T | undefined, timeoutMs?: number): Promise<T>;
  /** Makes every socket reconnect. */
  refreshConnections(): void;
  stop(): Promise<void>;
}

/** Starts the workspace on 127.0.0.1. */
export async function startSlackWorkspace(options: WorkspaceOptions = {}): Promise<SlackWorkspace> {
  const state = new WorkspaceState();
  const faults = new Faults();
  const calls: SeenCall[] = [];
  const secrets = {
    botToken: 'xoxb-demo-bot-token',
    appToken: 'xapp-demo-app-token',
    signingSecret: 'demo-signing-secret',
  };
  const scopes = new Set(options.scopes ?? USUAL_SCOPES);
  const limit = new RateLimit(options.postingLimit);
  const urls = new ResponseUrls(state);
  let httpUrl: string | null = null;
  let base = '';

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const sockets = new SocketMode(server);
  const deliver = async (type: 'slash_commands' | 'interactive', payload: Readonly<Record<string, unknown>>) => {
    if (httpUrl === null) return await sockets.deliver(type, payload, ACK_MS);
    return await deliverByHttp(
      httpUrl,
      secrets.signingSecret,
      type === 'interactive' ? { payload: JSON.stringify(payload) } : formOf(payload),
      ACK_MS,
    );
  };
  const people = new People(state, options.commands ?? ['/drs'], urls, () => base, deliver);
  const api = {
    state,
    scopes,
    openSocketUrl: () => `${base.replace('http', 'ws')}/link/?ticket=${sockets.newTicket()}`,
  };

  const call = (method: string, token: string, args: Args): Result => {
    if (options.disabledMethods?.includes(method) === true || !Object.hasOwn(METHODS, method))
      return failed('unknown_method');
    if (token === '') return failed('not_authed');
    if (token !== secrets.botToken && token !== secrets.appToken) return failed('invalid_auth');
    const wanted = METHODS[method]?.token === 'app' ? secrets.appToken : secrets.botToken;
    return token === wanted ? callMethod(method, args, api) : failed('not_allowed_token_type');
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const body = await readBody(request);
    if (path.startsWith('/control/'))
      return reply(response, await answerControl(path, parseArgs(request, body), { state, people }));
    if (path.startsWith('/response/'))
      return replyToResponse(response, urls.use(path.slice('/response/'.length), jsonOf(body)));
    const method = path.startsWith('/api/') ? path.slice('/api/'.length) : '';
    const args = parseArgs(request, body);
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '') || String(args['token'] ?? '');
    const fault = faults.take(method, args['channel']);
    if (fault !== undefined && fault.kind !== 'accept_then_drop') {
      calls.push({ method, args, result: null });
      return failWith(request, response, fault);
    }
    const waitSeconds = method === 'chat.postMessage' ? limit.take(String(args['channel'])) : 0;
    if (waitSeconds > 0) return failWith(request, response, { kind: 'rate_limited', retryAfterSeconds: waitSeconds });
    const result = call(method, token, args);
    calls.push({ method, args, result });
    if (fault !== undefined) {
      request.socket.resetAndDestroy();
      return;
    }
    reply(response, { status: 200, body: result });
  };

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${portOf(server.address())}`;
  const stop = async () => {
    sockets.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return {
    apiUrl: `${base}/api/`,
    ...secrets,
    state,
    people,
    faults,
    calls,
    deliverTo(url) {
      httpUrl = url;
    },
    addUser: (name) => void state.addUser(name),
    addChannel: (name, { kind = 'public', withBot = false } = {}) =>
      state.addChannel(name, kind, [...state.users.map((user) => user.id), ...(withBot ? [state.bot.id] : [])]),
    messages: (channel) => state.messages.filter((message) => message.channelId === state.findChannel(channel)?.id),
    ephemerals: (channel, user) =>
      state.ephemerals.filter(
        (one) => one.channelId === state.findChannel(channel)?.id && one.forUserId === state.findUser(user)?.id,
      ),
    waitFor: (what, find, timeoutMs = 8_000) => waitFor(state, what, find, timeoutMs),
    refreshConnections: () => sockets.refresh(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function waitFor<T>(state: WorkspaceState, what: string, find: () => T | undefined, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = find();
      if (found === undefined) return;
      done();
      resolve(found);
    };
    const stopObserving = state.observe(look);
    const timer = setTimeout(() => {
      done();
      const seen = [...state.messages, ...state.ephemerals].map((message) => `  ${message.channelId}: ${message.text}`);
      reject(new Error(`waited ${timeoutMs} ms for ${what}; seen:\n${seen.join('\n')}`));
    }, timeoutMs);
    const done = () => {
      clearTimeout(timer);
      stopObserving();
    };
    look();
  });
}

function failWith(
  request: IncomingMessage,
  response: ServerResponse,
  fault: Exclude<Fault, { kind: 'accept_then_drop' }>,
): void {
  switch (fault.kind) {
    case 'hang':
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'http':
      response.writeHead(fault.status).end('fault');
      return;
    case 'error':
      return reply(response, { status: 200, body: failed(fault.error) });
    case 'rate_limited':
      response.setHeader('Retry-After', String(fault.retryAfterSeconds));
      return reply(response, { status: 429, body: failed('ratelimited') });
  }
}

function replyToResponse(response: ServerResponse, refusal: string | null): void {
  if (refusal === null) response.writeHead(200).end('ok');
  else response.writeHead(refusal.endsWith('_url') ? 404 : 400).end(refusal);
}

function reply(response: ServerResponse, { status, body }: { readonly status: number; readonly body: unknown }): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function parseArgs(request: IncomingMessage, body: string): Args {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    return Object.fromEntries(new URLSearchParams(body));
  const parsed = jsonOf(body);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function formOf(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('the workspace has no port');
  return address.port;
}
