import { startBot } from '../../src/bot.ts';
import type { Bot } from '../../src/bot.ts';
import { parseConfig } from '../../src/config/config.ts';
import { isSchedule } from '../../src/runtime/cron.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { AT_ONCE, QUICK_VERDICTS } from '../support/quick-durations.ts';
import { environment, LASTS, openStage } from './stage.ts';
import type { DrsRow, OpenStage, Row, Sign, SlackRow } from './stage.ts';

/** Times of the story, in ms. Nothing needs to be exact to less than a hop. */
const [SECOND, MINUTE] = [1_000, 60_000];
const HOP_MS = 10 * SECOND;
/** Where only the end counts: one tick. */
const LONG_HOP_MS = MINUTE;
/** So long the first fault has, to happen. */
const FIRST_MS = 90 * SECOND;
/** What Slack refuses is tried again as soon as the bot does, but for the last pause, which is an hour and then a day there. */
const TRIALS_MS = [5 * SECOND, 30 * SECOND, 5 * MINUTE, 15 * MINUTE];
/** What was held back by the longest pause that a story knows, an hour of DRS's or of Slack's, is tried again within this. */
const HEAL_MS = 75 * MINUTE;
const CALM_MS = 20 * MINUTE;
/** A message that comes late is looked for five minutes after another one was sent in its place. */
const LATE_MS = 6 * MINUTE;
/** How long the bot waits for a stand-in that never answers, in ms of the machine; and for one that is only slow. */
const HANG_MS = 800;
const PATIENCE_MS = 8 * SECOND;
/** Before the next tick, in ms: a fault of 20 s begins then. */
const AHEAD_MS = 2 * SECOND;

/** What went wrong in the whole process since it began. */
const accidents: string[] = [];
for (const event of ['unhandledRejection', 'uncaughtException'] as const)
  process.on(event, (error: unknown) => void accidents.push(`${event}: ${String(error)}`));

/** What the operator can see of one cell. */
type Evidence = Readonly<Record<Sign['where'], string>>;

/**
 * Lets two channels watch some jobs while something is wrong on one side or on both, mends it, and returns what is not as
 * it should be then, one sentence each. Null: nothing is wrong on that side.
 */
