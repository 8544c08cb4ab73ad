import { randomFrom } from '../../bench/year-of-world.ts';
import type { SimulatedJob } from '../../demo/drs-simulator/jobs.ts';
import { HOUR, MINUTE } from '../../src/domain/base/time.ts';
import { DRS_FAULTS } from '../faults/drs-faults.ts';
import { SLACK_FAULTS } from '../faults/slack-faults.ts';
import { LASTS } from '../faults/stage.ts';
import type { Row, SignIn, Stage } from '../faults/stage.ts';
import type { Keeper } from './keeper.ts';

/** How long it is usually quiet between two of a kind, in ms: half as long to half as long again. */
const QUIET = {
  faults: 5 * MINUTE,
  changes: 3 * MINUTE,
  racks: 4 * HOUR,
  words: 10 * MINUTE,
  archiving: 3 * HOUR,
  restarts: 2 * HOUR,
} as const;
/** One fault in so many lasts so many times as long: a refusal is then tried after an hour, or only the next day. */
const LONG = { oneIn: 10, times: 10 } as const;
/** How long a rack is down, and a channel archived, in ms. */
const RACK_DOWN_MS = 20 * MINUTE;
const ARCHIVED_MS = 40 * MINUTE;

/** Statuses that people are told of and that a job can come back from. */
const STATUSES = [
  'FULL_TRANSFER_COMPLETE',
  'INCRE_TRANSFER_STARTED',
  'INCRE_TRANSFER_STARTED',
  'PAUSING',
  'INCRE_TRANSFER_FAILED',
];
const WORDS = ['/drs list', '/drs jobs', '/drs orders', '/drs health', '/drs subscribe shop', '/drs unsubscribe shop'];

/** What there is to make trouble for. */
export interface Victims {
  readonly stage: Stage;
  readonly keeper: Keeper;
  /** Names of the channels that watch jobs. */
  readonly channels: readonly string[];
  /** Jobs that go their own ways, and those that fail and recover together. */
  readonly jobs: readonly SimulatedJob[];
  readonly rack: readonly SimulatedJob[];
}

/** What went wrong so far. */
export interface Toll {
  /** Names of the faults that have begun, each as often as it has. */
  readonly drsFaults: string[];
  readonly slackFaults: string[];
  changes: number;
  archived: number;
}

/** Everything that goes wrong for so many ms, at random; what has begun is mended at the end. */
export class Troubles {
  readonly toll: Toll = { drsFaults: [], slackFaults: [], changes: 0, archived: 0 };
  readonly #victims: Victims;
  readonly #seed: number;
  readonly #endsAt: number;

  constructor(victims: Victims, seed: number, ms: number) {
    this.#victims = victims;
    this.#seed = seed;
    this.#endsAt = victims.stage.clock.monotonic() + ms;
  }

  /** Ends when the last of them has ended. */
  async run(): Promise<void> {
    const { slack, drs } = this.#victims.stage;
    const mendDrs = () => drs.faults.clear();
    const mendSlack = () => {
      slack.faults.clear();
      slack.sockets.mend();
      slack.rationReading(null);
    };
    // Each has its own chances, so that none depends on who comes first.
    const streams = [
      (random: Random) => this.#plague(DRS_FAULTS, this.toll.drsFaults, mendDrs, random),
      (random: Random) => this.#plague(SLACK_FAULTS, this.toll.slackFaults, mendSlack, random),
      (random: Random) => this.#every(QUIET.changes, random, () => this.#change(random)),
      (random: Random) => this.#every(QUIET.racks, random, () => this.#failTogether()),
      (random: Random) => this.#every(QUIET.words, random, () => this.#saySomething(random)),
      (random: Random) => this.#every(QUIET.archiving, random, () => this.#archive(random)),
      (random: Random) => this.#every(QUIET.restarts, random, () => this.#restart(random)),
    ];
    await Promise.all(streams.map((stream, index) => stream(randomFrom(this.#seed * streams.length + index))));
  }

  /** One fault after the other, each of them once before any comes again. */
  async #plague(rows: readonly Row[], toll: string[], mendAll: () => void, random: Random): Promise<void> {
    const { stage } = this.#victims;
    let deck: readonly Row[] = [];
    await this.#every(QUIET.faults, random, async () => {
      if (deck.length === 0) deck = shuffle(rows, random);
      const [row, ...others] = deck;
      if (row === undefined) return;
      deck = others;
      toll.push(row.name);
      row.begin(stage);
      // So that there is something to ask about and something to tell.
      await this.#change(random);
      const isLong = row.hangs !== true && random() * LONG.oneIn < 1;
      await this.#sleep(LASTS[row.lasts] * (0.5 + random()) * (isLong ? LONG.times : 1));
      row.mend?.(stage);
      mendAll();
    });
  }

  async #change(random: Random): Promise<void> {
    this.toll.changes += 1;
    pick(this.#victims.jobs, random)?.becomes(pick(STATUSES, random) ?? '');
    await Promise.resolve();
  }

  async #failTogether(): Promise<void> {
    const { rack } = this.#victims;
    for (const job of rack) job.becomes('INCRE_TRANSFER_FAILED');
    await this.#sleep(RACK_DOWN_MS);
    for (const job of rack) job.becomes('INCRE_TRANSFER_STARTED');
  }

  /** Somebody types a command, or presses *Refresh* on any message that has it. */
  async #saySomething(random: Random): Promise<void> {
    const { slack } = this.#victims.stage;
    const channel = pick(this.#victims.channels, random) ?? '';
    const message = pick(slack.messages(channel), random);
    const isPressed = message !== undefined && JSON.stringify(message.blocks).includes('drs_refresh_post');
    if (isPressed && random() < 0.5) await slack.people.click('ana', message, 'Refresh');
    else await slack.people.type('ana', channel, pick(WORDS, random) ?? '');
  }

  async #archive(random: Random): Promise<void> {
    const { people } = this.#victims.stage.slack;
    const channel = pick(this.#victims.channels, random) ?? '';
    this.toll.archived += 1;
    await people.archive('ana', channel);
    await this.#sleep(ARCHIVED_MS * (0.5 + random()));
    await people.unarchive('ana', channel);
  }

  async #restart(random: Random): Promise<void> {
    await this.#victims.keeper.restart(pick(['password', 'key'] as const satisfies readonly SignIn[], random) ?? 'key');
  }

  /** Lets something happen again and again until it is over. */
  async #every(quietMs: number, random: Random, happen: () => Promise<void>): Promise<void> {
    const { clock } = this.#victims.stage;
    for (;;) {
      await this.#sleep(quietMs * (0.5 + random()));
      if (clock.monotonic() >= this.#endsAt) return;
      await happen();
    }
  }

  /** Until then, or until it is over. */
  async #sleep(ms: number): Promise<void> {
    const { clock } = this.#victims.stage;
    await clock.sleep(Math.max(0, Math.min(ms, this.#endsAt - clock.monotonic())));
  }
}

type Random = () => number;

function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}

function shuffle<T>(items: readonly T[], random: Random): readonly T[] {
  const dealt = items.map((item) => ({ item, at: random() }));
  return dealt.toSorted((one, other) => one.at - other.at).map(({ item }) => item);
}
