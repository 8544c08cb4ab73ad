import { describe, expect, test } from 'vitest';

import { compareTs, laterTs, tsAt, tsBefore } from '../../src/domain/post/message-ts.ts';
import { msUntilPace, consumePace } from '../../src/domain/post/pace.ts';
import type { SearchOutcome } from '../../src/domain/post/post.ts';
import type { HistoryAccess } from '../../src/domain/post/history-access.ts';
import { decideSearch } from '../../src/domain/post/reconcile.ts';
import type { OpenPost } from '../../src/domain/post/reconcile.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';

describe('a search for a post', () => {
  const pauses = {
    firstRetryMs: SECOND,
    longestRetryMs: MINUTE,
    reconcileAgainMs: 30 * SECOND,
    searchGiveUpMs: 15 * MINUTE,
  };
  const proven: HistoryAccess = { kind: 'verified', since: 1 };
  const untried: HistoryAccess = { kind: 'unknown' };
  const settle = (outcome: SearchOutcome, changes: Partial<OpenPost> = {}) => {
    const open: OpenPost = {
      looks: 0,
      tries: 0,
      historyAccess: proven,
      searchedForMs: HOUR,
      refusedForMs: 0,
      messageTs: null,
      pageOf: 'post',
      hasProof: true,
      ...changes,
    };
    return decideSearch(open, outcome, 7, () => 1, pauses);
  };
  const page = (found: readonly string[], changes: { ownSeen?: boolean; cursor?: string } = {}): SearchOutcome => ({
    kind: 'read',
    found,
    ownSeen: found.length > 0,
    cursor: null,
    ...changes,
  });
  const absent = page([]);

  test('ends with the first page that shows it; further copies on it are to go', () => {
    const found = { kind: 'found', messageTs: '1.1', duplicates: ['2.2'], at: 7 };
    expect(settle(page(['1.1', '2.2']))).toEqual(found);
    expect(settle(page(['1.1', '2.2'], { cursor: 'next' }))).toEqual(found);
  });

  test('must miss it on every page twice, 30 s apart, before it is sent again', () => {
    const readOn = { kind: 'read_on', cursor: 'next', proof: false, historyAccess: proven };
    expect(settle(page([], { cursor: 'next' }))).toEqual(readOn);
    expect(settle(absent)).toEqual({ kind: 'look_again', afterMs: 30 * SECOND, looks: 1, historyAccess: proven });
    expect(settle(absent, { looks: 1 })).toEqual({ kind: 'send_again', afterMs: 0, historyAccess: proven });
  });

  test('that saw nothing of ours asks for a message known to be there; only then does the absence mean anything', () => {
    const open = { historyAccess: untried };
    expect(settle(absent, open)).toEqual({ kind: 'read_on', cursor: null, proof: true, historyAccess: untried });
    expect(settle(page([], { ownSeen: true }), { ...open, pageOf: 'proof' })).toMatchObject({
      kind: 'look_again',
      historyAccess: { kind: 'verified', since: 7 },
    });
    expect(settle(absent, { ...open, pageOf: 'proof' })).toMatchObject({ kind: 'send_again', historyAccess: untried });
    expect(settle(absent, { ...open, hasProof: false })).toMatchObject({ kind: 'send_again', historyAccess: untried });
    expect(settle(page([], { ownSeen: true }), open)).toMatchObject({ kind: 'look_again', looks: 1 });
  });

  test('that may not read has it sent again rather than lost', () => {
    const refused = { kind: 'refused', what: 'reading', reason: 'missing_scope' } as const;
    const sentAgain = { kind: 'send_again', historyAccess: { kind: 'denied', reason: 'missing_scope' } };
    const refusedForMs = 30 * SECOND;
    expect(settle(refused, { refusedForMs })).toMatchObject(sentAgain);
    expect(settle(refused, { refusedForMs, historyAccess: untried })).toMatchObject(sentAgain);
  });

  test('that may not read just now is tried again for 30 s first, whatever the reason is called', () => {
    for (const what of ['reading', 'channel'] as const) {
      const refused = { kind: 'refused', what, reason: 'not_in_channel' } as const;
      const open = { historyAccess: untried, refusedForMs: 29 * SECOND };
      expect(settle(refused, open)).toEqual({ kind: 'try_page_again', afterMs: SECOND, isRefused: true });
    }
  });

  test('is not given up for one odd answer in a channel that was read before', () => {
    const odd = { kind: 'refused', what: 'reading', reason: 'http_403' } as const;
    expect(settle(odd)).toEqual({ kind: 'try_page_again', afterMs: SECOND, isRefused: true });
    expect(settle(odd, { historyAccess: untried, refusedForMs: MINUTE })).toMatchObject({ kind: 'send_again' });
    expect(settle(odd, { refusedForMs: HOUR })).toMatchObject({ kind: 'send_again' });
  });

  test('in a channel the bot was put out of waits until it is back', () => {
    const out = { kind: 'refused', what: 'channel', reason: 'not_in_channel' } as const;
    expect(settle(out)).toEqual({ kind: 'pause_channel', reason: 'not_in_channel', at: 7 });
    expect(settle(out, { historyAccess: untried, refusedForMs: MINUTE })).toMatchObject({ kind: 'send_again' });
  });

  test('that Slack asks to wait waits, however long, and never becomes sending again', () => {
    const later = { kind: 'retry', afterMs: 5 * SECOND, reason: 'ratelimited' } as const;
    for (const searchedForMs of [0, HOUR, 24 * HOUR])
      expect(settle(later, { searchedForMs })).toEqual({ kind: 'wait', afterMs: 5 * SECOND, everyMs: 5 * SECOND });
    expect(settle({ ...later, afterMs: 5 * MINUTE })).toMatchObject({ afterMs: 5 * MINUTE, everyMs: MINUTE });
    const lost = { kind: 'uncertain', reason: 'network' } as const;
    expect(settle(lost, { searchedForMs: 24 * HOUR })).toEqual({ kind: 'try_page_again', afterMs: SECOND });
    expect(settle(lost, { tries: 3 })).toEqual({ kind: 'try_page_again', afterMs: 8 * SECOND });
  });

  test('whose place Slack does not know any more begins anew, but not for ever', () => {
    for (const reason of ['invalid_cursor', 'invalid_ts_latest']) {
      const lost = { kind: 'refused', what: 'reading', reason } as const;
      expect(settle(lost)).toEqual({ kind: 'try_page_again', afterMs: SECOND, isPlaceLost: true });
      expect(settle(lost, { tries: 4 })).toMatchObject({ afterMs: 16 * SECOND, isPlaceLost: true });
      expect(settle(lost, { tries: 5 })).toEqual({ kind: 'try_page_again', afterMs: 32 * SECOND, isRefused: true });
      expect(settle(lost, { tries: 5, refusedForMs: HOUR })).toMatchObject({ kind: 'send_again' });
      const untriedFor = (refusedForMs: number) => settle(lost, { tries: 5, historyAccess: untried, refusedForMs });
      expect(untriedFor(0)).toMatchObject({ kind: 'try_page_again' });
      expect(untriedFor(MINUTE)).toMatchObject({ kind: 'send_again' });
    }
  });

  test('made once more after it was sent again takes away what appeared since, and sends nothing', () => {
    const late = { messageTs: '5.5' };
    expect(settle(page(['1.1', '5.5']), late)).toMatchObject({ kind: 'found', messageTs: '1.1', duplicates: [] });
    expect(settle(page(['5.5']), late)).toEqual({ kind: 'alone', historyAccess: proven });
  });
});

describe('a pace', () => {
  const pace = { everyMs: 200, burst: 3 };

  test('lets a burst pass after a rest, then one at a time', () => {
    let pacedTo = 0;
    const passed: number[] = [];
    for (let now = 10_000; now <= 11_000; now += 50) {
      const next = consumePace(pacedTo, now, pace);
      if (next === null) continue;
      pacedTo = next;
      passed.push(now);
    }
    expect(passed).toEqual([10_000, 10_050, 10_100, 10_200, 10_400, 10_600, 10_800, 11_000]);
  });

  test('says how long to wait', () => {
    expect(msUntilPace(10_600, 10_000, pace)).toBe(200);
    expect(msUntilPace(10_400, 10_000, pace)).toBe(0);
  });
});

test('timestamps of Slack are compared as numbers, not as texts', () => {
  expect(compareTs('999.9', '1000.1')).toBeLessThan(0);
  expect(laterTs('1700000000.000200', '1700000000.000100')).toBe('1700000000.000200');
  expect(laterTs(null, '1.1')).toBe('1.1');
  expect(tsBefore('1700000060.123456', MINUTE)).toBe('1700000000.000000');
  expect(tsAt(1_500)).toBe('1.000000');
});
