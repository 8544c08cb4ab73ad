import { getEventListeners } from 'node:events';

import { expect, test } from 'vitest';

import { withDeadline } from '../../src/drs/http.ts';

const aborted = (signal: AbortSignal) =>
  new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('aborted'), { once: true }));

test('work is aborted when its time is over', async () => {
  expect(await withDeadline(1, undefined, aborted)).toBe('aborted');
});

test('work is aborted when whoever asked for it is, before or meanwhile', async () => {
  const outer = new AbortController();
  const working = withDeadline(60_000, outer.signal, aborted);
  outer.abort();
  expect(await working).toBe('aborted');
  expect(await withDeadline(60_000, outer.signal, (signal) => Promise.resolve(signal.aborted))).toBe(true);
});

test('nothing stays behind on a signal that lives on, however the work ends', async () => {
  const { signal } = new AbortController();
  expect(await withDeadline(60_000, signal, () => Promise.resolve('done'))).toBe('done');
  await expect(withDeadline(60_000, signal, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
