import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

const WORKSPACE = { team_id: 'TBENCH', team: 'bench', user_id: 'UBOT', user: 'drs', bot_id: 'BBOT' };

/** Commands to type, and how fast. */
export interface Typing {
  /** The app-level token of the app that gets them. */
  readonly app: string;
  readonly texts: readonly string[];
  /** Commands that wait for their answer at the same time. */
  readonly atOnce: number;
  /** After an answer, before the next command. */
  readonly pauseMs: number;
}

/** As much of Slack as a slash command needs: a socket for each app, and response URLs. */
export class Slack {
  readonly #sockets = new Map<string, WebSocket>();
  readonly #waiting = new Map<string, () => void>();
  readonly #arrivals = new Map<string, () => void>();

  constructor(http: Server) {
    const server = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      const app = new URL(request.url ?? '/', 'http://localhost').searchParams.get('app') ?? '';
      server.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(app, webSocket));
    });
  }

  /** A Web API method's answer. */
  call(method: string, request: IncomingMessage): object {
    if (method === 'apps.connections.open') {
      const app = (request.headers.authorization ?? '').replace('Bearer ', '');
      return { ok: true, url: `ws://${request.headers.host ?? ''}/socket?app=${encodeURIComponent(app)}` };
    }
    if (method === 'auth.test') return { ok: true, url: 'https://bench.slack.com/', ...WORKSPACE };
    if (method === 'users.info') return { ok: true, user: { id: 'UANA', locale: 'en-US' } };
    return { ok: true };
  }

  /** Something was posted to a response URL. */
  responded(id: string): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  /** Resolves when the app's socket is open. */
  async connected(app: string): Promise<void> {
    if (!this.#sockets.has(app)) await new Promise<void>((resolve) => this.#arrivals.set(app, resolve));
  }

  /** Types commands and waits for the answer to each; how long each took, in ms. */
  async type(base: string, { app, texts, atOnce, pauseMs }: Typing): Promise<readonly number[]> {
    const left = [...texts];
    const took: number[] = [];
    const lane = async () => {
      for (let text = left.shift(); text !== undefined; text = left.shift()) {
        took.push(await this.#typeOne(base, app, text));
        if (pauseMs > 0) await sleep(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    return took;
  }

  async #typeOne(base: string, app: string, text: string): Promise<number> {
    const id = randomUUID();
    const answered = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    const payload = {
      command: '/drs',
      text,
      user_id: 'UANA',
      user_name: 'ana',
      channel_id: 'CBENCH0',
      channel_name: 'bench',
      team_id: WORKSPACE.team_id,
      team_domain: 'bench',
      api_app_id: 'ABENCH',
      trigger_id: id,
      response_url: `${base}/respond/${id}`,
    };
    const envelope = { envelope_id: id, type: 'slash_commands', payload, accepts_response_payload: true };
    const startedAt = performance.now();
    this.#sockets.get(app)?.send(JSON.stringify(envelope));
    await answered;
    return performance.now() - startedAt;
  }

  #welcome(app: string, socket: WebSocket): void {
    this.#sockets.set(app, socket);
    socket.on('close', () => this.#sockets.delete(app));
    const debugInfo = { host: 'bench', approximate_connection_time: 18_060 };
    socket.send(JSON.stringify({ type: 'hello', num_connections: 1, debug_info: debugInfo }));
    this.#arrivals.get(app)?.();
    this.#arrivals.delete(app);
  }
}