export async function playCell(drsRow: DrsRow | null, slackRow: SlackRow | null): Promise<readonly string[]> {
  const before = accidents.length;
  const cell = await Cell.open(drsRow, slackRow);
  try {
    await cell.play();
  } catch (error) {
    cell.complain(`the story broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await cell.close();
  }
  return [...cell.complaints, ...accidents.slice(before)];
}

/** The bot, between both stand-ins, and what happens to them. */
class Cell {
  readonly complaints: string[] = [];
  readonly #stage: OpenStage;
  readonly #drsRow: DrsRow | null;
  readonly #slackRow: SlackRow | null;
  readonly #lines: string[] = [];
  #bot: Bot | null = null;

  private constructor(stage: OpenStage, drsRow: DrsRow | null, slackRow: SlackRow | null) {
    this.#stage = stage;
    this.#drsRow = drsRow;
    this.#slackRow = slackRow;
  }

  static async open(drsRow: DrsRow | null, slackRow: SlackRow | null): Promise<Cell> {
    return new Cell(await openStage(), drsRow, slackRow);
  }

  complain(sentence: string): void {
    this.complaints.push(sentence);
  }

  async play(): Promise<void> {
    const { slack, clock } = this.#stage;
    this.#bot = await clock.during(this.#start(), MINUTE);
    await this.#subscribe('one', 'orders billing shop spare');
    await this.#subscribe('two', 'orders stock');
    await clock.pass(2 * MINUTE, HOP_MS);
    await this.#goWrong();
    const evidence = await this.#look();
    await this.#mend();
    await this.#calm(HEAL_MS, [...TOLD_UNDER_FAULTS, ...this.#toldBesides()]);
    this.#changeAfterwards();
    await this.#calm(CALM_MS, ALL_TOLD);
    // Whatever comes twice has come by then; only Slack can make it.
    await clock.pass(this.#slackRow === null ? MINUTE : LATE_MS, LONG_HOP_MS);
    await this.#judge();
    this.#judgeSigns({ ...evidence, log: this.#lines.join('\n'), ops: textOf(slack, 'ops') });
  }

  async #subscribe(channel: string, jobs: string): Promise<void> {
    // Every job here replicates at once without a lag: that each is caught up would be told at some minute of every story.
    const answer = await this.#ask(channel, `/drs subscribe ${jobs} ready:off`);
    if (!answer.startsWith('Subscribed')) throw new Error(`nobody could subscribe: ${answer}`);
  }

  async close(): Promise<void> {
    const { clock } = this.#stage;
    const startedAt = performance.now();
    const bot = this.#bot;
    if (bot !== null) await clock.during(bot.stop(), MINUTE).catch((error: unknown) => this.complain(String(error)));
    if (performance.now() - startedAt > 10 * SECOND) this.complain('the bot took more than 10 s to stop');
    await this.#stage.close();
  }

  #start(): Promise<Bot> {
    const { clock } = this.#stage;
    const put = (level: string) => (fields: object, message: string) =>
      void this.#lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    const log = { debug: () => undefined, info: put('info'), warn: put('warn'), error: put('error') };
    const patienceFor = (row: Row | null) => (row?.hangs === true ? HANG_MS : PATIENCE_MS);
    const timeouts = { drsTimeoutMs: patienceFor(this.#drsRow), slackTimeoutMs: patienceFor(this.#slackRow) };
    const durations = { ...timeouts, trialsMs: TRIALS_MS, verdicts: QUICK_VERDICTS, incidents: AT_ONCE };
    const signIn = this.#drsRow?.signIn ?? 'password';
    const config = parseConfig(environment(this.#stage, { signIn, databaseUrl: 'sqlite::memory:' }), isSchedule);
    return startBot(config, { clock, log, durations });
  }

  /** Something happens first that Slack is to be told of, then something that DRS is to be asked about. */
  async #goWrong(): Promise<void> {
    const { slack, drs, clock } = this.#stage;
    const isEarly = this.#drsRow?.isEarly === true;
    await clock.pass(MINUTE - AHEAD_MS - (clock.now() % MINUTE), HOP_MS);
    this.#slackRow?.begin(this.#stage);
    if (isEarly) this.#drsRow?.begin(this.#stage);
    this.#stage.job('orders').becomes('INCRE_TRANSFER_FAILED').explains({ error_message: 'the disk is full' });
    const isThere = () =>
      this.#slackRow === null ? FAILED.every((one) => this.#count(one) > 0) : slack.faults.happened.length > 0;
    for (let passed = 0; passed < FIRST_MS && !isThere(); passed += HOP_MS) await clock.pass(HOP_MS, HOP_MS);
    if (!isEarly) this.#drsRow?.begin(this.#stage);
    const asked = drs.count('progress');
    this.#stage.job('billing').becomes('PAUSING');
    await clock.pass(Math.max(...this.#rows().map(({ lasts }) => LASTS[lasts]), MINUTE), HOP_MS);
    await this.#askWhileWrong();
    if (this.#slackRow === null && this.#drsRow !== null) this.#judgeDrs(this.#drsRow, drs.count('progress') - asked);
  }

  /** What is known of DRS while only DRS is at fault. */
  #judgeDrs({ sight, reads = READS[sight], maxRequests = Infinity }: DrsRow, requests: number): void {
    if (sight === 'sees') this.#expectTold(TOLD_WHILE_WRONG, ' while it lasts');
    const answer = this.#stage.slack.ephemerals('two', 'ana').at(-1)?.text ?? '';
    if (!reads.test(answer)) this.complain(`/drs stock says: ${answer}`);
    if (requests > maxRequests) this.complain(`DRS was asked ${requests} times, and wants at most ${maxRequests}`);
  }

  /** A person gets one answer at most, and just one where everything else works. */
  async #askWhileWrong(): Promise<void> {
    const { slack, clock } = this.#stage;
    const known = slack.ephemerals('two', 'ana').length;
    await clock.during(slack.people.type('ana', 'two', '/drs stock'), MINUTE);
    await clock.pass(30 * SECOND, HOP_MS);
    const answers = slack.ephemerals('two', 'ana').length - known;
    const isSure = this.#slackRow === null || this.#slackRow.hears === true;
    if (answers > 1 || (isSure && answers !== 1)) this.complain(`/drs stock was answered ${answers} times`);
  }

  async #look(): Promise<Omit<Evidence, 'log' | 'ops'>> {
    const { slack, clock } = this.#stage;
    const known = slack.ephemerals('two', 'ben').length;
    await clock.during(slack.people.type('ben', 'two', '/drs health'), MINUTE);
    await clock.pass(10 * SECOND, SECOND);
    const health = slack.ephemerals('two', 'ben').slice(known);
    return {
      health: health.map(({ text }) => text).join('\n'),
      metrics: await this.#page('metrics'),
      readyz: await this.#page('readyz'),
    };
  }

  async #mend(): Promise<void> {
    const { slack, drs } = this.#stage;
    for (const row of this.#rows()) row.mend?.(this.#stage);
    slack.faults.clear();
    slack.sockets.mend();
    drs.faults.clear();
    await this.#stage.clock.settle();
  }

  #changeAfterwards(): void {
    this.#stage.job('orders').becomes('INCRE_TRANSFER_STARTED');
    this.#stage.job('billing').becomes('INCRE_TRANSFER_STARTED');
    this.#stage.job('stock').becomes('PAUSING');
  }

  /** Lets time pass until everything has been told and nothing is owed, at most `maxMs`. */
  async #calm(maxMs: number, told: readonly Told[]): Promise<void> {
    for (let passed = 0; passed < maxMs; passed += MINUTE) {
      if (told.every((one) => this.#count(one) > 0) && (await this.#unrest()).length === 0) return;
      await this.#stage.clock.pass(MINUTE, LONG_HOP_MS);
    }
  }

  /** Figures that are not 0 although nothing is wrong any more. */
  async #unrest(): Promise<readonly string[]> {
    const metrics = await this.#page('metrics');
    return RESTFUL.filter((name) => !metrics.includes(`\n${name} 0\n`)).map(
      (name) => metrics.split('\n').find((line) => line.startsWith(`${name} `)) ?? `${name} is missing`,
    );
  }

  async #judge(): Promise<void> {
    this.#expectTold([...ALL_TOLD, ...this.#toldBesides()], '');
    for (const { channel, job } of NEVER_TOLD) {
      const about = this.#stage.slack
        .messages(channel)
        .filter(({ text }) => text.includes(job) && !text.includes('🔔'));
      if (about.length > 0)
        this.complain(`#${channel} was told of ${job}: ${about.map(({ text }) => text).join(' | ')}`);
    }
    const blind = { channel: 'one', what: /No data from DRS/ } as const;
    const isBlind = this.#drsRow?.sight === 'blind';
    for (const channel of ['one', 'two'] as const) {
      const times = this.#count({ ...blind, channel });
      if (times !== (isBlind ? 1 : 0)) this.complain(`#${channel} was told ${times} times that DRS gives no data`);
    }
    for (const figure of await this.#unrest()) this.complain(`at the end: ${figure}`);
    for (const page of ['livez', 'readyz']) {
      const text = await this.#page(page);
      if (text !== 'ok\n') this.complain(`/${page}: ${text}`);
    }
    for (const [channel, jobs] of Object.entries(STATES)) {
      const list = await this.#ask(channel, '/drs list');
      for (const [job, state] of Object.entries(jobs)) {
        // A row of the table: the job, an emoji, how it is.
        const line = list.split(/\n|, (?=\S+ [^\w\s])/).find((one) => one.startsWith(`${job} `)) ?? 'nothing';
        if (!state.test(line)) this.complain(`/drs list in #${channel} has ${job} as: ${line}`);
      }
    }
  }

  #judgeSigns(evidence: Evidence): void {
    // Without a cause nothing is edited.
    const isUnmet = this.#drsRow?.isEarly === true && this.#stage.slack.faults.happened.length === 0;
    const rows = this.#rows().filter((row) => row === this.#drsRow || !isUnmet);
    for (const { where, says } of rows.flatMap(({ signs }) => signs)) {
      if (where === 'health' && this.#slackRow !== null) continue;
      if (!says.test(evidence[where]))
        this.complain(`the operator cannot see ${String(says)} in ${where}:\n${excerpt(evidence[where])}`);
    }
  }

  #expectTold(all: readonly Told[], when: string): void {
    for (const told of all) {
      const times = this.#count(told);
      if (times !== 1)
        this.complain(
          `#${told.channel} was told ${times} times${when}: ${String(told.what)}\n${textOf(this.#stage.slack, told.channel)}`,
        );
    }
  }

  #count({ channel, what, but }: Told): number {
    return this.#stage.slack
      .messages(channel)
      .filter(({ text }) => what.test(text) && (but === undefined || !but.test(text))).length;
  }

  #toldBesides(): readonly Told[] {
    const what = this.#drsRow?.alsoTold;
    return what === undefined ? [] : [{ channel: 'one', what }];
  }

  /** Types a command and returns the one answer. */
  async #ask(channel: string, line: string): Promise<string> {
    const { slack, clock } = this.#stage;
    const known = slack.ephemerals(channel, 'ana').length;
    await clock.during(slack.people.type('ana', channel, line), MINUTE);
    for (let waited = 0; waited < 20 && slack.ephemerals(channel, 'ana').length === known; waited++)
      await clock.pass(SECOND);
    await clock.settle();
    const answers = slack.ephemerals(channel, 'ana').slice(known);
    if (answers.length !== 1) this.complain(`${line} in #${channel} had ${answers.length} answers`);
    return answers[0]?.text ?? '';
  }

  async #page(name: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.#bot?.opsPort ?? 0}/${name}`);
    return await response.text();
  }

  #rows(): readonly Row[] {
    return [this.#drsRow, this.#slackRow].filter((row) => row !== null);
  }
}

