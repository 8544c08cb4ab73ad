import { startBot } from '../../src/bot.ts';
import type { Bot } from '../../src/bot.ts';
import { parseConfig } from '../../src/config/config.ts';
import { holdFailure } from '../../src/domain/base/hold-failure.ts';
import { OperatorError } from '../../src/ports/operator-error.ts';
import type { Log } from '../../src/ports/log.ts';
import { isSchedule } from '../../src/runtime/cron.ts';
import { environment } from '../faults/stage.ts';
import type { SignIn, Stage } from '../faults/stage.ts';

/** What the other side leaves open is given up after so long, in ms of the machine. */
const PATIENCE_MS = 1_000;
/** A bot whose start failed is started again after so long, in ms. */
const AGAIN_MS = 5_000;
/** So many lines of the log are kept. */
const KEPT_LINES = 300;

/** Keeps one bot after the other running on one database, as a service manager does. */
export class Keeper {
  /** How many bots have begun to run. */
  started = 0;
  /** How many starts ended with a word about why. */
  gaveUp = 0;
  readonly #stage: Stage;
  readonly #databaseUrl: string;
  readonly #lines: string[] = [];
  #bot: Promise<Bot> | null = null;

  constructor(stage: Stage, databaseUrl: string) {
    this.#stage = stage;
    this.#databaseUrl = databaseUrl;
  }

  /** Ends the bot that runs, if one does, and starts another one. */
  async restart(signIn: SignIn): Promise<void> {
    await this.end();
    this.#bot = holdFailure(this.#start(signIn));
    await this.#bot;
  }

  async end(): Promise<void> {
    const bot = await this.#bot;
    this.#bot = null;
    await bot?.stop();
  }

  /** The last lines of the log, for whoever looks for what went wrong. */
  lastLines(): string {
    return this.#lines.join('\n');
  }

  async #start(signIn: SignIn): Promise<Bot> {
    const { clock } = this.#stage;
    const config = parseConfig(environment(this.#stage, { signIn, databaseUrl: this.#databaseUrl }), isSchedule);
    const durations = { drsTimeoutMs: PATIENCE_MS, slackTimeoutMs: PATIENCE_MS };
    for (;;) {
      try {
        const bot = await startBot(config, { clock, log: this.#log(), durations });
        this.started += 1;
        return bot;
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        this.gaveUp += 1;
        this.#note('error', error.message);
        await clock.sleep(AGAIN_MS);
      }
    }
  }

  #log(): Log {
    const put = (level: string) => (fields: object, message: string) =>
      this.#note(level, `${message} ${JSON.stringify(fields)}`);
    return { debug: () => undefined, info: put('info'), warn: put('warn'), error: put('error') };
  }

  #note(level: string, line: string): void {
    this.#lines.push(`${new Date(this.#stage.clock.now()).toISOString()} ${level} ${line}`.slice(0, 600));
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }
}
