import { holdFailure } from '../domain/base/hold-failure.ts';
import { DiskFullError } from '../ports/operator-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** Waited after a turn that threw, so that a broken disk does not spin. */
const PAUSE_AFTER_FAULT_MS = 1_000;
/** On a full disk nothing goes on until somebody has made room, and the log may be on the same disk. */
const PAUSE_ON_FULL_DISK_MS = 5_000;

/**
 * Repeats `once` until it is stopped: at once while there is work, else after the pause it asks for or when woken. A
 * fault is logged and does not end the loop; a full disk is logged by whoever notices it first.
 */
export class Loop {
  readonly #name: string;
  readonly #once: () => Promise<number>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  #napping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** @param once does one turn and returns how many ms to wait before the next one */
  constructor(name: string, once: () => Promise<number>, clock: Clock, log: Log) {
    this.#name = name;
    this.#once = once;
    this.#clock = clock;
    this.#log = log;
  }

  /** Begins to run; to be called once. */
  start(): void {
    this.#running = holdFailure(this.#run());
  }

  /** Ends the present pause, or makes the next one not happen. */
  wake(): void {
    this.#napping.abort();
  }

  /** Ends after the turn in progress and waits for it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#napping = new AbortController();
      const pauseMs = await this.#turn();
      if (pauseMs > 0) await this.#clock.sleep(pauseMs, this.#napping.signal);
    }
  }

  async #turn(): Promise<number> {
    try {
      return await this.#once();
    } catch (error) {
      if (error instanceof DiskFullError) return PAUSE_ON_FULL_DISK_MS;
      this.#log.error({ err: error, loop: this.#name }, 'a turn of a loop failed');
      return PAUSE_AFTER_FAULT_MS;
    }
  }
}
