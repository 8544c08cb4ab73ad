import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import type { RuleChanges } from '../../src/domain/rules/rule-choice.ts';
import { fastClock } from '../support/fast-clock.ts';
import { CONNECTION, jobNumber, openDesk, WORKSPACE } from '../support/desk.ts';
import type { Desk, LeftBehind } from '../support/desk.ts';
import { reported } from '../support/reports.ts';

const JOB = jobNumber(1);
const KEY = { connectionId: CONNECTION, jobId: JOB };

/** Events that a channel was told of, by the minute. */
function heard({ said }: Pick<Desk, 'said'>, channelId: string, from: number): readonly string[] {
  return said
    .filter((one) => one.channelId === channelId)
    .flatMap(({ post }) => post.facts.flatMap((facts) => (facts.kind === 'event' ? [facts.event] : [])))
    .map((event) => `${Math.floor((event.at - from) / MINUTE)} ${nameOf(event)}`);
}

function nameOf(event: JobEvent): string {
  if (event.kind === 'rule') return event.found.kind;
  return event.kind === 'status_changed' ? event.to : event.kind;
}

async function subscribe({ context }: Desk, channelId: string, rules: RuleChanges = {}) {
  const actor = { workspaceId: WORKSPACE, channelId, userId: 'UANA' };
  const about = { connectionId: CONNECTION, jobIds: [JOB], now: context.clock.now(), rules };
  return await context.store.subscribe({ actor, language: 'en', ...about });
}

/** A job that replicates and is watched in C1, by the default rules unless others are given. */
async function begin(rules: RuleChanges = {}, where?: LeftBehind) {
  const desk = await openDesk({ pollSpacingMs: 0 }, where);
  await desk.watch('C1', JOB);
  await subscribe(desk, 'C1', rules);
  return desk;
}

/** One minute for each lag in seconds; a text is a status. */
async function live(desk: Desk, lags: readonly (number | string | null)[]): Promise<void> {
  for (const lag of lags) {
    const status = typeof lag === 'string' ? lag : 'INCRE_TRANSFER_STARTED';
    const lagMs = typeof lag === 'number' ? lag * SECOND : null;
    desk.answers.set(JOB, reported(status, { jobId: JOB, lagMs }));
    await desk.minutes(1);
  }
}

const minutes = (count: number, lag: number | string | null) => Array.from({ length: count }, () => lag);

describe('what the rules find', () => {
  test('is told to every channel by its own rules', async () => {
    await using desk = await begin();
    const from = desk.clock.now();
    await subscribe(desk, 'C2', { lag: { levelMs: MINUTE, holdMs: 5 * MINUTE } });
    await subscribe(desk, 'C3', { lag: 'off', ready: 'off' });
    const lags = Array.from({ length: 60 }, (_, minute) => 130 + (minute % 7));
    await live(desk, [...minutes(4, 1), ...minutes(8, 90), ...lags, ...minutes(8, 2)]);
    const lagOf = (channelId: string) => heard(desk, channelId, from).filter((one) => one.includes('lag_'));
    expect(lagOf('C1')).toHaveLength(2);
    expect(lagOf('C2')).toHaveLength(2);
    expect(lagOf('C3').join()).not.toContain('lag_high');
    const [[first], [own]] = [lagOf('C1'), lagOf('C2')];
    expect(Number.parseInt(own ?? '', 10)).toBeLessThan(Number.parseInt(first ?? '', 10));
  });

  test('is remembered by the rules that decided it, so that each channel can be told why', async () => {
    await using desk = await begin();
    await subscribe(desk, 'C2', { lag: 'off' });
    await live(desk, [...minutes(6, 1), 90]);
    const { rules } = await desk.context.store.readMemory(KEY);
    expect(rules['']?.decisions?.lag_high).toEqual({ kind: 'silent', reason: 'not_so' });
    expect(rules['lag:off']?.decisions?.lag_high).toEqual({ kind: 'silent', reason: 'off' });
  });

  test('is not told to a channel that wants warnings only when it is no warning', async () => {
    await using desk = await begin({ least: 'warning' });
    await subscribe(desk, 'C2');
    const from = desk.clock.now();
    await live(desk, [...minutes(25, 1), ...Array.from({ length: 15 }, (_, minute) => 200 + (minute % 5))]);
    expect(heard(desk, 'C2', from).join()).toMatch(/caught_up.*no_longer_caught_up/);
    expect(heard(desk, 'C1', from).join()).not.toMatch(/\d caught_up/);
    expect(heard(desk, 'C1', from).join()).toMatch(/no_longer_caught_up/);
  });

  test('is the same whoever is stopped and started again meanwhile', async () => {
    const lag = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 60, max: 900 }));
    const stretch = fc.tuple(
      fc.oneof(lag, fc.constantFrom('INCRE_TRANSFER_FAILED', 'PAUSING')),
      fc.integer({ min: 3, max: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(stretch, { minLength: 2, maxLength: 4 }), fc.nat(), async (stretches, at) => {
        const life = stretches.flatMap(([one, count]) =>
          Array.from({ length: count }, (_, minute) => (typeof one === 'number' ? one + (minute % 3) : one)),
        );
        const cut = at % life.length;
        const whole = await lifeOf([life]);
        expect(await lifeOf([life.slice(0, cut), life.slice(cut)])).toEqual(whole);
      }),
      { numRuns: 6 },
    );
  }, 120_000);

  test('is nothing of a job that flaps, nor of one that is over', async () => {
    await using desk = await begin();
    const from = desk.clock.now();
    await live(
      desk,
      Array.from({ length: 6 }, () => [...minutes(4, 500), ...minutes(3, 'INCRE_TRANSFER_FAILED')]).flat(),
    );
    const flaps = heard(desk, 'C1', from);
    expect(flaps.join()).toMatch(/flapping/);
    expect(flaps.join()).not.toMatch(/lag_|still_/);
    await live(desk, minutes(90, 'RELEASE_RESOURCE_COMPLETE'));
    expect(heard(desk, 'C1', from).at(-1)).toMatch(/ended/);
  });

  test('begins with what is known of the last hours where somebody wants other rules', async () => {
    await using desk = await begin();
    await live(
      desk,
      Array.from({ length: 30 }, (_, minute) => 70 + (minute % 7)),
    );
    const from = desk.clock.now();
    await subscribe(desk, 'C2', { lag: { levelMs: MINUTE, holdMs: 20 * MINUTE } });
    await live(desk, [72, 73]);
    expect(heard(desk, 'C2', from)).toEqual(['1 lag_high']);
  });
});

