import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { MINUTE } from '../../src/domain/base/time.ts';
import { judge } from '../../src/domain/poll/judge.ts';
import { NO_MEMORY } from '../../src/domain/rules/rule-memory.ts';
import type { RuleMemory } from '../../src/domain/rules/rule-memory.ts';
import { decodeMemory, encodeMemory } from '../../src/store/rows/memory-codec.ts';
import { aJob, aReport } from '../support/reports.ts';

const START = Date.parse('2026-11-20T00:00:00Z');

/** What the rules remember after so many polls of a job that replicates, whose polls are never quite a minute apart. */
function memoryAfter(polls: number): RuleMemory {
  let memory = NO_MEMORY;
  for (let poll = 0; poll < polls; poll++) {
    const now = START + poll * MINUTE + ((poll * 7_919) % 997);
    const report = aReport({ status: 'INCRE_TRANSFER_STARTED', lagMs: 1_000 + ((poll * 61) % 97) * 73 });
    const job = aJob({}, { report, checkedAt: now });
    const needs = { memory, own: [], isEveryStatusWanted: false };
    const at = { now, pollMs: MINUTE, samples: null };
    ({ memory } = judge(job, { state: job.state, events: [] }, needs, at));
  }
  return memory;
}

/** As the first version with rules wrote it. */
const FIRST = JSON.stringify({
  rules: {
    '': {
      course: {
        lastAt: 1_000_001_320_000,
        group: 'replicating',
        inRow: 3,
        readings: [1_000_001_200_000, 200_000, 60_000, null, 60_000, 201_000],
        settling: 0,
      },
      standstill: { lagMs: 201_000, since: 1_000_001_320_000, polls: 1, isTold: true },
      decisions: [
        { kind: 'lag_cleared', since: 1, lagMs: 2, peakMs: 3 },
        'not_so',
        'told',
        'not_so',
        'not_so',
        'not_lasting',
        'other_status',
        'not_so',
        'other_status',
        'off',
      ],
    },
    'lag:off': {
      course: { lastAt: null, group: 'from_another_version', inRow: 0, readings: [], settling: 3 },
      heartbeat: { climbingSince: 5, teeth: [{ at: 6, lengthMs: 7 }] },
      window: { isMissedTold: true },
    },
  },
  looks: [['INCRE_TRANSFER_STARTED'], 1_000_001_260_000, null, 60_000, 201_000],
  recent: ['full_copy', 1_000_001_180, ['data', 19], 'replicating', 60, 200_000],
});

describe('what the rules remember', () => {
  test('is read again as it was written, hour after hour', () => {
    for (const polls of [1, 2, 59, 60, 61, 240]) {
      const memory = memoryAfter(polls);
      expect(decodeMemory(encodeMemory(memory))).toEqual(memory);
    }
  });

  test('takes 1,100 characters of a job that replicates, at most', () => {
    // Whole hours leave it, so the last poll of one is when it remembers most.
    const lengths = Array.from({ length: 240 }, (_, polls) => encodeMemory(memoryAfter(polls)).length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_100);
    expect(lengths.slice(120).reduce((sum, one) => sum + one, 0) / 120).toBeLessThanOrEqual(900);
  });

  test('is read as the first version wrote it, and kept as it is written now', () => {
    const memory = decodeMemory(FIRST);
    expect(memory.rules['']?.state).toMatchObject({
      course: { lastAt: 1_000_001_320_000, readings: [{ lagMs: 200_000 }, { lagMs: null }, { at: 1_000_001_320_000 }] },
      standstill: { polls: 1 },
      caughtUp: { toldAt: null, isCaughtUp: false },
    });
    expect(memory.rules['lag:off']).toMatchObject({
      state: { course: { group: 'unknown' }, heartbeat: { climbingSince: 5, teeth: [{ at: 6, lengthMs: 7 }] } },
      window: { isMissedTold: true },
    });
    expect(memory.rules['']?.decisions).toMatchObject({ lag_high: { kind: 'tell' }, deadline: { reason: 'off' } });
    expect(memory.looks).toEqual([
      { at: 1_000_001_260_000, status: 'INCRE_TRANSFER_STARTED', lagMs: null },
      { at: 1_000_001_320_000, status: 'INCRE_TRANSFER_STARTED', lagMs: 201_000 },
    ]);
    expect(memory.recent.map(({ group }) => group)).toEqual(['full_copy', 'replicating']);
    expect(decodeMemory(encodeMemory(memory))).toEqual(memory);
  });

  test('is forgotten where anything in it is odd, and what is read of anything can be written', () => {
    const good: unknown = JSON.parse(encodeMemory(memoryAfter(70)));
    const oddities = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(1e308, -1, 0.1, 5e-324, 2 ** 53, 'told', null, {}, [], [1], 0),
    );
    const spoilt = fc
      .tuple(fc.array(fc.nat(60), { maxLength: 4 }), oddities)
      .map(([path, odd]) => spoil(good, path, odd));
    fc.assert(
      fc.property(fc.oneof(spoilt, fc.jsonValue({ maxDepth: 4 })), (value) => {
        const read = decodeMemory(JSON.stringify(value).replaceAll('1e+308', '1e999'));
        expect(decodeMemory(encodeMemory(read))).toEqual(read);
      }),
    );
    for (const odd of [
      '',
      '[',
      '{',
      '[]',
      '[3,[],0,[[],[]],[]]',
      '[2,[],0,[[],[]],[1e999]]',
      '[2,[],0,[[],[]],[5e-324]]',
      '[2,[],0,[[],[]],[1e15,1e15]]',
      '[2,[[""]],0,[[],[]],[]]',
    ])
      expect(decodeMemory(odd)).toEqual(NO_MEMORY);
  });
});

/** A value in which what is at the end of a path is something odd. */
function spoil(value: unknown, [index, ...rest]: readonly number[], odd: unknown): unknown {
  if (index === undefined || !Array.isArray(value) || value.length === 0) return odd;
  const items: readonly unknown[] = value;
  return items.map((item, at) => (at === index % items.length ? spoil(item, rest, odd) : item));
}
