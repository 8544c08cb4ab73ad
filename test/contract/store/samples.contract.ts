import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import type { JobId } from '../../../src/domain/job/job-id.ts';
import type { RuleEvent } from '../../../src/domain/job/rule-event.ts';
import { judge } from '../../../src/domain/poll/judge.ts';
import { NO_MEMORY } from '../../../src/domain/rules/rule-memory.ts';
import type { RuleMemory } from '../../../src/domain/rules/rule-memory.ts';
import type { Sample } from '../../../src/domain/rules/sample.ts';
import { rulesKey } from '../../../src/domain/rules/subscription-rules.ts';
import type { RuleChanges } from '../../../src/domain/rules/rule-choice.ts';
import type { SubscriptionRules } from '../../../src/domain/rules/subscription-rules.ts';
import { NO_TERMS } from '../../../src/domain/job/job-terms.ts';
import { NO_TIMES } from '../../../src/domain/job/phases.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import { aReport, BILLING, ORDERS } from '../../support/reports.ts';
import { ana, ben, changed, CONNECTION, key, passingDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

const TIGHT: SubscriptionRules = { lag: { levelMs: MINUTE, holdMs: 5 * MINUTE } };
const LAG_HIGH: RuleEvent = { kind: 'lag_high', since: 1, lagMs: 2, levelMs: 3, holdMs: 4 };
const CAUGHT_UP: RuleEvent = { kind: 'caught_up', since: 1, lagMs: 2, maxMs: 3, alwaysZero: false };

const found = (event: RuleEvent, rules: SubscriptionRules = {}): JobEvent => ({
  ...changed(1),
  kind: 'rule',
  rules: rulesKey(rules),
  found: event,
});

function memoryOf(recent: readonly Sample[]): RuleMemory {
  return { ...NO_MEMORY, recent };
}

/** Promises about what was read of jobs over time, what the rules remember, and who hears of what they found. */
export function sampleContract(open: OpenStore): void {
  const { desk, commit, stateOf, poll, watch, unsubscribe, drain } = passingDesk(open);

  async function subscribe(actor: typeof ana, rules?: RuleChanges) {
    const about = { connectionId: CONNECTION, jobIds: [ORDERS], now: desk.now };
    return await desk.store.subscribe({ actor, language: 'en', ...about, ...(rules === undefined ? {} : { rules }) });
  }
  async function needsOf(jobId: JobId) {
    const job = await desk.store.findJob(key(jobId));
    return job === null ? undefined : (await desk.store.findRuleNeeds([job])).get(jobId);
  }
  async function remember(memory: RuleMemory, aged: readonly Sample[] = []) {
    return await commit(ORDERS, await stateOf(ORDERS), { judgement: { memory, aged } });
  }
  const sampleAt = (at: number, lagMs: number | null = SECOND): Sample => ({
    at,
    group: 'replicating',
    lagMs,
    parts: [],
  });

  describe('what the rules remember', () => {
    test('is nothing of a job that nobody has seen', async () => {
      expect(await desk.store.readMemory(key(ORDERS))).toEqual(NO_MEMORY);
      expect(await desk.store.readSamples(key(ORDERS), 0)).toEqual([]);
    });

    test('is read again as it was written, whatever a job went through', async () => {
      await watch(ORDERS);
      let memory = NO_MEMORY;
      const statuses = ['FULL_TRANSFER_STARTED', 'INCRE_TRANSFER_STARTED', 'INCRE_TRANSFER_FAILED', 'PAUSING'];
      for (const status of statuses) {
        for (let minute = 0; minute < 130; minute++) {
          desk.now += MINUTE;
          const parts = [{ name: 'data', percent: Math.min(100, minute), remainingTime: null }];
          const report = aReport({ status, parts, lagMs: minute % 7 === 0 ? null : minute * SECOND });
          const state = { ...UNSEEN_JOB, report, checkedAt: desk.now };
          const job = { ...key(ORDERS), name: null, jobType: null, times: NO_TIMES, terms: NO_TERMS };
          const known = { ...job, state, overSince: null, askAlone: false, refusals: 0, waitingSince: 1 };
          const own = [{ key: rulesKey(TIGHT), rules: TIGHT }];
          const needs = { memory, own, isEveryStatusWanted: false };
          ({ memory } = judge(known, { state, events: [] }, needs, { now: desk.now, pollMs: MINUTE, samples: null }));
        }
        await remember(memory);
        expect(await desk.store.readMemory(key(ORDERS))).toEqual(memory);
      }
    });

    test('stays as it was after a poll that says nothing of it, and is not kept of a job that nobody watches', async () => {
      await watch(ORDERS);
      const memory = memoryOf([sampleAt(desk.now)]);
      await remember(memory);
      await poll(ORDERS, 'INCRE_TRANSFER_STARTED');
      expect(await desk.store.readMemory(key(ORDERS))).toEqual(memory);
      await poll(BILLING, 'INCRE_TRANSFER_STARTED');
      await commit(BILLING, await stateOf(BILLING), { judgement: { memory, aged: [] } });
      expect(await desk.store.readMemory(key(BILLING))).toEqual(NO_MEMORY);
    });
  });

  describe('samples', () => {
    test('are those of the rows and of the memory, oldest first, since a moment', async () => {
      await watch(ORDERS);
      const hour = Math.floor(desk.now / HOUR) * HOUR;
      const parts = [
        { name: 'data', percent: 12.5 },
        { name: 'index', percent: 0 },
      ];
      const copy: Sample = { at: hour - 3 * HOUR, group: 'full_copy', lagMs: null, parts };
      const aged = [
        copy,
        { ...copy, at: copy.at + 5 * MINUTE },
        sampleAt(hour - 2 * HOUR),
        sampleAt(hour - HOUR, null),
      ];
      await remember(memoryOf([sampleAt(hour, 5)]), aged);
      expect(await desk.store.readSamples(key(ORDERS), 0)).toEqual([...aged, sampleAt(hour, 5)]);
      expect(await desk.store.readSamples(key(ORDERS), hour - HOUR)).toEqual([
        sampleAt(hour - HOUR, null),
        sampleAt(hour, 5),
      ]);
    });
  });

  describe('samples that are older', () => {
    /** How many rows that took. */
    const prune = async () => {
      const nothing = { deliveriesBefore: 0, eventsBefore: 0, goneBefore: 0, unwatchedBefore: 0 };
      for (let all = 0; ;) {
        const { samples } = await desk.store.prune({ ...nothing, now: desk.now, limit: 48 });
        if (samples === 0) return all;
        all += samples;
      }
    };

    test('than two hours are kept for 5 minutes each, and read the same whether that was done or not', async () => {
      await watch(ORDERS);
      const hour = Math.floor(desk.now / HOUR) * HOUR;
      const aged = Array.from({ length: 5 * 60 }, (_, minute) => sampleAt(hour + minute * MINUTE, minute * SECOND));
      await remember(NO_MEMORY, aged);
      desk.now = hour + 5 * HOUR;
      const before = await desk.store.readSamples(key(ORDERS), 0);
      expect(before).toHaveLength(3 * 12 + 2 * 60);
      expect(await prune()).toBe(3);
      expect(await desk.store.readSamples(key(ORDERS), 0)).toEqual(before);
      expect(await prune()).toBe(0);
    });

    test('than a week are kept for an hour each, with the worst lag, and forgotten after 90 days', async () => {
      await watch(ORDERS);
      const day = Math.floor(desk.now / DAY) * DAY;
      const aged = Array.from({ length: 3 * 288 }, (_, index) =>
        sampleAt(day + index * 5 * MINUTE, (index % 12) * SECOND),
      );
      await remember(NO_MEMORY, aged);
      desk.now = day + 9 * DAY;
      await prune();
      const kept = await desk.store.readSamples(key(ORDERS), 0);
      expect(kept).toHaveLength(2 * 24 + 288);
      expect(kept.slice(0, 2)).toEqual([55, 115].map((minute) => sampleAt(day + minute * MINUTE, 11 * SECOND)));
      await prune();
      expect(await desk.store.readSamples(key(ORDERS), 0)).toEqual(kept);
      desk.now = day + 92 * DAY;
      // The third day became hourly, and the first is forgotten; the second is too old to be shown.
      expect(await prune()).toBeGreaterThanOrEqual(24 + 1);
      const left = await desk.store.readSamples(key(ORDERS), 0);
      expect(left).toHaveLength(24);
      expect(new Set(left.map(({ at }) => Math.floor((at - day) / DAY)))).toEqual(new Set([2]));
    });

    test('go with their job, and so does what the rules remember', async () => {
      await watch(ORDERS);
      await remember(memoryOf([sampleAt(desk.now)]), [sampleAt(desk.now - DAY)]);
      await unsubscribe(ORDERS);
      desk.now += DAY;
      const everything = { deliveriesBefore: desk.now, eventsBefore: desk.now, goneBefore: desk.now };
      const gone = async () => {
        await desk.store.prune({ ...everything, unwatchedBefore: desk.now, now: desk.now, limit: 10 });
        return (await desk.store.findJob(key(ORDERS))) === null;
      };
      for (let round = 0; round < 5 && !(await gone()); round++);
      expect(await desk.store.findJob(key(ORDERS))).toBeNull();
      expect(await desk.store.readSamples(key(ORDERS), 0)).toEqual([]);
      expect(await desk.store.readMemory(key(ORDERS))).toEqual(NO_MEMORY);
    });
  });

  describe('what judging a job takes', () => {
    test('is nothing where nobody watches it', async () => {
      await poll(ORDERS, 'INCRE_TRANSFER_STARTED');
      expect(await needsOf(ORDERS)).toBeUndefined();
    });

    test('is its memory, and each set of rules once that some channel has', async () => {
      await watch(ORDERS);
      await subscribe(ben, { ...TIGHT, least: 'warning' });
      await subscribe({ ...ben, channelId: 'C3' }, TIGHT);
      await subscribe({ ...ben, channelId: 'C4' }, { stall: 'off' });
      await remember(memoryOf([sampleAt(desk.now)]));
      expect(await needsOf(ORDERS)).toEqual({
        memory: memoryOf([sampleAt(desk.now)]),
        own: [
          { key: rulesKey(TIGHT), rules: { ...TIGHT, least: 'warning' } },
          { key: 'stall:off', rules: { stall: 'off' } },
        ],
        isEveryStatusWanted: false,
      });
      await unsubscribe(ORDERS, { ...ben, channelId: 'C4' });
      expect((await needsOf(ORDERS))?.own).toHaveLength(1);
    });
  });

  describe('the rules of a subscription', () => {
    test('are those that were asked for, and are kept', async () => {
      await poll(ORDERS, 'INCRE_TRANSFER_STARTED');
      expect(await subscribe(ana, TIGHT)).toMatchObject([{ kind: 'subscribed', subscription: { rules: TIGHT } }]);
      expect(await desk.store.listSubscriptions(ana)).toMatchObject([{ rules: TIGHT }]);
    });

    test('are changed by subscribing again, one by one, and the answer says what they were', async () => {
      await watch(ORDERS);
      expect(await subscribe(ana, TIGHT)).toMatchObject([
        { kind: 'changed', before: { rules: {} }, after: { rules: TIGHT } },
      ]);
      const both = { ...TIGHT, least: 'warning' } as const;
      expect(await subscribe(ana, { least: 'warning' })).toMatchObject([{ kind: 'changed', before: { rules: TIGHT } }]);
      expect(await subscribe(ana)).toMatchObject([{ kind: 'already_subscribed', subscription: { rules: both } }]);
      expect(await subscribe(ana, both)).toMatchObject([{ kind: 'already_subscribed' }]);
      const [changed] = await subscribe(ana, { lag: 'default' });
      expect(changed).toMatchObject({ kind: 'changed', before: { rules: both } });
      expect(await desk.store.listSubscriptions(ana)).toMatchObject([{ rules: { least: 'warning' } }]);
      const { entries } = await desk.store.pageAudit({ channel: ana, job: null, before: null, limit: 10 });
      expect(entries.filter(({ change }) => change.kind !== 'subscribed')).toHaveLength(3);
    });
  });

  describe('what a rule found', () => {
    test('is told to those only under whose rules it was found', async () => {
      await watch(ORDERS);
      await subscribe(ben, TIGHT);
      await drain();
      const toAna = await commit(ORDERS, await stateOf(ORDERS), { events: [found(LAG_HIGH)] });
      expect(toAna.deliveries).toBe(1);
      expect((await drain()).map((post) => post.channelId)).toEqual([ana.channelId]);
      await commit(ORDERS, await stateOf(ORDERS), { events: [found(LAG_HIGH, TIGHT)] });
      expect((await drain()).map((post) => post.channelId)).toEqual([ben.channelId]);
    });

    test('is not told to those who want only what is more urgent', async () => {
      await watch(ORDERS);
      await subscribe(ben, { least: 'warning' });
      await drain();
      const both = await commit(ORDERS, await stateOf(ORDERS), { events: [found(LAG_HIGH)] });
      expect(both.deliveries).toBe(2);
      const one = await commit(ORDERS, await stateOf(ORDERS), { events: [found(CAUGHT_UP)] });
      expect(one.deliveries).toBe(1);
      await subscribe(ben, { least: 'default', events: 'all' });
      expect((await needsOf(ORDERS))?.isEveryStatusWanted).toBe(true);
      const passing: JobEvent = { ...changed(desk.now), kind: 'status_changed', from: 'A', to: 'B', isPassing: true };
      expect((await commit(ORDERS, await stateOf(ORDERS), { events: [passing] })).deliveries).toBe(1);
      await subscribe(ben, { least: 'warning', events: 'default' });
      const info = await commit(ORDERS, await stateOf(ORDERS), { events: [changed(desk.now)] });
      expect(info.deliveries).toBe(1);
    });
  });
}
