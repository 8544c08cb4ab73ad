import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DAY, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import { isPhase } from '../../src/domain/job/job-status.ts';
import type { StatusGroup } from '../../src/domain/job/job-status.ts';
import { isEndedBy, isMoreOf, isToldByEdit, LASTING_KINDS } from '../../src/domain/job/rule-endings.ts';
import type { RuleFound } from '../../src/domain/job/rule-endings.ts';
import type { RuleEvent } from '../../src/domain/job/rule-event.ts';
import type { Facts } from '../../src/domain/rules/rule-input.ts';
import { DEFAULT_RULES } from '../../src/domain/rules/rule-settings.ts';
import type { RuleSettings } from '../../src/domain/rules/rule-settings.ts';
import type { Sample } from '../../src/domain/rules/sample.ts';
import { NO_MEMORY } from '../../src/domain/rules/rule-memory.ts';
import { eventsOf, NEW_RULE_STATE, stepRules } from '../../src/domain/rules/step-rules.ts';
import type { RuleState } from '../../src/domain/rules/step-rules.ts';
import { decodeMemory, encodeMemory } from '../../src/store/rows/memory-codec.ts';
import { anEvent } from '../golden/cases/facts.ts';
import { aReport } from '../support/reports.ts';
import { data, feed, minutely, minutes, NO_FACTS } from '../support/rule-feed.ts';

/** Some minutes in which a job does one thing: lags, percents or another status. */
const stretch = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constant('level'), fc.constantFrom(0, 1, 3, 30, 70, 130, 300, 7_200), fc.nat(40)),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant('climb'), fc.constantFrom(5, 30, 60), fc.nat(40)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('jumps'), fc.constantFrom(100, 2_000), fc.nat(20)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('unmeasured'), fc.constant(0), fc.nat(20)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('paused', 'failed', 'maintenance'), fc.constant(0), fc.nat(90)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('stands'), fc.constantFrom(300, 7_200), fc.nat(40)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('wavers'), fc.constantFrom(300, 7_200), fc.nat(200)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('halts'), fc.constant(0), fc.nat(400)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('copies'), fc.constantFrom(0, 1, 10), fc.nat(120)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('unseen'), fc.constantFrom(2, 4, 30, 600), fc.constant(0)) },
);

const life = fc.array(stretch, { minLength: 1, maxLength: 25 }).map(samplesOf);

function samplesOf(stretches: readonly (readonly [string, number, number])[]): readonly Sample[] {
  const samples: Sample[] = [];
  let at = 0;
  for (const [kind, figure, count] of stretches) {
    if (kind === 'unseen') at += figure * MINUTE;
    for (let index = 0; index < count; index += 1) {
      at += MINUTE;
      samples.push(sampleAt(at, kind, figure, index));
    }
  }
  return samples;
}

function sampleAt(at: number, kind: string, figure: number, index: number): Sample {
  const lags: Readonly<Record<string, number | null>> = {
    level: figure + (index % 3) * (figure > 100 ? 1 : 0),
    stands: figure,
    wavers: figure + (index % 7),
    climb: figure * index,
    jumps: index % 2 === 0 ? 0 : figure,
    unmeasured: null,
  };
  const seconds = lags[kind];
  if (seconds !== undefined)
    return { at, group: 'replicating', lagMs: seconds === null ? null : seconds * SECOND, parts: [] };
  if (kind === 'copies')
    return { at, group: 'full_copy', lagMs: null, parts: data(Math.min(100, Math.floor((figure * index) / 5))) };
  if (kind === 'halts') return { at, group: 'full_copy', lagMs: null, parts: data(Math.min(40, 30 + index)) };
  const group = (['paused', 'failed', 'maintenance'] as const).find((one) => one === kind) ?? 'unknown';
  return { at, group, lagMs: null, parts: [] };
}

