import { describe, expect, test } from 'vitest';

import { DAY, MINUTE, SECOND } from '../../src/domain/time.ts';
import { remember } from '../../src/slack/remember.ts';
import type { Learnt } from '../../src/slack/remember.ts';
import { fastClock } from '../support/fast-clock.ts';

/** Answers are given by the test, when it likes. */
function memory() {
  const clock = fastClock();
  const asked: ((answer: Learnt<string>) => void)[] = [];
  const remembered = remember<string>({
    ask: () => new Promise((resolve) => void asked.push(resolve)),
    otherwise: 'nobody knows',
    patienceMs: 2 * SECOND,
    standInMs: DAY,
    retryMs: 10 * SECOND,
    most: 2,
    clock,
  });
  const found = async (answer: Learnt<string>, id = 'a') => {
    const finding = remembered.find(id);
    asked.at(-1)?.(answer);
    return await finding;
  };
  return { clock, asked, remembered, found };
}
const kept = (value: string): Learnt<string> => ({ value, keepMs: MINUTE });

describe('an answer', () => {
  test('counts for as long as it says, and is asked for again after that', async () => {
    const { clock, asked, remembered, found } = memory();
    expect(await found(kept('one'))).toBe('one');
    expect(await remembered.find('a')).toBe('one');
    expect(asked).toHaveLength(1);
    clock.advance(MINUTE);
    expect(await found(kept('two'))).toBe('two');
    expect(asked).toHaveLength(2);
  });

  test('that is on its way is waited for by everybody who asks', async () => {
    const { asked, remembered } = memory();
    const both = Promise.all([remembered.find('a'), remembered.find('a')]);
    asked[0]?.(kept('one'));
    expect(await both).toEqual(['one', 'one']);
    expect(asked).toHaveLength(1);
  });

  test('that takes too long is not waited for, but serves the next', async () => {
    const { asked, remembered } = memory();
    expect(await remembered.find('a')).toBe('nobody knows');
    asked[0]?.(kept('one'));
    await Promise.resolve();
    expect(await remembered.find('a')).toBe('one');
  });

  test('from before stands in for one that does not come, for a day', async () => {
    const { clock, asked, found } = memory();
    await found(kept('one'));
    clock.advance(MINUTE);
    expect(await found(null)).toBe('one');
    expect(await found(null)).toBe('one');
    expect(asked).toHaveLength(2);
    clock.advance(DAY);
    expect(await found(null)).toBe('nobody knows');
  });

  test('is forgotten when asked to, and when there are too many', async () => {
    const { asked, remembered, found } = memory();
    await found(kept('one'));
    remembered.forget('a');
    expect(await found(null)).toBe('nobody knows');
    for (const id of ['a', 'b', 'c']) await found(kept(id), id);
    expect(asked).toHaveLength(5);
    expect(await found(kept('again'))).toBe('again');
  });
});
