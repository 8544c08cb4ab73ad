import type { App, Receiver } from '@slack/bolt';
import { WebAPIRateLimitedError } from '@slack/web-api';
import type { WebClient } from '@slack/web-api';
import type { Dispatcher } from 'undici';

import { backoffDelay } from '../../domain/base/backoff.ts';
import { MINUTE, SECOND } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { slackErrorName } from '../web-api/classify-slack-error.ts';
import type { ListenerState } from './listener-state.ts';
import { Socket } from './socket.ts';
import type { SocketFrame } from './socket-frame.ts';

/** How long things of a socket may take, in ms. */
export interface SocketPatience {
  /** Slack greets a new socket within this, or another one is opened. */
  readonly greetingMs: number;
  /** The first pause between two tries; it doubles up to `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** A socket that lived shorter than this was no success. */
  readonly livedMs: number;
  /** A socket that was replaced may bring what is on its way for this long. */
  readonly lingerMs: number;
  /** Other sockets of the same app are counted again after this, and said to be there when they still are, */
  readonly countAgainMs: number;
  /** and again after this. */
  readonly recountMs: number;
}

const DEFAULT_PATIENCE: SocketPatience = {
  greetingMs: 30 * SECOND,
  firstPauseMs: SECOND,
  longestPauseMs: MINUTE,
  livedMs: 10 * SECOND,
  lingerMs: 5 * SECOND,
  countAgainMs: MINUTE,
  recountMs: 10 * MINUTE,
};

/** Slack ends a socket in the course of things with these; any other reason is one to be told. */
const USUAL_REASONS = new Set(['warning', 'refresh_requested']);
/** What Slack sends that somebody is to answer; anything else is acknowledged and left. */
const ANSWERED = new Set(['slash_commands', 'interactive', 'events_api']);

/** What a socket receiver is made of. */
export interface SocketReceiverOptions {
  /** Signs in with the app-level token, and makes one attempt for each call. */
  readonly client: WebClient;
  /** The way to Slack; it limits the length of frames. */
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
  readonly patience?: Partial<SocketPatience>;
}

/** A socket that Slack has greeted. */
interface Greeted {
  readonly socket: Socket;
  readonly since: number;
  /** How many sockets the app had then, this one included; null when Slack did not say. */
  readonly connections: number | null;
}

/**
 * Takes what Slack sends over sockets (docs.slack.dev, "Using Socket Mode"), whatever it is, and keeps one open: the next
 * is greeted before the old one goes, and what fails is tried again with growing pauses for as long as it takes.
 */
export class SocketReceiver implements Receiver {
  readonly #options: SocketReceiverOptions;
  readonly #patience: SocketPatience;
  readonly #ending = new AbortController();
  /** All that are open or opening. */
  readonly #sockets = new Set<Socket>();
  #app: App | null = null;
  #current: Greeted | null = null;
  #isReplacing = false;
  #failures = 0;
  /** Why there is no socket, or why the last one went. */
  #why = 'it has not been opened yet';
  #otherSockets = 0;
  #isCountedAgain = false;