const ALARMS = [
  'lag_high',
  'nothing_newer',
  'cannot_keep_up',
  'stands_still',
  'catch_up_not_gaining',
] as const satisfies readonly RuleEvent['kind'][];

/** What ends each kind of event, so that it may be told again; all of them are over when the job is in another phase. */
const CLEARED_BY: Readonly<Partial<Record<RuleEvent['kind'], readonly RuleEvent['kind'][]>>> = {
  ...Object.fromEntries(ALARMS.map((kind) => [kind, ['lag_cleared', 'gaining_again']])),
  jumping: ['over'],
  not_measurable: ['over'],
  caught_up: ['no_longer_caught_up', ...ALARMS],
  no_longer_caught_up: ['over', 'caught_up', ...ALARMS],
  stalled: ['moving_again'],
  slow_tail: ['moving_again'],
  deadline_near: [],
};

const isCleared = (kind: RuleEvent['kind'], by: RuleEvent): boolean =>
  (by.kind !== 'over' || by.of === kind) && (CLEARED_BY[kind] ?? []).includes(by.kind);

/** A job that has failed or is paused for a quarter of an hour is about to be ended. */
const SOON: Facts = { ...NO_FACTS, expiry: { afterMs: DAY + 15 * MINUTE, isConfirmed: true } };

/** Every event with the sample it came with. */
function live(
  samples: readonly Sample[],
  rules: RuleSettings = DEFAULT_RULES,
): readonly { readonly sample: Sample; readonly event: RuleEvent }[] {
  let state: RuleState = NEW_RULE_STATE;
  return samples.flatMap((sample) => {
    const step = stepRules(state, sample, rules, SOON);
    ({ state } = step);
    return eventsOf(step.decisions).map((event) => ({ sample, event }));
  });
}

const STATUS: Readonly<Partial<Record<StatusGroup, string>>> = {
  replicating: 'INCRE_TRANSFER_STARTED',
  full_copy: 'FULL_TRANSFER_STARTED',
  paused: 'PAUSING',
  failed: 'INCRE_TRANSFER_FAILED',
};

/** As the job's events keep it. */
function asFound({ sample, event: found }: ReturnType<typeof live>[number]): RuleFound {
  const report = aReport({ status: STATUS[sample.group] ?? 'NODE_UPGRADE_START' });
  return { ...anEvent, kind: 'rule', rules: '', found, report, at: sample.at };
}

