import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import { DEFAULT_BLIND_RULES, isEndDue, noteDownTime, notePoll } from '../../../src/domain/poll/blind-episode.ts';
import { decodeEpisode, encode } from '../../../src/store/rows/codec.ts';
import type { BlindEpisode } from '../../../src/domain/poll/blind-episode.ts';

const T = 1_000_000_000;
const WHY = explanation('timeout');

type Told = 'blind' | 'seeing' | 'back';
/** `ok` or `bad`: a poll with or without a usable answer; `gap`: nobody asks for 42 minutes. */
type Step = 'ok' | 'bad' | 'gap';

/** Polls a minute apart; the episode is written down and read again after each, as a new process would find it. */
function live(...steps: readonly Step[]): { readonly told: readonly Told[]; readonly episode: BlindEpisode | null } {
  let episode: BlindEpisode | null = null;
  let now = T;
  const told: Told[] = [];
  for (const step of steps) {
    if (step === 'gap') {
      episode = noteDownTime(episode, now, now + 42 * MINUTE);
      now += 42 * MINUTE;
      continue;
    }
    now += MINUTE;
    const change = notePoll(stored(episode), { at: now, why: step === 'ok' ? null : WHY });
    if (change.silence === null) told.push('blind');
    episode = change.episode;
    if (episode !== null && isEndDue(episode, { now, isPassComplete: true })) {
      told.push(episode.kind === 'down' ? 'back' : 'seeing');
      episode = null;
    }
  }
  return { told, episode };
}

function stored(episode: BlindEpisode | null): BlindEpisode | null {
  return episode === null ? null : decodeEpisode(encode(episode));
}

const times = (count: number, step: Step): readonly Step[] => Array.from({ length: count }, () => step);

describe('a connection without a usable answer', () => {
  test('is told as blind after three polls and ten minutes, once', () => {
    expect(live('ok', ...times(10, 'bad')).told).toEqual([]);
    expect(live('ok', ...times(11, 'bad')).told).toEqual(['blind']);
    expect(live('ok', ...times(500, 'bad')).told).toEqual(['blind']);
  });

  test('for less than that is not told at all', () => {
    expect(live('ok', ...times(10, 'bad'), 'ok', ...times(10, 'bad'), 'ok')).toEqual({ told: [], episode: null });
  });

  test('needs three polls where they are far apart', () => {
    const rules = { ...DEFAULT_BLIND_RULES, pollMs: 30 * MINUTE };
    let { episode } = notePoll(null, { at: T, why: WHY }, rules);
    const second = notePoll(episode, { at: T + 30 * MINUTE, why: WHY }, rules);
    expect(second.silence).not.toBeNull();
    ({ episode } = second);
    expect(notePoll(episode, { at: T + HOUR, why: WHY }, rules)).toMatchObject({
      silence: null,
      episode: { since: T },
    });
  });

  test('needs ten minutes where they are close together', () => {
    let episode: BlindEpisode | null = null;
    let polls = 0;
    for (let ms = 0; ms < 10 * MINUTE; ms += 10 * SECOND) {
      const change = notePoll(episode, { at: T + ms, why: WHY }, { ...DEFAULT_BLIND_RULES, pollMs: 10 * SECOND });
      ({ episode } = change);
      if (change.silence === null) polls += 1;
    }
    expect(polls).toBe(0);
  });

  test('is told once more when it sees again', () => {
    expect(live(...times(40, 'bad'), 'ok', 'ok', 'bad', 'ok').told).toEqual(['blind', 'seeing']);
  });

  test('that fails again before everything was asked about has not seen again', () => {
    const { episode } = live(...times(20, 'bad'));
    const seeing = notePoll(episode, { at: T + 21 * MINUTE, why: null }).episode;
    expect(seeing?.seeingAt).toBe(T + 21 * MINUTE);
    const again = notePoll(seeing, { at: T + 22 * MINUTE, why: WHY });
    expect(again).toMatchObject({ silence: 'told', episode: { since: T + MINUTE, seeingAt: null } });
  });

  test('tells what is known when a pass takes longer than ten minutes', () => {
    const episode: BlindEpisode = {
      kind: 'blind',
      since: T - HOUR,
      newsSince: T - HOUR,
      polls: 60,
      polledAt: T - MINUTE,
      blindMs: HOUR,
      why: WHY,
      toldAt: T - 50 * MINUTE,
      returnedAt: null,
      seeingAt: T,
    };
    expect(isEndDue(episode, { now: T + 9 * MINUTE, isPassComplete: false })).toBe(false);
    expect(isEndDue(episode, { now: T + 10 * MINUTE, isPassComplete: false })).toBe(true);
    expect(isEndDue(episode, { now: T + MINUTE, isPassComplete: true })).toBe(true);
  });

  test('is not blind because its clock was set', () => {
    let { episode } = notePoll(null, { at: T, why: WHY });
    for (const at of [T + 5 * HOUR, T + 5 * HOUR + MINUTE, T - HOUR, T - HOUR + MINUTE]) {
      const change = notePoll(episode, { at, why: WHY });
      expect(change.silence).not.toBeNull();
      ({ episode } = change);
    }
    expect(episode?.blindMs).toBe(5 * MINUTE);
  });
});

describe('a bot that was down', () => {
  test('tells what changed once it has looked', () => {
    expect(live('ok', 'gap', 'ok', 'ok').told).toEqual(['back']);
  });

  test('and comes back twice before it could look tells it once, from the first', () => {
    expect(live('ok', 'gap', 'bad', 'gap', 'ok').told).toEqual(['back']);
    expect(live('ok', 'gap', 'bad', 'gap', 'bad').episode?.since).toBe(T + MINUTE);
  });

  test('and finds DRS silent says so after ten minutes, and then that it answers', () => {
    expect(live('ok', 'gap', ...times(12, 'bad'), 'ok').told).toEqual(['blind', 'seeing']);
  });

  test('in an episode that was told says nothing of its own: the end of that covers both', () => {
    expect(live(...times(20, 'bad'), 'gap', 'bad', 'ok').told).toEqual(['blind', 'seeing']);
    expect(live(...times(20, 'bad'), 'gap', 'bad').episode?.since).toBe(T + MINUTE);
  });
});

test('whatever happens, and whenever a new process takes over, beginnings and ends alternate', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom<Step>('ok', 'bad', 'gap'), fc.integer({ min: 1, max: 15 })), { maxLength: 30 }),
      (stretches) => {
        const steps = stretches.flatMap(([step, count]) => (step === 'gap' ? [step] : times(count, step)));
        const { told, episode } = live(...steps, 'ok');
        const pairs = told.filter((edge) => edge !== 'back');
        expect(pairs).toEqual(pairs.map((_edge, index) => (index % 2 === 0 ? 'blind' : 'seeing')));
        expect(pairs.length % 2).toBe(0);
        expect(episode).toBeNull();
      },
    ),
  );
});
