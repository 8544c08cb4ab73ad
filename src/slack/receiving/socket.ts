import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { ping, WebSocket } from 'undici';
import type { Dispatcher } from 'undici';

import { SECOND } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { parseFrame } from './socket-frame.ts';
import type { SocketFrame } from './socket-frame.ts';

/** How often the other side is asked for a sign of life, in ms, */
const PING_MS = 5 * SECOND;
/** and after which silence the socket is given up, in ms: Slack sends pings of its own as well. */
const SILENCE_MS = 20 * SECOND;
/** Undici tells of pings and pongs here only. */
const LIFE_CHANNELS = ['undici:websocket:ping', 'undici:websocket:pong'] as const;

/** What happens on a socket. `closed` comes once and is the last. */
export interface SocketEvents {
  readonly frame: (frame: SocketFrame) => void;
  readonly closed: (why: string) => void;
}

/** One socket to Slack, from the moment it is asked for. Nothing it meets throws or rejects. */
export class Socket {
  readonly #socket: WebSocket;
  readonly #events: SocketEvents;
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  #heardAt: number;

  /** @param dispatcher the way to Slack; it limits the length of frames */
  constructor(url: string, dispatcher: Dispatcher, clock: Clock, events: SocketEvents) {
    this.#events = events;
    this.#clock = clock;
    this.#heardAt = clock.monotonic();
    this.#socket = new WebSocket(url, { dispatcher });
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.addEventListener('message', ({ data }) => this.#receive(data));
    this.#socket.addEventListener('error', ({ message }) => this.#end(message === '' ? 'it failed' : message));
    this.#socket.addEventListener('close', ({ code }) => this.#end(`it was closed with code ${code}`));
    for (const channel of LIFE_CHANNELS) subscribe(channel, this.#noteLife);
    void this.#beat();
  }

  get isOpen(): boolean {
    return !this.#ending.signal.aborted && this.#socket.readyState === WebSocket.OPEN;
  }

  /** @throws when the socket is not open any more */
  send(text: string): void {
    if (!this.isOpen) throw new Error('the socket is closed');
    this.#socket.send(text);
  }

  /** Ends the socket; what it was told already goes on. */
  close(why: string): void {
    this.#end(why);
  }

  #receive(data: unknown): void {
    this.#heardAt = this.#clock.monotonic();
    if (typeof data === 'string' && !this.#ending.signal.aborted) this.#events.frame(parseFrame(data));
  }

  readonly #noteLife = (message: unknown): void => {
    const about = typeof message === 'object' && message !== null && 'websocket' in message ? message.websocket : null;
    if (about === this.#socket) this.#heardAt = this.#clock.monotonic();
  };

  async #beat(): Promise<void> {
    const { signal } = this.#ending;
    for (;;) {
      await this.#clock.sleep(PING_MS, signal);
      if (signal.aborted) return;
      if (this.#clock.monotonic() - this.#heardAt > SILENCE_MS) return this.#end('it fell silent');
      if (this.isOpen) ping(this.#socket, Buffer.from('drs'));
    }
  }

  #end(why: string): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    for (const channel of LIFE_CHANNELS) unsubscribe(channel, this.#noteLife);
    this.#socket.close();
    this.#events.closed(why);
  }
}