/** What a channel is told, in one message. */
interface Told {
  readonly channel: 'one' | 'two';
  readonly what: RegExp;
  /** And not this. */
  readonly but?: RegExp;
}

/** News of a failure, and what an edit makes of it; not the reminder, ⏰, that it still lasts. */
const FAILURE = /🔴 orders FAILED|🔴[^\n]*FAILED[^]*orders|orders[^]*🔴[^\n]*FAILED/;
const FAILED: readonly Told[] = [
  { channel: 'one', what: FAILURE },
  { channel: 'two', what: FAILURE },
];
const PAUSED: Told = { channel: 'one', what: /⏸️[^]*billing/ };
/** What changes while something is wrong. */
const TOLD_WHILE_WRONG = [...FAILED, PAUSED];
const TOLD_UNDER_FAULTS = TOLD_WHILE_WRONG;
/** What a person reads of a job that replicates. */
const READS = {
  sees: /(?:🟢 \S+ – replicating|🏁 \S+ – caught up), lag 1 s/,
  misses: /unknown since|Could not ask DRS just now/,
  blind: /unknown since|Could not ask DRS just now/,
} as const;
/** Everything, in the end. */
const ALL_TOLD: readonly Told[] = [
  ...TOLD_UNDER_FAULTS,
  { channel: 'one', what: /orders recovered after [^\n]* – replicating again/ },
  { channel: 'two', what: /orders recovered after [^\n]* – replicating again/ },
  { channel: 'one', what: /billing – replicating again/ },
  { channel: 'two', what: /⏸️ stock – paused/ },
];
const NEVER_TOLD = [
  { channel: 'one', job: 'shop' },
  { channel: 'one', job: 'stock' },
  { channel: 'two', job: 'billing' },
  { channel: 'two', job: 'shop' },
] as const;
/** How a list calls a job that replicates: a story may last long enough for it to be caught up. */
const REPLICATES = /in sync|caught up|replicating/;
/** What each channel's list says in the end. */
const STATES: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  one: { orders: REPLICATES, billing: REPLICATES, shop: REPLICATES, spare: REPLICATES },
  two: { orders: REPLICATES, stock: /paused/ },
};
/** Figures that are 0 when nothing is wrong and nothing is owed. */
const RESTFUL = [
  'drs_bot_blind_seconds',
  'drs_bot_unreadable_jobs',
  'drs_bot_paused_channels',
  'drs_bot_workspace_refused',
  'drs_bot_queue_deliveries',
  'drs_bot_held_deliveries',
  'drs_bot_looked_for_posts',
];

function textOf(slack: SlackWorkspace, channel: string): string {
  return slack
    .messages(channel)
    .map(({ text }) => text)
    .join('\n');
}

/** The end of a page; of figures those that are not 0. */
function excerpt(text: string): string {
  const lines = text.split('\n').filter((line) => !/^#|^$|_bucket| 0$/.test(line));
  return lines.join('\n').slice(-2_000);
}