  constructor(options: SocketReceiverOptions) {
    this.#options = options;
    this.#patience = { ...DEFAULT_PATIENCE, ...options.patience };
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Resolves when Slack has greeted the first socket; rejects with why it has not. */
  async start(): Promise<void> {
    this.#adopt(await this.#open());
  }

  stop(): Promise<void> {
    this.#ending.abort();
    this.#current = null;
    for (const socket of this.#sockets) socket.close('the bot stops');
    return Promise.resolve();
  }

  /** The state of the listener at this moment. */
  state(): ListenerState {
    const isOpen = this.#current?.socket.isOpen === true;
    return { isOpen, why: isOpen ? null : this.#why, otherSockets: this.#otherSockets };
  }

  /** Opens one more socket and waits until Slack greets it. */
  async #open(): Promise<Greeted> {
    const { client, dispatcher, clock } = this.#options;
    const { url } = await client.apps.connections.open({});
    if (url === undefined || !/^wss?:\/\//i.test(url)) throw new Error('Slack named no address for it');
    return await new Promise<Greeted>((resolve, reject) => {
      let greeted: Greeted | null = null;
      const socket = new Socket(url, dispatcher, clock, {
        frame: (frame) => {
          if (frame.kind === 'hello') {
            greeted ??= { socket, since: clock.monotonic(), connections: frame.connections };
            resolve(greeted);
          } else this.#handleFrame(socket, frame);
        },
        closed: (why) => {
          this.#sockets.delete(socket);
          reject(new Error(why));
          if (this.#current?.socket === socket) this.#replaceLost(why);
        },
      });
      this.#sockets.add(socket);
      const { greetingMs } = this.#patience;
      void this.#after(greetingMs, () => {
        if (greeted === null) socket.close(`Slack did not greet it within ${greetingMs / SECOND} s`);
      });
    });
  }

  /** From now on this is the socket; the one before goes when it has brought what was on its way. */
  #adopt(next: Greeted): void {
    const before = this.#current;
    this.#current = next;
    if (this.#ending.signal.aborted) return next.socket.close('the bot stops');
    if (!next.socket.isOpen) return this.#replaceLost('it was closed at once');
    this.#countOthers(next);
    if (before === null) return;
    void this.#after(this.#patience.lingerMs, () => before.socket.close('another one is open'));
  }

  #replaceLost(why: string): void {
    const lost = this.#current;
    this.#current = null;
    if (lost !== null) this.#replace(lost, why);
  }

  #handleFrame(socket: Socket, frame: SocketFrame): void {
    const { log } = this.#options;
    switch (frame.kind) {
      case 'hello':
        return;
      case 'other':
        log.warn({ why: frame.why }, 'a frame on the socket to Slack was left out');
        return;
      case 'envelope':
        void this.#answer(socket, frame);
        return;
      case 'disconnect':
        if (this.#current?.socket === socket) this.#replace(this.#current, frame.reason);
        else if (!USUAL_REASONS.has(frame.reason)) socket.close(frame.reason);
    }
  }

  /** Hands an envelope to whoever answers it. What goes wrong there is theirs, and ends nothing here. */
  async #answer(socket: Socket, { envelopeId, type, body, retry }: SocketFrame & { kind: 'envelope' }): Promise<void> {
    const { log } = this.#options;
    const ack = (response?: unknown): Promise<void> => {
      const payload = typeof response === 'string' ? { text: response } : (response ?? {});
      socket.send(JSON.stringify({ envelope_id: envelopeId, payload }));
      return Promise.resolve();
    };
    try {
      if (!ANSWERED.has(type)) return await ack();
      const { number: retryNum, reason: retryReason } = retry;
      await this.#app?.processEvent({
        body,
        ack,
        ...(retryNum === undefined ? {} : { retryNum }),
        ...(retryReason === undefined ? {} : { retryReason }),
      });
    } catch (error) {
      log.error({ err: error, type }, 'what Slack sent over the socket could not be handled');
    }
  }

  /** Opens another socket in the place of one that is gone or goes. One at a time. */
  #replace(old: Greeted, why: string): void {
    if (this.#isReplacing || this.#ending.signal.aborted) return;
    const { clock, log } = this.#options;
    const isUsual = USUAL_REASONS.has(why);
    const hasLived = clock.monotonic() - old.since >= this.#patience.livedMs;
    // Told to go for a reason of its own, the next one will be told the same.
    const isDoomed = !isUsual && this.#current !== null;
    this.#failures = hasLived && !isDoomed ? 0 : this.#failures + 1;
    this.#why = why;
    const waitMs = this.#failures === 0 ? 0 : this.#pauseMs();
    if (isUsual) log.debug({ reason: why }, 'Slack refreshes the socket');
    else log.warn({ reason: why, waitMs }, 'the socket to Slack is lost or goes; another one is opened');
    this.#isReplacing = true;
    void this.#replaceAfter(waitMs);
  }

  /** Tries until a socket is open, first after `pauseMs`. Never rejects. */
  async #replaceAfter(pauseMs: number): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#ending;
    let waitMs = pauseMs;
    for (;;) {
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      if (signal.aborted) return;
      try {
        const next = await this.#open();
        log.info({}, 'the socket to Slack is open again');
        this.#isReplacing = false;
        return this.#adopt(next);
      } catch (error) {
        if (signal.aborted) return;
        this.#failures += 1;
        this.#why = reasonOf(error);
        const asked = error instanceof WebAPIRateLimitedError ? error.retryAfter * SECOND : 0;
        waitMs = Math.max(asked, this.#pauseMs());
        log.warn({ reason: this.#why, waitMs, failures: this.#failures }, 'no socket to Slack could be opened');
      }
    }
  }

  #pauseMs(): number {
    const { firstPauseMs: baseMs, longestPauseMs: capMs } = this.#patience;
    return backoffDelay(this.#failures, { baseMs, capMs }, Math.random);
  }

  /**
   * Another process that holds the same token takes a part of what people do, and nothing else shows it. Slack counts
   * sockets only when it greets one, so another one is opened to count again: a process that was ended may still be counted.
   */
  #countOthers({ connections, socket }: Greeted): void {
    const { log } = this.#options;
    const { countAgainMs, recountMs } = this.#patience;
    const others = Math.max(0, (connections ?? 0) - this.#sockets.size);
    const known = this.#otherSockets;
    this.#otherSockets = known > 0 || this.#isCountedAgain ? others : 0;
    this.#isCountedAgain = false;
    if (known > 0 && others === 0) log.info({}, 'no other process is connected with the same app token any more');
    if (known === 0 && this.#otherSockets > 0)
      log.warn({ others }, 'other processes are connected with the same app token and take a part of all commands');
    if (others === 0) return;
    void this.#after(this.#otherSockets > 0 ? recountMs : countAgainMs, () => {
      if (this.#current?.socket !== socket) return;
      this.#isCountedAgain = true;
      this.#replace(this.#current, 'refresh_requested');
    });
  }

  async #after(ms: number, work: () => void): Promise<void> {
    const { signal } = this.#ending;
    await this.#options.clock.sleep(ms, signal);
    if (!signal.aborted) work();
  }
}

function reasonOf(error: unknown): string {
  return slackErrorName(error) ?? (error instanceof Error ? error.message : String(error));
}
