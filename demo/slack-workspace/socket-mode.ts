import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';

import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { z } from 'zod';

/** Slack allows an app this many sockets (docs.slack.dev, "Using Socket Mode"). */
const MAX_SOCKETS = 10;

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.record(z.string(), z.unknown()).optional() });

/** What came back for an envelope; null when nothing did in time. */
export type Ack = Readonly<Record<string, unknown>> | null;

/** The server side of Socket Mode: tickets, hello, envelopes to exactly one socket each. */
export class SocketMode {
  readonly #server: WebSocketServer;
  readonly #tickets = new Set<string>();
  readonly #sockets: WebSocket[] = [];
  readonly #waiting = new Map<string, (ack: Ack) => void>();
  readonly #changed: () => void;
  #last: string | null = null;
  #turn = 0;
  /** Sockets of other processes that hold the same token. */
  strangers = 0;
  /** New sockets get no `hello`. */
  isMute = false;
  /** Nothing comes over any socket, no answer to a ping either, and nothing that is sent arrives. */
  isSilent = false;
  /** No new socket is let in. */
  isClosed = false;
  /** Everything comes twice. */
  isDoubling = false;
  /** Acknowledgements arrive when Slack has stopped waiting for them: people are told that it failed, and events come again. */
  isLate = false;
  /** How many sockets were greeted so far. */
  greeted = 0;
  /** The fewest that were open at once since the first one. */
  fewest = Infinity;

  /** @param changed called when a socket has come */
  constructor(http: Server, changed: () => void) {
    this.#changed = changed;
    this.#server = new WebSocketServer({ noServer: true, autoPong: false });
    http.on('upgrade', (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
      if (!this.#tickets.delete(ticket) || this.#sockets.length >= MAX_SOCKETS || this.isClosed) {
        socket.destroy();
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(webSocket));
    });
  }

  /** A ticket that opens one socket once. */
  newTicket(): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return ticket;
  }

  /** How many are open. */
  get count(): number {
    return this.#sockets.length;
  }

  get connected(): boolean {
    return this.#sockets.length > 0;
  }

  /** Sends an envelope to one of the sockets and waits for its acknowledgement, at most `ms`. */
  async deliver(type: string, payload: unknown, ms: number): Promise<Ack> {
    const socket = this.#sockets[this.#turn++ % Math.max(1, this.#sockets.length)];
    if (socket === undefined || this.isSilent) return null;
    const envelopeId = randomUUID();
    const answered = new Promise<Ack>((resolve) => {
      const timer = setTimeout(() => resolve(null), ms);
      this.#waiting.set(envelopeId, (ack) => {
        clearTimeout(timer);
        resolve(ack);
      });
    });
    const envelope = { envelope_id: envelopeId, type, payload, accepts_response_payload: true };
    this.#last = JSON.stringify(envelope);
    for (let times = this.isDoubling ? 2 : 1; times > 0; times--) socket.send(this.#last);
    const ack = await answered;
    this.#waiting.delete(envelopeId);
    if (!this.isLate) return ack;
    // Slack repeats events only (docs.slack.dev, "Events API", retries).
    if (type === 'events_api') socket.send(JSON.stringify({ ...envelope, retry_attempt: 1, retry_reason: 'timeout' }));
    return null;
  }

  /** Tells every socket to go away, as Slack does every few hours, or for another reason. */
  refresh(reason = 'refresh_requested'): void {
    this.say(JSON.stringify({ type: 'disconnect', reason }));
  }

  /** Sends any text as a frame to every socket. */
  say(frame: string): void {
    if (this.isSilent) return;
    for (const socket of this.#sockets) socket.send(frame);
  }

  /** Ends what goes wrong with sockets that are there, or come. */
  mend(): void {
    this.isMute = false;
    this.isSilent = false;
    this.isClosed = false;
    this.isDoubling = false;
    this.isLate = false;
  }

  /** Breaks every connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Sends the last envelope again, as Slack does when an acknowledgement was lost. */
  repeat(): void {
    if (this.#last !== null) this.say(this.#last);
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.close();
  }

  #welcome(socket: WebSocket): void {
    this.#sockets.push(socket);
    socket.on('close', () => {
      this.#sockets.splice(this.#sockets.indexOf(socket), 1);
      this.fewest = Math.min(this.fewest, this.#sockets.length);
      this.#changed();
    });
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    socket.on('ping', (data: Buffer) => {
      if (!this.isSilent) socket.pong(data);
    });
    const debugInfo = { host: 'demo', approximate_connection_time: 18_060 };
    const connections = this.#sockets.length + this.strangers;
    if (!this.isMute && !this.isSilent) {
      this.greeted += 1;
      socket.send(JSON.stringify({ type: 'hello', num_connections: connections, debug_info: debugInfo }));
    }
    this.#changed();
  }

  #receive(text: string): void {
    if (this.isSilent) return;
    const parsed = acknowledgement.safeParse(JSON.parse(text));
    if (parsed.success) this.#waiting.get(parsed.data.envelope_id)?.(parsed.data.payload ?? {});
  }
}
