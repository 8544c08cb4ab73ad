import { describe, expect, test } from 'vitest';

import { compareTs, laterTs, tsAt, tsBefore } from '../../src/domain/post/message-ts.ts';
import { msUntilTurn, takeTurn } from '../../src/domain/post/pace.ts';
import type { Post, SearchOutcome } from '../../src/domain/post/post.ts';
import type { ReadBack } from '../../src/domain/post/read-back.ts';
import { settleSearch } from '../../src/domain/post/reconcile.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';

describe('a search for a post', () => {
  const post: Post = {
    id: 'p',
    workspaceId: 'T',
    channelId: 'C',
    facts: [],
    attempt: 1,
    plain: false,
    language: 'en',
    version: 0,
    threadTs: null,
  };
  const pauses = {
    firstRetryMs: SECOND,
    longestRetryMs: MINUTE,
    reconcileAgainMs: 30 * SECOND,
    searchGiveUpMs: 15 * MINUTE,
  };
  const proven: ReadBack = { kind: 'proven', since: 1 };
  const untried: ReadBack = { kind: 'untried' };
  const settle = (outcome: SearchOutcome, readBack: ReadBack = proven, looks = 0, searchedForMs = MINUTE) =>
    settleSearch({ post, looks, readBack, searchedForMs }, outcome, 7, () => 1, pauses);
  const absent = { kind: 'absent', ownSeen: false } as const;

  test('that finds it ends the matter; further copies are to go', () => {
    expect(settle({ kind: 'found', messageTs: ['1.1', '2.2'] })).toEqual({
      kind: 'found',
      messageTs: '1.1',
      copies: ['2.2'],
      at: 7,
    });
  });

  test('must miss it twice, 30 s apart, before it is sent again', () => {
    expect(settle(absent)).toEqual({ kind: 'look_again', afterMs: 30 * SECOND, looks: 1, readBack: proven });
    expect(settle(absent, proven, 1)).toEqual({ kind: 'send_again', afterMs: 0, readBack: proven });
  });

  test('proves nothing by its absence where nothing of ours was ever read, unless another of our posts is seen', () => {
    expect(settle(absent, untried)).toEqual({ kind: 'send_again', afterMs: SECOND, readBack: untried });
    expect(settle({ kind: 'absent', ownSeen: true }, untried)).toMatchObject({
      kind: 'look_again',
      looks: 1,
      readBack: { kind: 'proven', since: 7 },
    });
  });

  test('that may not read has it sent again rather than lost', () => {
    const refused = { kind: 'refused', what: 'reading', reason: 'missing_scope' } as const;
    const sentAgain = { kind: 'send_again', readBack: { kind: 'refused', reason: 'missing_scope' } };
    expect(settle(refused)).toMatchObject(sentAgain);
    expect(settle(refused, untried)).toMatchObject(sentAgain);
  });

  test('is not given up for one odd answer in a channel that was read before', () => {
    const odd = { kind: 'refused', what: 'reading', reason: 'http_403' } as const;
    expect(settle(odd)).toMatchObject({ kind: 'look_again', looks: 0, readBack: proven });
    expect(settle(odd, untried)).toMatchObject({ kind: 'send_again' });
    expect(settle(odd, proven, 0, HOUR)).toMatchObject({ kind: 'send_again' });
  });

  test('in a channel the bot was put out of waits until it is back', () => {
    const out = { kind: 'refused', what: 'channel', reason: 'not_in_channel' } as const;
    expect(settle(out)).toEqual({ kind: 'pause_channel', reason: 'not_in_channel', at: 7 });
    expect(settle(out, untried)).toMatchObject({ kind: 'send_again' });
  });

  test('that Slack does not answer is repeated, and given up in the end', () => {
    const again = { kind: 'again', afterMs: 5 * SECOND, reason: 'ratelimited' } as const;
    expect(settle(again, proven, 1)).toEqual({ kind: 'look_again', afterMs: 5 * SECOND, looks: 1, readBack: proven });
    expect(settle({ ...again, afterMs: null })).toMatchObject({ kind: 'look_again', afterMs: SECOND });
    expect(settle(again, proven, 1, HOUR)).toMatchObject({ kind: 'send_again', readBack: { kind: 'refused' } });
  });
});

describe('a pace', () => {
  const pace = { everyMs: 200, burst: 3 };

  test('lets a burst pass after a rest, then one at a time', () => {
    let pacedTo = 0;
    const passed: number[] = [];
    for (let now = 10_000; now <= 11_000; now += 50) {
      const next = takeTurn(pacedTo, now, pace);
      if (next === null) continue;
      pacedTo = next;
      passed.push(now);
    }
    expect(passed).toEqual([10_000, 10_050, 10_100, 10_200, 10_400, 10_600, 10_800, 11_000]);
  });

  test('says how long to wait', () => {
    expect(msUntilTurn(10_600, 10_000, pace)).toBe(200);
    expect(msUntilTurn(10_400, 10_000, pace)).toBe(0);
  });
});

test('timestamps of Slack are compared as numbers, not as texts', () => {
  expect(compareTs('999.9', '1000.1')).toBeLessThan(0);
  expect(laterTs('1700000000.000200', '1700000000.000100')).toBe('1700000000.000200');
  expect(laterTs(null, '1.1')).toBe('1.1');
  expect(tsBefore('1700000060.123456', MINUTE)).toBe('1700000000.000000');
  expect(tsAt(1_500)).toBe('1.000000');
});
