import { describe, expect, test } from 'vitest';

import type { SimulatedJob } from '../../demo/drs-simulator/jobs.ts';
import type { Habits } from '../../demo/drs-simulator/batch-progress.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/base/time.ts';
import { movableClock } from '../support/fast-clock.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** A bot whose clock can be moved, watching so many jobs in #migrations. */
async function watching(count: number, habits: Partial<Habits> = {}) {
  const clock = movableClock();
  const world = await startWorld({ overrides: { clock, durations: { downMs: 1_000 * DAY } }, simulator: { habits } });
  world.slack.addChannel('migrations');
  const jobs = Array.from({ length: count }, (_, number) =>
    world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: `job-${number}` }),
  );
  await world.ask('ana', '#migrations', `/drs subscribe ${jobs.map((job) => job.id).join(' ')}`);
  const pass = async (times: number, everyMs = MINUTE) => {
    for (let tick = 0; tick < times; tick++) {
      clock.advance(everyMs);
      await world.bot().tick();
    }
  };
  return { world, jobs, pass, clock };
}

/** What #migrations was told after the line that announced the subscription. */
const told = (world: World) => world.texts('#migrations').slice(1);
const watchedNow = async (world: World) => (await world.ask('ana', '#migrations', '/drs list')).text;
/** Which jobs are no longer watched, and what was told. */
const change = async (world: World, jobs: readonly SimulatedJob[]) => {
  const list = await watchedNow(world);
  return { unwatched: jobs.filter((job) => !list.includes(job.name)), told: told(world) };
};
const NO_CHANGE = { unwatched: [], told: [] };
/** People have asked by name, so the list has been read. */
const readList = async ({ world, clock }: { world: World; clock: { advance(ms: number): void } }) => {
  clock.advance(2 * MINUTE);
  await world.ask('ana', '#migrations', '/drs jobs');
};
const first = (jobs: readonly SimulatedJob[]): SimulatedJob => {
  const [job] = jobs;
  if (job === undefined) throw new Error('there is no job');
  return job;
};

describe('DRS refuses whole requests with "no such job"', () => {
  test('for an hour: of ten watched jobs none is told gone and no subscription ends', async () => {
    const { world, jobs, pass } = await watching(10);
    await using _ = world;
    world.drs.setHabits({ refusesAll: 'DRS.M00289' });
    await pass(60);
    expect(await change(world, jobs)).toEqual(NO_CHANGE);
    expect((await watchedNow(world)).match(/⚫ unknown/g)).toHaveLength(10);
    world.drs.setHabits({ refusesAll: null });
    first(jobs).becomes('PAUSING');
    await pass(1, 2 * HOUR);
    expect((await world.nextMessage('#migrations', 1)).text).toContain('job-0');
    expect(told(world)).toHaveLength(1);
  });

  test('and cannot be asked for its list either: nobody is told gone after a day and more', async () => {
    const { world, jobs, pass } = await watching(4, { lists: [] });
    await using _ = world;
    world.drs.setHabits({ refusesAll: 'DRS.M00289' });
    await pass(27, HOUR);
    expect(await change(world, jobs)).toEqual(NO_CHANGE);
  });

  test.each([1, 2])('for six minutes where %i are watched: nobody is told gone', async (count) => {
    const setting = await watching(count);
    const { world, jobs, pass } = setting;
    await using _ = world;
    await readList(setting);
    for (const job of jobs) job.delete();
    await pass(7);
    for (const job of jobs) job.restore();
    await pass(2);
    expect(await change(world, jobs)).toEqual(NO_CHANGE);
    expect(await watchedNow(world)).not.toContain('UNKNOWN');
  });

  test.each(['item_error', 'whole_request', 'omitted'] as const)(
    'for single ids (%s) that its list still has: nobody is told gone, in a day and more, but that it cannot be read',
    async (unknownId) => {
      const setting = await watching(4, { unknownId });
      const { world, jobs, pass } = setting;
      await using _ = world;
      await readList(setting);
      first(jobs).delete();
      world.drs.setHabits({ listsDeleted: true });
      await pass(27, HOUR);
      await world.nextMessage('#migrations', 1);
      const unreadable = expect.stringContaining('⚫ job-0 – no data for');
      expect(await change(world, jobs)).toEqual({ unwatched: [], told: [unreadable] });
    },
  );
});

test('a job that DRS reports is not gone, however long its list lacks it', async () => {
  const setting = await watching(4);
  const { world, jobs, pass } = setting;
  await using _ = world;
  await readList(setting);
  first(jobs).unlisted = true;
  await readList(setting);
  await pass(27, HOUR);
  expect(await change(world, jobs)).toEqual(NO_CHANGE);
});

