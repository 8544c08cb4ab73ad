import { describe, expect, test } from 'vitest';

import { explanation } from '../../src/domain/explanation.ts';
import { MINUTE, SECOND } from '../../src/domain/time.ts';
import { findLastingSilence, findStillLoops } from '../../src/domain/vital-signs.ts';
import type { VitalSigns } from '../../src/domain/vital-signs.ts';

const NOW = 1_700_000_000_000;
const PATIENCE = { intervalMs: MINUTE, stillMs: 3 * MINUTE };
const signs = (changes: Partial<VitalSigns> = {}): VitalSigns => ({
  startedAt: NOW,
  beats: { poller: NOW, dispatcher: NOW, editor: NOW, causes: NOW, reader: NOW },
  lastTickAt: null,
  drs: { kind: 'not_asked' },
  blindMs: 0,
  ...changes,
});
const beats = (changes: Partial<VitalSigns['beats']>) => signs({ beats: { ...signs().beats, ...changes } });

describe('a loop', () => {
  test('that has turned lately is alive', () => {
    expect(findStillLoops(signs(), NOW + 3 * MINUTE, PATIENCE)).toEqual([]);
  });

  test('that has not turned for too long is named, with how long', () => {
    expect(findStillLoops(beats({ editor: NOW - 4 * MINUTE }), NOW, PATIENCE)).toEqual([
      { loop: 'editor', forMs: 4 * MINUTE },
    ]);
  });

  test('of ticks may be as slow as the schedule says, three times over', () => {
    const hourly = { ...PATIENCE, intervalMs: 60 * MINUTE };
    expect(findStillLoops(beats({ poller: NOW - 179 * MINUTE }), NOW, hourly)).toEqual([]);
    expect(findStillLoops(beats({ poller: NOW - 181 * MINUTE }), NOW, hourly)).toHaveLength(1);
    expect(findStillLoops(beats({ dispatcher: NOW - 4 * MINUTE }), NOW, hourly)).toHaveLength(1);
  });

  test('is not taken for alive for ever because a clock jumped back', () => {
    expect(findStillLoops(beats({ poller: NOW + 60 * MINUTE }), NOW, PATIENCE)).toHaveLength(1);
  });
});

describe('the silence of DRS', () => {
  const silent = signs({ drs: { kind: 'silent', since: NOW, why: explanation('timeout') } });

  test('counts only when it lasts', () => {
    expect(findLastingSilence(silent, NOW + 170 * SECOND, PATIENCE)).toBeNull();
    expect(findLastingSilence(silent, NOW + 181 * SECOND, PATIENCE)).toMatchObject({ since: NOW });
  });

  test('is none where nothing was asked, or the last question was answered', () => {
    expect(findLastingSilence(signs(), NOW + 60 * MINUTE, PATIENCE)).toBeNull();
    const answers = signs({ drs: { kind: 'answers', since: NOW, lastAt: NOW } });
    expect(findLastingSilence(answers, NOW + 60 * MINUTE, PATIENCE)).toBeNull();
  });
});