/** What C1 hears in a life that is lived in parts, by a bot for each. */
async function lifeOf(parts: readonly (readonly (number | string | null)[])[]): Promise<readonly string[]> {
  const clock = fastClock();
  const from = clock.now();
  const address = `sqlite:${join(await mkdtemp(join(tmpdir(), 'drs-bot-judging-')), 'bot.db')}`;
  const where: LeftBehind = { address, clock, said: [] };
  for (const [index, part] of parts.entries()) {
    await using desk = index === 0 ? await begin({}, where) : await openDesk({ pollSpacingMs: 0 }, where);
    await live(desk, part);
  }
  return heard(where, 'C1', from);
}

describe('samples', () => {
  test('of a life are there afterwards: every one of the last two hours, one for five minutes before that', async () => {
    await using desk = await begin();
    await live(desk, minutes(4 * 60, 3));
    const samples = await desk.context.store.readSamples(KEY, 0);
    const now = desk.clock.now();
    const young = samples.filter(({ at }) => now - at < 2 * HOUR);
    // A minute of the desk is a little longer.
    expect(young.length).toBeGreaterThan(80);
    const buckets = samples
      .filter(({ at }) => now - at > 2 * HOUR + 5 * MINUTE)
      .map(({ at }) => Math.floor(at / (5 * MINUTE)));
    expect(buckets.length).toBeGreaterThan(30);
    expect(new Set(buckets).size).toBe(buckets.length);
    expect(samples.map(({ at }) => at)).toEqual(samples.map(({ at }) => at).toSorted((one, other) => one - other));
    expect(await desk.context.store.readSamples(KEY, now + DAY)).toEqual([]);
  });

  test('say how high the lag was when the job has ended, however long ago that was, and after a restart', async () => {
    const clock = fastClock();
    const address = `sqlite:${join(await mkdtemp(join(tmpdir(), 'drs-bot-judging-')), 'bot.db')}`;
    const where: LeftBehind = { address, clock, said: [] };
    await using first = await begin({}, where);
    await live(first, [...minutes(3, 1), 95, ...minutes(200, 1)]);
    await using desk = await openDesk({ pollSpacingMs: 0 }, where);
    await live(desk, [...minutes(5, 2), ...minutes(3, 'RELEASE_RESOURCE_COMPLETE')]);
    const ends = where.said.flatMap(({ post }) =>
      post.facts.flatMap((facts) => (facts.kind === 'event' && facts.event.kind === 'ended' ? [facts.event] : [])),
    );
    expect(ends).toMatchObject([{ summary: { lag: { maxMs: 95 * SECOND, lastDays: null } } }]);
  });
});

describe('a passing status', () => {
  test('is told as it comes, and what follows it, to those only who want every status', async () => {
    await using desk = await begin();
    await subscribe(desk, 'C2', { events: 'all' });
    const from = desk.clock.now();
    await live(desk, [1, 1, 'NODE_UPGRADE_START', 'NODE_UPGRADE_START', 1, 1]);
    expect(heard(desk, 'C1', from)).toEqual([]);
    const every = heard(desk, 'C2', from).map((one) => one.replace(/^\d+ /, ''));
    expect(every).toEqual(['NODE_UPGRADE_START', 'INCRE_TRANSFER_STARTED']);
  });
});

describe('a moment by which a copy is wanted', () => {
  test('is said to be missed once when even the early end of the estimate passes it', async () => {
    const by = { typed: 'Sat-02:00', at: 0 };
    await using desk = await begin();
    await subscribe(desk, 'C1', { by: { ...by, at: desk.clock.now() + 5 * HOUR }, stall: 'off' });
    const from = desk.clock.now();
    for (let minute = 0; minute < 4 * 60; minute++) {
      const parts = [{ name: 'data', percent: Math.floor(minute / 12), remainingTime: null }];
      desk.answers.set(JOB, reported('FULL_TRANSFER_STARTED', { jobId: JOB, lagMs: null, parts }));
      await desk.minutes(1);
    }
    expect(heard(desk, 'C1', from).filter((one) => one.includes('window'))).toHaveLength(1);
  });
});
