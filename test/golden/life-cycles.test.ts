import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { MINUTE } from '../../src/domain/base/time.ts';
import { explanation } from '../../src/domain/job/explanation.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import { failureOf } from '../../src/domain/job/progress-answer.ts';
import type { ProgressAnswer } from '../../src/domain/job/progress-answer.ts';
import { CONNECTION, WORKSPACE, jobNumber, openDesk } from '../support/desk.ts';
import type { LeftBehind } from '../support/desk.ts';
import { reported } from '../support/reports.ts';
import { DURATIONS, begin, jobs, listen, minutes, stillClock, transcript } from './life.ts';
import type { Life } from './life.ts';

/*
 * Whole lives: reports go in, and what a channel reads comes out, message by message, as recorded beside this file: each as it
 * was posted, and as it stands at the end where it was edited since.
 */

/** What rules find in the figures of jobs is in the lives beside these. */
const ABOUT_STATUS = { rules: { ready: 'off' } } as const;

const says = ({ desk }: Life, ids: readonly JobId[], status: string, errorCode: string | null = null): void => {
  for (const jobId of ids) desk.answers.set(jobId, reported(status, { jobId, lagMs: 1_000, errorCode }));
};
const fails = (life: Life, ids: readonly JobId[], code: string | null = 'DRS.M05101') =>
  says(life, ids, 'INCRE_TRANSFER_FAILED', code);
const works = (life: Life, ids: readonly JobId[]) => says(life, ids, 'INCRE_TRANSFER_STARTED');

/** What happens, over how many jobs, and how many messages that may cost. */
interface Story {
  readonly watched: number;
  readonly messages: number;
  readonly live: (life: Life) => Promise<void>;
}

const unanswered = (reason: 'server_error' | 'credentials_rejected'): ProgressAnswer => ({
  kind: 'unanswered',
  failure: failureOf(
    reason,
    reason === 'server_error'
      ? explanation('server_fault', { label: 'HTTP 503' })
      : explanation('keys_refused', { label: 'APIGW.0301' }),
  ),
});

/** DRS answers nothing of any job. */
const silence = ({ desk }: Life, answer: ProgressAnswer) => {
  const { ask } = desk;
  desk.ask = (ids) => new Map(ids.map((jobId) => [jobId, answer]));
  return () => void (desk.ask = ask);
};

/** Some hours of it; test/domain/job/flapping.test.ts has whole days. */
const flapping = (everyMinutes: number, downMinutes: number): Story => ({
  watched: 1,
  messages: 8,
  async live(life) {
    for (let minute = 0; minute < 8 * everyMinutes; minute += 1) {
      if (minute % everyMinutes < downMinutes) fails(life, jobs(1));
      else works(life, jobs(1));
      await minutes(life, 1);
    }
    works(life, jobs(1));
    await minutes(life, 2 * everyMinutes + 35);
  },
});

/** A failure and what closes it. */
const closed = (by: (life: Life) => Promise<void>, messages: number): Story => ({
  watched: 2,
  messages,
  async live(life) {
    await minutes(life, 10);
    fails(life, jobs(1));
    await minutes(life, 10);
    await by(life);
  },
});

