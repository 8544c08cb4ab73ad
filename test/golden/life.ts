import { HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import { NO_OWN_RULES } from '../../src/domain/rules/subscription-rules.ts';
import { DEFAULT_INCIDENT_RULES } from '../../src/domain/post/incident.ts';
import type { Job } from '../../src/domain/job/job.ts';
import type { Post } from '../../src/domain/post/post.ts';
import { editedPostMessage, postMessage } from '../../src/slack/messages/posts/post-message.ts';
import { createTexts, hideOperatorMatters } from '../../src/slack/messages/kit/texts.ts';
import { fastClock } from '../support/fast-clock.ts';
import type { FastClock } from '../support/fast-clock.ts';
import { CONNECTION, jobNumber, listing, openDesk } from '../support/desk.ts';
import type { Desk, LeftBehind } from '../support/desk.ts';

const BEGIN = Date.parse('2026-11-23T02:00:00Z');
const NAMES = Array.from({ length: 60 }, (_, number) => `tenant-${String(number + 1).padStart(2, '0')}`);
export const jobs = (count: number, from = 0): readonly JobId[] =>
  Array.from({ length: count }, (_, n) => jobNumber(from + n));

const texts = hideOperatorMatters(
  createTexts('en', {
    command: '/drs',
    botName: 'drs',
    teamUrl: 'https://acme.slack.example/',
    tellsOperator: true,
    projects: () => ({ asked: 'p1', others: '' }),
    consoleUrl: () => null,
  }),
);

/** A message as it was posted. */
interface Posted {
  readonly at: number;
  readonly id: string;
  readonly text: string;
}

/** A life that is being lived. */
export interface Life {
  desk: Desk;
  readonly posted: Posted[];
  readonly clock: FastClock;
}

/** A clock that only the test moves: whoever waits for an end of something goes on when it has ended. */
export function stillClock(): FastClock {
  const clock = fastClock(BEGIN - HOUR);
  return {
    ...clock,
    sleep: async (_ms, signal) => {
      if (signal !== undefined && !signal.aborted)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  };
}

export const DURATIONS = { incidents: DEFAULT_INCIDENT_RULES, pollSpacingMs: 0 };

export async function begin(
  watched: number,
  where?: LeftBehind,
  { jobType = 'migration', pollMs = MINUTE, rules = NO_OWN_RULES } = {},
): Promise<Life> {
  const clock = where?.clock ?? stillClock();
  const life = {
    desk: await openDesk(
      { ...DURATIONS, downMs: Math.max(10 * MINUTE, 3 * pollMs) },
      where ?? { address: 'sqlite::memory:', clock, said: [] },
      pollMs,
    ),
    posted: [],
    clock,
  };
  life.desk.rules = rules;
  listen(life);
  clock.advance(BEGIN - clock.now());
  const { desk } = life;
  desk.list = () =>
    listing(
      NAMES.map((name, number) => ({ jobId: jobNumber(number), name })),
      jobType,
    );
  await desk.context.jobList.refresh();
  await desk.tick();
  await watch(life, jobs(watched));
  return life;
}

export function listen({ desk, posted, clock }: Life): void {
  desk.send = (post) => {
    if (post.channelId === 'C1') posted.push({ at: clock.now(), id: post.id, text: read(post, null) });
    return { kind: 'delivered', messageTs: `${1_000 + posted.length}.1`, channelId: post.channelId };
  };
}

/** Looks first, as subscribing does, so that the present states are the baseline. */
async function watch({ desk }: Life, watched: readonly JobId[]): Promise<void> {
  const { store, clock } = desk.context;
  await desk.watch('C1', ...watched);
  await store.saveJobList({ connectionId: CONNECTION, listing: desk.list(), now: clock.now() });
  await desk.tick();
}

/** So many minutes, each with its pass and time to say what it found. */
export async function minutes({ desk, clock }: Life, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    clock.advance(20 * SECOND);
    await desk.tick();
    clock.advance(40 * SECOND);
    await desk.speak();
  }
}

function read(post: Post, now: readonly Job[] | null): string {
  const { text } = now === null ? postMessage(texts, post) : editedPostMessage(texts, post, now);
  return text.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1');
}

/** What #C1 read, without the line that announced the subscription. */
export function transcript({ desk, posted }: Life): string {
  const shown = new Map(desk.said.map((one) => [one.post.id, read(one.post, one.jobs)]));
  return posted
    .slice(1)
    .map(({ at, id, text }) => {
      const now = shown.get(id) ?? text;
      const clock = new Date(at).toISOString().slice(5, 19).replace('T', ' ');
      return [`── ${clock}`, text, ...(now === text ? [] : ['   … and in the end', now])].join('\n');
    })
    .join('\n\n')
    .concat('\n');
}
