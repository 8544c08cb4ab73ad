import { describe, expect, test } from 'vitest';

import { DAY, MINUTE } from '../../src/domain/base/time.ts';
import { cacheAnswers } from '../../src/slack/workspace/cached-answers.ts';
import type { Answer } from '../../src/slack/workspace/cached-answers.ts';
import { fastClock } from '../support/fast-clock.ts';

/** Answers are given by the test, when it likes. */
function aCache() {
  const clock = fastClock();
  const asked: ((answer: Answer<string>) => void)[] = [];
  const cached = cacheAnswers<string>({
    ask: () => new Promise((resolve) => void asked.push(resolve)),
    unanswered: 'nobody knows',
    maxKept: 2,
    clock,
  });
  const found = async (answer: Answer<string>, id = 'a') => {
    const finding = cached.find(id);
    asked.at(-1)?.(answer);
    return await finding;
  };
  return { clock, asked, cached, found };
}
const kept = (value: string): Answer<string> => ({ value, keepMs: MINUTE });

describe('what Slack answered', () => {
  test('an answer counts for as long as it says, and is asked for again after that', async () => {
    const { clock, asked, cached, found } = aCache();
    expect(await found(kept('one'))).toBe('one');
    expect(await cached.find('a')).toBe('one');
    expect(asked).toHaveLength(1);
    clock.advance(MINUTE + 1);
    expect(await found(kept('two'))).toBe('two');
    expect(asked).toHaveLength(2);
  });

  test('an answer that is on its way is waited for by everybody who asks', async () => {
    const { asked, cached } = aCache();
    const both = Promise.all([cached.find('a'), cached.find('a')]);
    asked[0]?.(kept('one'));
    expect(await both).toEqual(['one', 'one']);
    expect(asked).toHaveLength(1);
  });

  test('an answer that takes too long is not waited for, but serves the next', async () => {
    const { asked, cached } = aCache();
    expect(await cached.find('a')).toBe('nobody knows');
    asked[0]?.(kept('one'));
    await Promise.resolve();
    expect(await cached.find('a')).toBe('one');
  });

  test('an answer from before stands in for one that does not come, for a day', async () => {
    const { clock, asked, found } = aCache();
    await found(kept('one'));
    clock.advance(MINUTE + 1);
    expect(await found(null)).toBe('one');
    expect(await found(null)).toBe('one');
    expect(asked).toHaveLength(2);
    clock.advance(DAY);
    expect(await found(null)).toBe('nobody knows');
  });

  test('an answer that was asked for before a change is not let in after it, and who waits for it gets the one after it', async () => {
    const { asked, cached } = aCache();
    const finding = cached.find('a');
    cached.forget('a');
    asked[0]?.(kept('before'));
    // Promises alone, because each turn of the event loop uses up somebody's patience here.
    for (let step = 0; asked.length < 2 && step < 20; step++) await Promise.resolve();
    asked[1]?.(kept('after'));
    expect(await finding).toBe('after');
    expect(await cached.find('a')).toBe('after');
    expect(asked).toHaveLength(2);
  });

  test('an answer is forgotten when asked to, and when there are too many', async () => {
    const { asked, cached, found } = aCache();
    await found(kept('one'));
    cached.forget('a');
    expect(await found(null)).toBe('nobody knows');
    for (const id of ['a', 'b', 'c']) await found(kept(id), id);
    expect(asked).toHaveLength(5);
    expect(await found(kept('again'))).toBe('again');
  });
});