describe('one of five watched jobs is deleted', () => {
  test('and told gone once, after five minutes and a list that was read since', async () => {
    const setting = await watching(5);
    const { world, jobs, pass } = setting;
    await using _ = world;
    await readList(setting);
    first(jobs).delete();
    await pass(5);
    expect(told(world)).toEqual([]);
    const lists = world.drs.count('list');
    await pass(3);
    const { text } = await world.nextMessage('#migrations', 1);
    expect(text).toContain('🔴 job-0 is gone – DRS no longer knows this job');
    expect(text).toContain('it comes back with the job, for 90 days');
    expect(world.drs.count('list')).toBeGreaterThan(lists);
    await pass(20);
    expect(told(world)).toHaveLength(1);
  });

  test('and told gone after a day where no list can be read', async () => {
    const { world, jobs, pass } = await watching(5, { lists: [] });
    await using _ = world;
    first(jobs).delete();
    await pass(24, HOUR);
    expect((await world.nextMessage('#migrations', 1)).text).toContain('⚫ job-0 – no data for');
    expect(told(world)).toHaveLength(1);
    await pass(2, HOUR);
    expect((await world.nextMessage('#migrations', 2)).text).toContain('🔴 job-0 is gone');
  });

  test('and told deleted where batch detail says so, without a list', async () => {
    const { world, jobs, pass } = await watching(2, { lists: [], detailOfDeleted: 'deleted' });
    await using _ = world;
    first(jobs).delete();
    await pass(8);
    expect((await world.nextMessage('#migrations', 1)).text).toContain('🔴 job-0 is gone – it was deleted');
  });

  test('while ten more are asked about: a pass still takes as few requests as it can', async () => {
    const { world, jobs, pass } = await watching(25);
    await using _ = world;
    first(jobs).delete();
    await pass(7);
    world.drs.clearRequests();
    await pass(1);
    expect(world.drs.progressRequests()).toHaveLength(3);
  });
});

describe('a job that was gone', () => {
  async function goneJob(watched = 5) {
    const setting = await watching(watched);
    await readList(setting);
    first(setting.jobs).delete();
    await setting.pass(9);
    await setting.world.nextMessage('#migrations', 1);
    setting.world.drs.clearRequests();
    return { ...setting, job: first(setting.jobs) };
  }
  const askedAbout = (world: World, job: SimulatedJob) =>
    world.drs.progressRequests().filter((ids) => ids.includes(job.id)).length;

  test('is asked about once an hour, and comes back when it answers: one line, same channel', async () => {
    const { world, pass, job } = await goneJob();
    await using _ = world;
    await pass(50);
    expect(askedAbout(world, job)).toBe(0);
    await pass(15);
    expect(askedAbout(world, job)).toBe(1);
    job.restore();
    await pass(1, HOUR);
    expect((await world.nextMessage('#migrations', 2)).text).toBe(
      '🔔 *job-0* is back – DRS knows it again; this channel watches it again',
    );
    job.becomes('INCRE_TRANSFER_FAILED');
    await pass(2);
    expect((await world.nextMessage('#migrations', 3)).text).toContain('🔴 job-0 FAILED');
    expect((await world.ask('ana', '#migrations', `/drs audit ${job.id}`)).text).toContain('subscribed again');
  });

  test('is found by the list after a week', async () => {
    const { world, pass, job } = await goneJob();
    await using _ = world;
    await pass(1, 8 * DAY);
    world.drs.clearRequests();
    await pass(10, HOUR);
    expect(askedAbout(world, job)).toBe(0);
    job.restore();
    // The list is read beside the passes, and no pass waits for it.
    const lines = async () => {
      await pass(1, HOUR);
      return world.texts('#migrations').slice(2);
    };
    await expect.poll(lines, { timeout: 8_000 }).toEqual([expect.stringContaining('is back')]);
  });

  test('does not come back after 90 days', async () => {
    const { world, pass, job } = await goneJob();
    await using _ = world;
    await pass(1, 91 * DAY);
    job.restore();
    await pass(10, HOUR);
    expect(told(world)).toHaveLength(1);
  });

  test('does not come back where somebody has unsubscribed meanwhile', async () => {
    const { world, pass, job } = await goneJob();
    await using _ = world;
    expect((await world.ask('ana', '#migrations', '/drs unsubscribe job-0')).text).toContain('job-0');
    job.restore();
    await pass(3, HOUR);
    expect(told(world).filter((text) => text.includes('is back'))).toEqual([]);
    expect(askedAbout(world, job)).toBe(0);
  });

  test('comes back at once, and once, where somebody subscribes to it anew', async () => {
    const { world, job } = await goneJob();
    await using _ = world;
    job.restore();
    await world.ask('ben', '#migrations', `/drs subscribe ${job.id}`);
    await world.nextMessage('#migrations', 2);
    expect((await watchedNow(world)).match(/job-0/g)).toHaveLength(1);
  });
});
