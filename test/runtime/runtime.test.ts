import { PassThrough } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { endsWithin } from '../../src/domain/base/ends-within.ts';
import { DiskFullError } from '../../src/ports/operator-error.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { InFlight } from '../../src/runtime/in-flight.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { Loop } from '../../src/runtime/loop.ts';
import { SILENT } from '../support/silent-log.ts';

describe('a loop', () => {
  test('goes on at once while there is work, sleeps otherwise, and can be woken', async () => {
    const turns: number[] = [];
    let rested = () => {};
    const resting = () => new Promise<void>((resolve) => (rested = resolve));
    let nap = resting();
    const loop = new Loop(
      'test',
      async () => {
        turns.push(turns.length);
        if (turns.length % 2 === 1) return await Promise.resolve(0);
        rested();
        return 60_000;
      },
      systemClock,
      SILENT,
    );
    loop.start();
    await nap;
    expect(turns).toEqual([0, 1]);
    nap = resting();
    loop.wake();
    await nap;
    expect(turns).toEqual([0, 1, 2, 3]);
    await loop.stop();
  });

  test('on a full disk waits for room without a word in the log', async () => {
    const logged: string[] = [];
    const log = { ...SILENT, error: (_fields: object, said: string) => void logged.push(said) };
    const pauses: number[] = [];
    let seen = () => {};
    const twice = new Promise<void>((resolve) => (seen = resolve));
    const clock = {
      ...systemClock,
      sleep: (ms: number) => {
        pauses.push(ms);
        if (pauses.length === 2) seen();
        return new Promise<void>((resolve) => setImmediate(resolve));
      },
    };
    const loop = new Loop('test', () => Promise.reject(new DiskFullError('full')), clock, log);
    loop.start();
    await twice;
    await loop.stop();
    expect(pauses.slice(0, 2)).toEqual([5_000, 5_000]);
    expect(logged).toEqual([]);
  });

  test('outlives a turn that fails, and a stop waits for the turn in progress', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let ended = false;
    let failed = false;
    const clock = { ...systemClock, sleep: () => Promise.resolve() };
    const loop = new Loop(
      'test',
      async () => {
        if (!failed) {
          failed = true;
          throw new Error('disk');
        }
        await held;
        ended = true;
        return 60_000;
      },
      clock,
      SILENT,
    );
    loop.start();
    const stopping = loop.stop().then(() => ended);
    release();
    expect(await stopping).toBe(failed && ended);
  });
});

test('a stop waits for answers in progress, but not for ever', async () => {
  const answers = new InFlight();
  let finish = () => {};
  void answers.run(() => new Promise<void>((resolve) => (finish = resolve)));
  expect(await endsWithin(10, answers.drained(), systemClock)).toBe(false);
  finish();
  expect(await endsWithin(60_000, answers.drained(), systemClock)).toBe(true);
});

test('a log line never holds a token, a password or a signature, wherever it came from', async () => {
  const lines: string[] = [];
  const destination = new PassThrough();
  destination.on('data', (line: Buffer) => lines.push(line.toString()));
  const log = createLogger('info', () => [], destination);
  const error = new Error('refused xoxb-1-2-abc', { cause: new Error('Bearer abc.def') });
  log.info(
    { err: error, token: 'xapp-1-A-b', nested: { password: 'hunter2' } },
    'X-Auth-Token: MIIFzz authorization=Sig SDK-HMAC-SHA256 Access=AKIDKEY, SignedHeaders=host, Signature=c0ffee, err,ak:AKIDKEY2,x',
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(lines).toHaveLength(1);
  expect(lines.join()).not.toMatch(/abc|xapp-1|hunter2|MIIFzz|Sig\b|AKIDKEY|c0ffee/);
});
