import { expect, test } from 'vitest';

import { setMark } from '../../src/domain/consent.ts';

test('the mark of a set knows no order, and tells sets apart', () => {
  const sets = [[], ['1'], ['2'], ['1', '2'], ['12'], ['1', '2', '3'], ['11', '2']];
  expect(new Set(sets.map(setMark)).size).toBe(sets.length);
  expect(setMark(['2', '1'])).toBe(setMark(['1', '2']));
  expect(setMark(Array.from({ length: 10_000 }, (_, index) => `${index}`)).length).toBeLessThan(40);
});