const STORIES: Readonly<Record<string, Story>> = {
  'thirty-jobs-fail-in-one-pass': {
    watched: 60,
    messages: 1,
    async live(life) {
      await minutes(life, 2);
      fails(life, jobs(30));
      await minutes(life, 3);
    },
  },
  'thirty-jobs-fail-over-forty-seconds': {
    watched: 60,
    messages: 1,
    async live(life) {
      await minutes(life, 2);
      for (const jobId of jobs(30)) {
        fails(life, [jobId]);
        life.clock.advance(1_333);
        await life.desk.tick();
      }
      await minutes(life, 3);
    },
  },
  'thirty-jobs-fail-for-two-causes': {
    watched: 60,
    messages: 1,
    async live(life) {
      await minutes(life, 2);
      fails(life, jobs(24));
      fails(life, jobs(6, 24), 'DRS.M05023');
      await minutes(life, 3);
    },
  },
  'thirty-jobs-recover-over-twenty-minutes': {
    watched: 60,
    messages: 2,
    async live(life) {
      await minutes(life, 2);
      fails(life, jobs(30));
      await minutes(life, 5);
      for (let minute = 0; minute < 20; minute += 1) {
        works(life, jobs(2, 2 * minute));
        await minutes(life, 1);
      }
      works(life, jobs(30));
      await minutes(life, 8);
    },
  },
  'half-of-an-incident-recovers-after-the-first-word-of-recoveries': {
    watched: 8,
    messages: 3,
    async live(life) {
      await minutes(life, 2);
      fails(life, jobs(6));
      await minutes(life, 5);
      works(life, jobs(3));
      await minutes(life, 38);
      works(life, jobs(6));
      await minutes(life, 10);
    },
  },
  'two-jobs-of-an-incident-recover-and-fail-again': {
    watched: 8,
    messages: 4,
    async live(life) {
      await minutes(life, 2);
      fails(life, jobs(6));
      await minutes(life, 2);
      // The first one soon, while the incident still takes more; the other one when it no longer does.
      works(life, jobs(1));
      await minutes(life, 5);
      fails(life, jobs(1));
      await minutes(life, 5);
      works(life, jobs(1, 1));
      await minutes(life, 5);
      fails(life, jobs(1, 1));
      await minutes(life, 5);
      works(life, jobs(6));
      await minutes(life, 8);
    },
  },
  'a-job-flaps-every-3-minutes': flapping(3, 1),
  'a-job-flaps-every-16-minutes': flapping(16, 6),
  'a-job-flaps-every-31-minutes': flapping(31, 15),
  'a-401-for-an-hour': {
    watched: 7,
    messages: 2,
    async live(life) {
      await minutes(life, 5);
      const heal = silence(life, unanswered('credentials_rejected'));
      await minutes(life, 60);
      heal();
      await minutes(life, 5);
    },
  },
  'a-job-that-alone-cannot-be-read': {
    watched: 7,
    messages: 2,
    async live(life) {
      await minutes(life, 5);
      life.desk.answers.set(jobNumber(0), { kind: 'item_error', code: 'DRS.M01501', message: null });
      await minutes(life, 60);
      works(life, jobs(1));
      await minutes(life, 5);
    },
  },
  'a-failure-that-recovers': closed(async (life) => {
    works(life, jobs(1));
    await minutes(life, 10);
  }, 2),
  'a-failure-that-is-paused': closed(async (life) => {
    says(life, jobs(1), 'PAUSING');
    await minutes(life, 10);
  }, 2),
  'a-failure-that-ends': closed(async (life) => {
    says(life, jobs(1), 'RELEASE_RESOURCE_COMPLETE');
    await minutes(life, 10);
  }, 2),
  'a-failure-that-is-gone': closed(async (life) => {
    says(life, jobs(1), 'DELETED');
    await minutes(life, 10);
  }, 2),
  'a-failure-that-is-let-go': closed(async (life) => {
    const { store, clock } = life.desk.context;
    const actor = { workspaceId: WORKSPACE, channelId: 'C1', userId: 'UANA' };
    const [jobId] = jobs(1);
    if (jobId === undefined) return;
    const job = { connectionId: CONNECTION, jobId };
    await store.unsubscribe({ actor, jobs: [job], reason: 'unsubscribed', announce: true, now: clock.now() });
    await minutes(life, 2);
  }, 2),
  'a-clean-migration': {
    watched: 1,
    messages: 6,
    async live(life) {
      for (const [status, length] of [
        ['CONFIGURATION', 5],
        ['STARTJOBING', 5],
        ['FULL_TRANSFER_STARTED', 60],
        ['FULL_TRANSFER_COMPLETE', 3],
        ['INCRE_TRANSFER_STARTED', 60],
        ['RELEASE_RESOURCE_STARTED', 3],
        ['RELEASE_RESOURCE_COMPLETE', 3],
      ] as const) {
        says(life, jobs(1), status);
        await minutes(life, length);
      }
    },
  },
};

test.each(Object.entries(STORIES))('%s reads as recorded', async (name, { watched, messages, live }) => {
  const life = await begin(watched, undefined, ABOUT_STATUS);
  await using _ = life.desk;
  await live(life);
  await expect(transcript(life)).toMatchFileSnapshot(`./life-cycles/${name}.txt`);
  expect(life.posted.length - 1).toBeLessThanOrEqual(messages);
});

test('forty minutes of 503 with a process that is killed inside, and one change meanwhile, read as recorded', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drs-life-'));
  const left: LeftBehind = { address: `sqlite:${join(folder, 'drs.db')}`, clock: stillClock(), said: [] };
  try {
    const life = await begin(7, left, ABOUT_STATUS);
    await minutes(life, 5);
    silence(life, unanswered('server_error'));
    await minutes(life, 20);
    // Killed: nothing is handed over but the file.
    const killed = life.desk;
    life.desk = await openDesk(DURATIONS, left);
    listen(life);
    const heal = silence(life, unanswered('server_error'));
    await minutes(life, 20);
    works(life, jobs(7));
    fails(life, jobs(1));
    heal();
    await minutes(life, 5);
    await expect(transcript(life)).toMatchFileSnapshot('./life-cycles/forty-minutes-of-503-with-a-kill-inside.txt');
    expect(life.posted).toHaveLength(3);
    await life.desk[Symbol.asyncDispose]();
    await killed[Symbol.asyncDispose]();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a bot that was down says so once, with what changed meanwhile', async () => {
  const life = await begin(7, undefined, ABOUT_STATUS);
  await using _ = life.desk;
  await minutes(life, 5);
  life.clock.advance(42 * MINUTE);
  fails(life, jobs(1));
  await minutes(life, 15);
  works(life, jobs(1));
  await minutes(life, 10);
  await expect(transcript(life)).toMatchFileSnapshot('./life-cycles/the-bot-was-down.txt');
  expect(life.posted).toHaveLength(3);
});