describe('whatever a job does', () => {
  test('no rule tells the same twice before it was over', () => {
    fc.assert(
      fc.property(life, (samples) => {
        const told = live(samples);
        const open = new Map<RuleEvent['kind'], StatusGroup>();
        for (const sample of samples) {
          for (const [kind, phase] of open) if (isPhase(sample.group) && sample.group !== phase) open.delete(kind);
          for (const { event } of told.filter((one) => one.sample === sample)) {
            expect(open.has(event.kind)).toBe(false);
            for (const kind of open.keys()) if (isCleared(kind, event)) open.delete(kind);
            if (event.kind in CLEARED_BY) open.set(event.kind, sample.group);
          }
        }
      }),
    );
  });

  test('every message is over once the job was in sync for long enough', () => {
    fc.assert(
      fc.property(life, fc.boolean(), (samples, isReadyTold) => {
        const from = (samples.at(-1)?.at ?? 0) + MINUTE;
        const calm = minutely(minutes(8 * 60, 1)).map((one) => ({ ...one, at: one.at + from }));
        const rules = isReadyTold ? DEFAULT_RULES : { ...DEFAULT_RULES, ready: null };
        const told = live([...samples, ...calm], rules);
        const later: readonly JobEvent[] = told.map(asFound);
        for (const [index, one] of told.entries()) {
          const found = asFound(one);
          const isOfPhase = one.sample.group !== 'replicating' || samples.some(leaves(one.sample));
          if (!LASTING_KINDS.includes(found.found.kind) || found.found.kind === 'caught_up' || isOfPhase) continue;
          const onTop = 'isOnTop' in found.found && found.found.isOnTop;
          const isOver = later.slice(index + 1).some((by) => isEndedBy(found, by));
          expect([found.found.kind, isOver || onTop]).toEqual([found.found.kind, true]);
        }
      }),
    );
  });

  const leaves =
    (from: Sample) =>
    ({ at, group }: Sample): boolean =>
      at > from.at && isPhase(group) && group !== from.group;

  test('what is shown in another message is shown in one that still stands', () => {
    fc.assert(
      fc.property(life, (samples) => {
        const told = live(samples).map(asFound);
        for (const [index, more] of told.entries()) {
          if (!isToldByEdit(more) || more.found.kind === 'over') continue;
          const before = told.slice(0, index);
          const standing = before.filter(
            (one, at) => isMoreOf(one, more) && !told.slice(at + 1, index).some((by) => isEndedBy(one, by)),
          );
          expect(standing.some((one) => !isToldByEdit(one))).toBe(true);
        }
      }),
    );
  });

  test('no alarm comes from fewer than three samples, or across a time that nobody saw', () => {
    fc.assert(
      fc.property(life, (samples) => {
        let state: RuleState = NEW_RULE_STATE;
        let inRow = 0;
        let seenFrom = 0;
        let lastAt: number | null = null;
        for (const sample of samples) {
          const isSeen = lastAt !== null && sample.at - lastAt <= 3 * DEFAULT_RULES.pollMs;
          inRow = isSeen ? inRow + 1 : 1;
          if (!isSeen) seenFrom = sample.at;
          lastAt = sample.at;
          const step = stepRules(state, sample, DEFAULT_RULES, NO_FACTS);
          ({ state } = step);
          for (const decision of Object.values(step.decisions)) {
            if (decision.kind !== 'tell' || decision.event.kind === 'moving_again') continue;
            expect(inRow).toBeGreaterThanOrEqual(3);
            const { event } = decision;
            const isOfReadings =
              event.kind === 'lag_high' || event.kind === 'nothing_newer' || event.kind === 'caught_up';
            expect(isOfReadings ? event.since : seenFrom).toBeGreaterThanOrEqual(seenFrom);
          }
        }
      }),
    );
  });

  test('the time of day changes nothing', () => {
    fc.assert(
      fc.property(life, fc.integer({ min: -400 * DAY, max: 400 * DAY }), (samples, byMs) => {
        const later = samples.map((sample) => ({ ...sample, at: sample.at + byMs }));
        expect(feed(later).told).toEqual(feed(samples).told);
      }),
    );
  });

  test('a restart in between changes nothing', () => {
    fc.assert(
      fc.property(life, fc.nat(), (samples, number) => {
        const cut = number % (samples.length + 1);
        const first = feed(samples.slice(0, cut));
        const rules = { state: first.state, window: { isMissedTold: false }, decisions: null };
        const memory = { ...NO_MEMORY, rules: { '': rules } };
        const kept = decodeMemory(encodeMemory(memory)).rules['']?.state;
        const second = feed(samples.slice(cut), { from: kept ?? NEW_RULE_STATE });
        expect([...first.events, ...second.events]).toEqual(feed(samples).events);
      }),
    );
  });

  test('the same sample again changes nothing', () => {
    fc.assert(
      fc.property(life, (samples) => {
        const twice = samples.flatMap((sample) => [sample, sample]);
        expect(feed(twice).events).toEqual(feed(samples).events);
      }),
    );
  });

  test('what is remembered stays small', () => {
    fc.assert(
      fc.property(life, (samples) => {
        expect(JSON.stringify(feed(samples).state).length).toBeLessThan(6_000);
      }),
    );
  });
});

test('a steady lag of 1 s has caught up, and nothing else is told of it for days', () => {
  expect(feed(minutely(minutes(5 * 1_440, 1))).told).toEqual([[15, 'caught_up']]);
});
