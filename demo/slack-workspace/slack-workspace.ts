import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { listenOnLoopback, parseJson } from '../loopback.ts';
import { answerControl } from './control.ts';
import { Faults } from './faults.ts';
import type { Fault } from './faults.ts';
import { FOREIGN_TEAM, People } from './people.ts';
import type { Deliver } from './people.ts';
import { RateLimit } from './rate-limit.ts';
import type { PostingLimit, ReadingLimit } from './rate-limit.ts';
import { ResponseUrls } from './response-urls.ts';
import { deliverByHttp } from './signed-http.ts';
import type { SignedBody } from './signed-http.ts';
import { SocketMode } from './socket-mode.ts';
import type { Ack } from './socket-mode.ts';
import { callMethod, failed, METHODS } from './web-api.ts';
import type { Args, Result } from './web-api.ts';
import { WorkspaceState } from './workspace.ts';
import type { Channel, EphemeralMessage, Message } from './workspace.ts';

/** An app must acknowledge within this (docs.slack.dev, "Events API"). */
const ACK_MS = 3_000;

/** Messages in one page of a history (docs.slack.dev, "conversations.history"). */
const MAX_HISTORY = 999;
/** An app that may read 50 times a minute may do a few of them at once. */
const READING_BURST = 3;

/** What this workspace gives the app to sign in with. */
const SECRETS = {
  botToken: 'xoxb-demo-bot-token',
  appToken: 'xapp-demo-app-token',
  signingSecret: 'demo-signing-secret',
};

/** What the manifest asks for. */
export const USUAL_SCOPES: readonly string[] = [
  'commands',
  'chat:write',
  'channels:read',
  'groups:read',
  'mpim:read',
  'im:read',
  'users:read',
  'channels:join',
  'channels:history',
  'groups:history',
  'mpim:history',
  'im:history',
  'app_mentions:read',
  'links:read',
  'links:write',
  'usergroups:read',
];

/** What an app must be allowed to hear of these events (docs.slack.dev, events). */
const EVENT_SCOPES: Readonly<Record<string, string>> = { message: 'im:history', app_mention: 'app_mentions:read' };

export interface WorkspaceOptions {
  readonly scopes?: readonly string[];
  /** What the app-level token allows; `connections:write` unless given. */
  readonly appScopes?: readonly string[];
  readonly commands?: readonly string[];
  /** Methods this workspace does not know. */
  readonly disabledMethods?: readonly string[];
  /** How fast may be posted to one channel; no limit when left out. */
  readonly postingLimit?: PostingLimit;
  /** How fast may be posted to all channels together; no limit when left out. */
  readonly workspaceLimit?: PostingLimit;
  /** How fast histories may be read; no limit when left out. */
  readonly readingLimit?: ReadingLimit;
  /** The workspace's clock in ms; the machine's unless given. */
  readonly now?: () => number;
  /** What an earlier workspace left, channels and messages: the same Slack, started again. */
  readonly state?: WorkspaceState;
  /** The port to listen on; a free one unless given. */
  readonly port?: number;
}

/** A call of the Web API. */
interface SeenCall {
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
  /** Everything asked, oldest first. */
  readonly calls: readonly SeenCall[];
  clearCalls(): void;
  /** The app was installed anew: only this token is let in from now on. */
  replaceBotToken(token: string): void;
  /** Histories may be read this fast from now on; null: as fast as anybody likes. */
  rationReading(limit: ReadingLimit | null): void;
  /** Sends commands and clicks to this address, signed, instead of over a socket. */
  deliverTo(url: string): void;
  addUser(name: string, locale?: string, zone?: string): void;
  /** Somebody who may see several channels, or one, but is no full member. */
  addGuest(name: string, standing?: 'restricted' | 'ultra_restricted'): void;
  /** Somebody of another organisation, met in channels that are shared with it. */
  addStranger(name: string): void;
  /** Everybody is a member, strangers where it is shared, the bot only if asked. */
  addChannel(
    name: string,
    options?: {
      readonly kind?: Channel['kind'];
      readonly withBot?: boolean;
      readonly external?: Channel['external'];
    },
  ): Channel;
  messages(channel: string): readonly Message[];
  ephemerals(channel: string, user: string): readonly EphemeralMessage[];
  /** Resolves with what `find` returns as soon as that is not undefined; rejects after `timeoutMs` with what was seen. */
  waitFor<T>(what: string, find: () => T | undefined, timeoutMs?: number): Promise<T>;
  /** Whether the app has a socket open. */
  connected(): boolean;
  /** Makes every socket reconnect. */
  refreshConnections(): void;
  /** The other side of the app's sockets, to be told what goes wrong there. */
  readonly sockets: SocketMode;
  stop(): Promise<void>;
}

