import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { SimulatedJob } from '../../demo/drs-simulator/jobs.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace, WorkspaceOptions } from '../../demo/slack-workspace/slack-workspace.ts';
import { startProcess } from '../support/bot-process.ts';
import type { BotProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';
import { QUICK_DURATIONS } from '../support/quick-durations.ts';
import { environment } from '../support/world.ts';

/** What a soak is run with. */
export interface SoakOptions {
  /** How long the trouble lasts, in ms. */
  readonly troubleMs: number;
  readonly jobs: number;
  readonly channels: number;
  /** Whether the bot may read channels back. */
  readonly withHistory: boolean;
  /** The same seed makes the same plan of trouble; how it meets the bots is up to the machine. */
  readonly seed: number;
}

/** How long nobody may see anything before every channel is told, in ms. */
const DOWN_MS = 2_000;
/** As fast as the bots post: a post every 50 ms in a channel. */
const LIMIT = { perSecond: 20, burst: 20 };
/** What a bot says of a first message that Slack has not acknowledged. */
const NOT_DELIVERED = '"a post was not delivered"';
const EVERYTHING_BUT_HISTORY = [
  'commands',
  'chat:write',
  'channels:read',
  'groups:read',
  'im:read',
  'channels:join',
  'users:read',
];

/** Both stand-ins, which can be stopped and started again with all they know, and bots that are started whenever they die. */
export class Town {
  /** How every job stands before the trouble. */
  readonly firstStatus: string = 'FULL_TRANSFER_STARTED';
  readonly channels: readonly string[];
  readonly jobs: readonly SimulatedJob[];
  readonly databaseUrl: string;
  slack: SlackWorkspace;
  drs: DrsSimulator;
  kills = 0;
  restarts = 0;
  readonly #env: Readonly<Record<string, string>>;
  readonly #slackOptions: WorkspaceOptions;
  readonly #bots = new Set<BotProcess>();
  readonly #everyBot: BotProcess[] = [];
  #wanted = 0;

  private constructor(
    options: SoakOptions,
    slackOptions: WorkspaceOptions,
    slack: SlackWorkspace,
    drs: DrsSimulator,
    env: Readonly<Record<string, string>>,
  ) {
    this.#slackOptions = slackOptions;
    this.slack = slack;
    this.drs = drs;
    this.#env = env;
    this.databaseUrl = env['DATABASE_URL'] ?? '';
    slack.addUser('ana');
    this.channels = Array.from({ length: options.channels }, (_one, number) => `#c${number}`);
    for (const name of this.channels) slack.addChannel(name.slice(1));
    this.jobs = Array.from({ length: options.jobs }, () => drs.addJob(this.firstStatus));
  }

  static async open(options: SoakOptions): Promise<Town> {
    const scopes = options.withHistory ? {} : { scopes: EVERYTHING_BUT_HISTORY };
    const slackOptions = { postingLimit: LIMIT, ...scopes };
    const [slack, drs] = await Promise.all([startSlackWorkspace(slackOptions), startDrsSimulator()]);
    const env = {
      ...(await environment('socket', slack, drs)),
      POLL_SCHEDULE: '* * * * * *',
      LOG_LEVEL: 'info',
      DURATIONS: JSON.stringify({ ...QUICK_DURATIONS, downMs: DOWN_MS }),
    };
    return new Town(options, slackOptions, slack, drs, env);
  }

  /** So many bots on one database from now on; one that dies is started again. */
  want(bots: number): void {
    this.#wanted = bots;
    while (this.#bots.size < bots) this.#start();
    const surplus = [...this.#bots].slice(bots);
    for (const bot of surplus) bot.child.kill('SIGTERM');
  }

  /** What the bots that run now have printed, for a fault report. */
  output(): string {
    return [...this.#bots].map((bot) => bot.output()).join('\n');
  }

  kill(pick: number): void {
    const bots = [...this.#bots];
    const bot = bots[Math.floor(pick * bots.length)];
    if (bot?.child.kill('SIGKILL') === true) this.kills += 1;
  }

  /** Slack goes away for a while; requests under way break off. */
  async restartSlack(awayMs: number): Promise<void> {
    const port = Number(new URL(this.slack.apiUrl).port);
    const { state } = this.slack;
    this.restarts += 1;
    await this.slack.stop();
    await pause(awayMs);
    this.slack = await startSlackWorkspace({ ...this.#slackOptions, port, state });
  }

  async restartDrs(awayMs: number): Promise<void> {
    const port = Number(new URL(this.drs.endpoint).port);
    const { jobs } = this.drs;
    this.restarts += 1;
    await this.drs.stop();
    await pause(awayMs);
    this.drs = await startDrsSimulator({ port, jobs });
  }

  /** DRS answers nothing but 503 for a while. */
  async blind(lastsMs: number): Promise<void> {
    const until = performance.now() + lastsMs;
    while (performance.now() < until) {
      this.drs.faults.clear();
      this.drs.faults.next('progress', { kind: 'status', status: 503 }, 100);
      await pause(100);
    }
    this.drs.faults.clear();
  }

  /** How often a bot could not know whether Slack had taken a post; on a busy machine also where nothing was made to fail. */
  get uncertainPosts(): number {
    const lines = this.#everyBot.flatMap((bot) => bot.output().split('\n'));
    return lines.filter((line) => line.includes('"outcome":"uncertain"') && line.includes(NOT_DELIVERED)).length;
  }

  async close(): Promise<void> {
    this.#wanted = 0;
    await Promise.all([...this.#bots].map((bot) => bot.end('SIGTERM')));
    await Promise.all([this.slack.stop(), this.drs.stop()]);
  }

  #start(): void {
    const bot = startProcess(this.#env, running('test/crash/killable-bot.ts'));
    this.#bots.add(bot);
    this.#everyBot.push(bot);
    bot.child.once('exit', () => {
      this.#bots.delete(bot);
      if (this.#bots.size < this.#wanted) this.#start();
    });
  }
}

/** The soak waits on purpose: its trouble is spread over time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
