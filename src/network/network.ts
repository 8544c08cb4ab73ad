import type { LookupFunction, Socket } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';

import { buildConnector, EnvHttpProxyAgent, fetch, Pool } from 'undici';
import type { buildConnector as Connector, Dispatcher, Response } from 'undici';

import { SECOND } from '../domain/base/time.ts';

/** IAM tokens of 16 KiB exist, so a header block must be allowed to be larger than Node's 16 KiB. */
const MAX_HEADER_BYTES = 64 * 1024;
const KEEP_ALIVE_MS = 30 * SECOND;
/** Nothing that Slack has to say over a socket is longer, in bytes, or comes in so many pieces. */
const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_FRAGMENTS = 1_000;
/** A name may have several addresses. Node gives up on each after 250 ms, which is less than a handshake to another continent takes. */
const ATTEMPT_MS = 2.5 * SECOND;
/** All attempts at one connection together. */
const CONNECT_MS = 10 * SECOND;

/** Through what the bot reaches the world. Null or empty: nothing of the kind. */
export interface NetworkSettings {
  /** A whole address, with user and password where the proxy wants them. */
  readonly httpProxy: string | null;
  readonly httpsProxy: string | null;
  /** Hosts that are reached directly, as `NO_PROXY` lists them. */
  readonly noProxy: string;
  /** Certificates of authorities that are trusted beside the usual ones, in PEM. */
  readonly authorities: string | null;
}

/** Where nothing stands between the bot and the world. */
export const DIRECT: NetworkSettings = { httpProxy: null, httpsProxy: null, noProxy: '', authorities: null };

/** What every connection goes through, for Slack, DRS, IAM and the heartbeat alike. */
export interface Network {
  /** For requests and sockets; keeps connections open between them. */
  readonly dispatcher: Dispatcher;
  /** The same, as a `fetch`. */
  readonly fetch: (url: string | URL, init?: Request) => Promise<Response>;
  /** What the last connection to this address went through: `direct`, or the proxy as `host:port`; null when there was none. */
  routeTaken(url: string): string | null;
  /** Ends everything under way, sockets included. */
  destroy(): Promise<void>;
}

/** What this program's requests are made of; the same in undici's words and in those of Slack's library. */
interface Request {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | FormData;
  readonly redirect?: 'error' | 'follow' | 'manual';
  readonly signal?: AbortSignal;
}

/** A proxy that cannot be reached, or will not let a request through. Its message names no password. */
class ProxyFault extends Error {
  override readonly name = 'ProxyFault';
  /** `host:port`. */
  readonly proxy: string;
  /** The HTTP status with which it refused; null when it could not be reached. */
  readonly status: number | null;

  constructor(proxy: string, status: number | null, cause?: unknown) {
    super(status === null ? `the proxy ${proxy} cannot be reached` : `the proxy ${proxy} answers ${status}`, { cause });
    this.proxy = proxy;
    this.status = status;
  }
}

/**
 * Opens nothing before it is asked for something.
 *
 * @param lookup how names become addresses; as the system does unless given
 */
export function createNetwork(settings: NetworkSettings = DIRECT, lookup?: LookupFunction): Network {
  const sockets = new Set<Socket>();
  const routes = new Map<string, string>();
  const tls = settings.authorities === null ? {} : { secureContext: trusting(settings.authorities) };
  const connect = tracking(
    sockets,
    buildConnector({
      ...tls,
      ...(lookup === undefined ? {} : { lookup }),
      timeout: CONNECT_MS,
      autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
    }),
  );
  const dispatcher = new OutboundAgent({
    // Given even where there is none, so that the environment of the process is not read behind our back.
    httpProxy: settings.httpProxy ?? '',
    httpsProxy: settings.httpsProxy ?? '',
    noProxy: settings.noProxy,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    connect: (options, callback) => {
      routes.set(placeOf(options.protocol, options.hostname, options.port), 'direct');
      connect(options, callback);
    },
    requestTls: { ...tls, timeout: CONNECT_MS },
    clientFactory: (proxy) => new ProxyPool(proxy, connect, (place) => routes.set(place, proxy.host)),
  });
  return {
    dispatcher,
    fetch: (url, init) => fetch(url, { ...init, body: asText(init?.body), dispatcher }),
    routeTaken(url) {
      const { protocol, hostname, port } = new URL(url);
      return routes.get(placeOf(protocol, hostname, port)) ?? null;
    },
    async destroy() {
      await dispatcher.destroy();
      // A web socket has left its dispatcher, and one whose other side is silent would keep the process alive.
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Proxies or none, and a limit for what comes over a web socket: undici asks the dispatcher of a socket for it, and has 128 MB. */
class OutboundAgent extends EnvHttpProxyAgent {
  get webSocketOptions(): { readonly maxFragments: number; readonly maxPayloadSize: number } {
    return { maxFragments: MAX_FRAGMENTS, maxPayloadSize: MAX_FRAME_BYTES };
  }
}

type ConnectCallback = (error: Error | null, data: Dispatcher.ConnectData) => void;

/** The connections to one proxy, through which all others go. */
class ProxyPool extends Pool {
  readonly #proxy: string;
  readonly #note: (place: string) => void;

  constructor(proxy: URL, connect: Connector.connector, note: (place: string) => void) {
    super(proxy, { connect });
    this.#proxy = proxy.host;
    this.#note = note;
  }

  override connect(options: Parameters<Pool['connect']>[0]): Promise<Dispatcher.ConnectData>;
  override connect(options: Parameters<Pool['connect']>[0], callback: ConnectCallback): void;
  override connect(
    options: Parameters<Pool['connect']>[0],
    callback?: ConnectCallback,
  ): Promise<Dispatcher.ConnectData> | undefined {
    this.#note(options.path);
    if (callback === undefined) return this.#tunnel(super.connect(options));
    super.connect(options, callback);
    return undefined;
  }

  async #tunnel(opening: Promise<Dispatcher.ConnectData>): Promise<Dispatcher.ConnectData> {
    const opened = await opening.catch((error: unknown) => {
      throw new ProxyFault(this.#proxy, null, error);
    });
    if (opened.statusCode === 200) return opened;
    opened.socket.on('error', () => undefined).destroy();
    throw new ProxyFault(this.#proxy, opened.statusCode);
  }
}

/** Remembers each connection until it is closed. */
function tracking(sockets: Set<Socket>, connect: Connector.connector): Connector.connector {
  return (options, callback) =>
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error === null) {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      }
      callback(...result);
    });
}

/** Whatever this program sends is text; files would be something else. */
function asText(body: string | FormData | undefined): string | null {
  if (body === undefined || typeof body === 'string') return body ?? null;
  throw new TypeError('only text is sent');
}

/** Node's own authorities and these. */
function trusting(pem: string) {
  return createSecureContext({ ca: [...rootCertificates, pem] });
}

function placeOf(protocol: string, hostname: string, port: string): string {
  return `${hostname}:${port === '' ? (/^(?:https|wss):/.test(protocol) ? '443' : '80') : port}`;
}