/** Starts the workspace on 127.0.0.1. */
export async function startSlackWorkspace(options: WorkspaceOptions = {}): Promise<SlackWorkspace> {
  const state = options.state ?? new WorkspaceState(options.now);
  const desk = new FrontDesk(state, options);
  const server = createServer((request, response) => {
    desk.handle(request, response).catch(() => response.destroy());
  });
  const { base, stop: closeServer } = await listenOnLoopback(server, options.port ?? 0);
  const sockets = desk.open(server, base);
  const stop = async () => {
    sockets.close();
    await closeServer();
  };
  return {
    apiUrl: `${base}/api/`,
    ...SECRETS,
    state,
    people: desk.people,
    faults: desk.faults,
    calls: desk.calls,
    clearCalls() {
      desk.calls.length = 0;
    },
    replaceBotToken(token) {
      desk.botToken = token;
    },
    rationReading: (limit) => desk.rationReading(limit),
    deliverTo(url) {
      desk.httpUrl = url;
    },
    addUser: (name, locale, zone) => void state.addUser(name, locale, zone === undefined ? {} : { zone }),
    addGuest: (name, standing = 'restricted') => void state.addUser(name, 'en-US', { standing }),
    addStranger: (name) => void state.addUser(name, 'en-US', { teamId: FOREIGN_TEAM }),
    addChannel: (name, { kind = 'public', withBot = false, external = 'no' } = {}) => {
      const people = state.users.filter((user) => user.teamId === state.teamId || external === 'shared');
      const channel = state.addChannel(name, kind, [
        ...people.map((user) => user.id),
        ...(withBot ? [state.bot.id] : []),
      ]);
      channel.external = external;
      return channel;
    },
    messages: (channel) => state.messages.filter((message) => message.channelId === state.findChannel(channel)?.id),
    ephemerals: (channel, user) => {
      const [channelId, userId] = [state.findChannel(channel)?.id, state.findUser(user)?.id];
      return state.ephemerals.filter((one) => one.channelId === channelId && one.forUserId === userId);
    },
    waitFor: (what, find, timeoutMs = 8_000) => waitFor(state, what, find, timeoutMs),
    connected: () => sockets.connected,
    refreshConnections: () => sockets.refresh(),
    sockets,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A page a minute is one page and a minute's wait, never two at once. */
function readingPace(limit: ReadingLimit): PostingLimit {
  return { perSecond: limit.perMinute / 60, burst: Math.min(limit.perMinute, READING_BURST) };
}

/** Takes every request to the workspace, and sends what people do to the app. */
class FrontDesk {
  readonly faults: Faults;
  readonly calls: SeenCall[] = [];
  readonly people: People;
  httpUrl: string | null = null;
  botToken = SECRETS.botToken;
  readonly #state: WorkspaceState;
  readonly #options: WorkspaceOptions;
  readonly #scopes: ReadonlySet<string>;
  readonly #appScopes: ReadonlySet<string>;
  readonly #limit: RateLimit;
  readonly #workspaceLimit: RateLimit;
  readonly #now: () => number;
  #readingLimit: RateLimit;
  #mostHistory = MAX_HISTORY;
  readonly #urls: ResponseUrls;
  #base = '';
  #sockets: SocketMode | null = null;

  constructor(state: WorkspaceState, options: WorkspaceOptions) {
    this.#state = state;
    this.#options = options;
    this.#scopes = new Set(options.scopes ?? USUAL_SCOPES);
    this.#appScopes = new Set(options.appScopes ?? ['connections:write']);
    const now = options.now ?? Date.now;
    this.#now = now;
    this.faults = new Faults(now);
    this.#limit = new RateLimit(options.postingLimit, now);
    this.#workspaceLimit = new RateLimit(options.workspaceLimit, now);
    this.#readingLimit = new RateLimit(undefined, now);
    this.rationReading(options.readingLimit ?? null);
    this.#urls = new ResponseUrls(state);
    const deliver: Deliver = (type, payload) => this.#deliver(type, payload);
    this.people = new People(state, options.commands ?? ['/drs'], this.#urls, () => this.#base, deliver);
  }

  rationReading(limit: ReadingLimit | null): void {
    this.#readingLimit = new RateLimit(limit === null ? undefined : readingPace(limit), this.#now);
    this.#mostHistory = limit?.page ?? MAX_HISTORY;
  }

  /** Begins to take sockets. */
  open(server: Server, base: string): SocketMode {
    this.#base = base;
    this.#sockets = new SocketMode(server, () => this.#state.changed());
    return this.#sockets;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const body = await text(request);
    if (path.startsWith('/control/')) {
      return reply(
        response,
        await answerControl(path, parseArgs(request, body), { state: this.#state, people: this.people }),
      );
    }
    if (path.startsWith('/response/')) {
      return replyToResponse(response, this.#urls.use(path.slice('/response/'.length), parseJson(body)));
    }
    const method = path.startsWith('/api/') ? path.slice('/api/'.length) : '';
    this.#answerCall(request, response, method, parseArgs(request, body));
  }

  #answerCall(request: IncomingMessage, response: ServerResponse, method: string, args: Args): void {
    const fault = this.faults.take(method, args['channel']) ?? this.#tooFast(method, args);
    if (fault !== undefined && fault.kind !== 'accept_then_drop') {
      this.calls.push({ method, args, result: null });
      this.#state.changed();
      return failWith(request, response, fault);
    }
    const token = tokenOf(request, args);
    const result = this.#call(method, token, args);
    this.#tellScopes(response, token);
    this.calls.push({ method, args, result });
    this.#state.changed();
    if (fault === undefined) reply(response, { status: 200, body: result });
    else request.socket.resetAndDestroy();
  }

  /** Slack says with every answer to a token that it knows what that token allows. */
  #tellScopes(response: ServerResponse, token: string): void {
    if (token === this.botToken) response.setHeader('x-oauth-scopes', [...this.#scopes].join(','));
    if (token === SECRETS.appToken) response.setHeader('x-oauth-scopes', [...this.#appScopes].join(','));
  }

  #tooFast(method: string, args: Args): Fault | undefined {
    const waitSeconds = this.#secondsToWait(method, args);
    return waitSeconds > 0 ? { kind: 'rate_limited', retryAfterSeconds: waitSeconds } : undefined;
  }

  #secondsToWait(method: string, args: Args): number {
    switch (method) {
      case 'chat.postMessage': {
        const inChannel = this.#limit.take(String(args['channel']));
        return inChannel > 0 ? inChannel : this.#workspaceLimit.take('all');
      }
      // Each of these has a budget of its own, for all conversations together.
      case 'conversations.history':
      case 'conversations.replies':
        return this.#readingLimit.take(method);
      default:
        return 0;
    }
  }

  #call(method: string, token: string, args: Args): Result {
    const known = Object.hasOwn(METHODS, method) && this.#options.disabledMethods?.includes(method) !== true;
    if (!known) return failed('unknown_method');
    if (token === '') return failed('not_authed');
    if (token !== this.botToken && token !== SECRETS.appToken) return failed('invalid_auth');
    const wanted = METHODS[method]?.token === 'app' ? SECRETS.appToken : this.botToken;
    if (token !== wanted) return failed('not_allowed_token_type');
    const openSocketUrl = () => `${this.#base.replace('http', 'ws')}/link/?ticket=${this.#sockets?.newTicket()}`;
    const botJoined = (channel: Channel, inviter: string | null) => void this.people.tellBotJoined(channel, inviter);
    const scopes = token === SECRETS.appToken ? this.#appScopes : this.#scopes;
    const context = { state: this.#state, scopes, mostHistory: this.#mostHistory, openSocketUrl, botJoined };
    return callMethod(method, args, context);
  }

  /** What is written is told to an app that may read it, and to no other. */
  #mayHear(event: unknown): boolean {
    const type = typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : '';
    const scope = EVENT_SCOPES[type];
    return scope === undefined || this.#scopes.has(scope);
  }

  async #deliver(type: Parameters<Deliver>[0], payload: Readonly<Record<string, unknown>>): Promise<Ack> {
    if (!this.#mayHear(payload['event'])) return null;
    if (this.httpUrl === null) return (await this.#sockets?.deliver(type, payload, ACK_MS)) ?? null;
    const body = type === 'events_api' ? jsonBody(payload) : formBody(type, payload);
    return await deliverByHttp(this.httpUrl, SECRETS.signingSecret, body, ACK_MS);
  }
}

function tokenOf(request: IncomingMessage, args: Args): string {
  const header = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  const token = args['token'];
  return header === '' && typeof token === 'string' ? token : header;
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
    // Waiting alone must not keep a process alive whose servers have stopped.
    timer.unref();
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

function parseArgs(request: IncomingMessage, body: string): Args {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    return Object.fromEntries(new URLSearchParams(body));
  const parsed = parseJson(body);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

/** Events come as JSON. */
function jsonBody(payload: Readonly<Record<string, unknown>>): SignedBody {
  return { contentType: 'application/json', text: JSON.stringify(payload) };
}

/** Commands and clicks come as forms. */
function formBody(type: Parameters<Deliver>[0], payload: Readonly<Record<string, unknown>>): SignedBody {
  const fields =
    type === 'interactive'
      ? { payload: JSON.stringify(payload) }
      : Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
  return { contentType: 'application/x-www-form-urlencoded', text: new URLSearchParams(fields).toString() };
}
