import { describe, expect, test } from 'vitest';

import { MINUTE } from '../../src/domain/base/time.ts';
import { findStillLoops } from '../../src/domain/vital-signs.ts';
import type { VitalSigns } from '../../src/domain/vital-signs.ts';

const NOW = 1_700_000_000_000;
const PATIENCE = { intervalMs: MINUTE, stillMs: 3 * MINUTE };
const signs = (changes: Partial<VitalSigns> = {}): VitalSigns => ({
  startedAt: NOW,
  beats: { poller: NOW, dispatcher: NOW, causes: NOW },
  lastTickAt: null,
  poll: { silentMs: 0, overdueMs: 0, nextAt: NOW, pausedUntil: null },
  drs: { kind: 'not_asked' },
  blindMs: 0,
  ...changes,
});
const polledBefore = (silentMs: number) => signs({ poll: { silentMs, overdueMs: 0, nextAt: NOW, pausedUntil: null } });
const beats = (changes: Partial<VitalSigns['beats']>) => signs({ beats: { ...signs().beats, ...changes } });

describe('a loop', () => {
  test('that has turned lately is alive', () => {
    expect(findStillLoops(signs(), NOW + 3 * MINUTE, PATIENCE)).toEqual([]);
  });

  test('that has not turned for too long is named, with how long', () => {
    expect(findStillLoops(beats({ causes: NOW - 4 * MINUTE }), NOW, PATIENCE)).toEqual([
      { loop: 'causes', forMs: 4 * MINUTE },
    ]);
  });

  test('of ticks may be as slow as the schedule says, three times over', () => {
    const hourly = { ...PATIENCE, intervalMs: 60 * MINUTE };
    expect(findStillLoops(polledBefore(179 * MINUTE), NOW, hourly)).toEqual([]);
    expect(findStillLoops(polledBefore(181 * MINUTE), NOW, hourly)).toHaveLength(1);
    expect(findStillLoops(beats({ dispatcher: NOW - 4 * MINUTE }), NOW, hourly)).toHaveLength(1);
  });
});
