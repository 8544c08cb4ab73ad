import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { running } from '../support/programs.ts';

/** Debian's package `faketime` puts it into a folder named after the machine. */
const LIBRARY = (process.platform === 'linux' ? readdirSync('/usr/lib') : [])
  .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));

/** Within this time the demo, which polls every second, must have told what changed, and answered. */
const PATIENCE_MS = 15 * SECOND;

/** The demo as a process whose time of day can be set while it runs. */
interface FakeTimeDemo extends AsyncDisposable {
  /** Sets the time of day so far ahead of the machine's. */
  setAhead(ms: number): Promise<void>;
  /** Types a line at its prompt, and resolves with what it prints from then on, once that holds `wanted`. */
  type(line: string, wanted: RegExp): Promise<string>;
  /** All that it has printed. */
  output(): string;
}

/** Starts it and waits for the end of its story. */
async function startDemo(
  library: string,
  aheadMs: number,
  env: Readonly<Record<string, string>>,
): Promise<FakeTimeDemo> {
  const folder = await mkdtemp(join(tmpdir(), 'drs-bot-time-'));
  const timestamp = join(folder, 'now');
  const setAhead = async (ms: number) => {
    await writeFile(`${timestamp}.new`, `${ms < 0 ? '-' : '+'}${Math.abs(ms) / SECOND}`);
    await rename(`${timestamp}.new`, timestamp);
  };
  await setAhead(aheadMs);
  const [command, ...args] = running('demo/main.ts');
  const child = spawn(command, args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: timestamp,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      ...env,
    },
    stdio: 'pipe',
  });
  const ended = once(child, 'exit');
  let text = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      for (const watch of watchers) watch();
    });
  const printed = (from: number, wanted: RegExp, patienceMs: number) =>
    new Promise<string>((resolve, reject) => {
      const end = (finish: () => void) => {
        watchers.delete(watch);
        clearTimeout(timer);
        finish();
      };
      const watch = () => {
        const since = text.slice(from);
        if (wanted.test(since)) end(() => resolve(since));
      };
      const timer = setTimeout(
        () => end(() => reject(new Error(`not printed within ${patienceMs} ms: ${wanted}\n${text.slice(from)}`))),
        patienceMs,
      );
      watchers.add(watch);
      watch();
    });
  await printed(0, /The story is over/, 2 * MINUTE);
  return {
    setAhead,
    output: () => text,
    type: (line, wanted) => {
      const from = text.length;
      child.stdin.write(`${line}\n`);
      return printed(from, wanted, PATIENCE_MS);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** What a person would try: two changes are told one after the other, and a command is answered. */
async function expectItGoesOn(demo: FakeTimeDemo): Promise<void> {
  await demo.type('drs billing INCRE_TRANSFER_STARTED', /replicating/);
  await demo.type('drs billing PAUSING', /⏸/);
  const health = await ask(demo, '/drs health', /only @ana sees this[\s\S]*│ DRS answers/);
  expect(health).not.toContain('🔴');
}

/** Slack's library takes a clock set ahead for a silent socket and opens it anew: meanwhile a command must be typed again. */
async function ask(demo: FakeTimeDemo, line: string, wanted: RegExp): Promise<string> {
  const either = new RegExp(`${wanted.source}|operation_timeout`);
  for (let tries = 1; ; tries++) {
    const said = await demo.type(line, either);
    if (wanted.test(said) || tries === 3) return said;
  }
}

describe.skipIf(LIBRARY === undefined)(
  'under a time of day that is set while it runs (needs libfaketime: apt-get install faketime)',
  () => {
    test('the demo goes on: polls keep their pace, commands are answered, messages sent, no down time is told', async () => {
      await using demo = await startDemo(LIBRARY ?? '', 0, {});
      await demo.type('/drs subscribe billing', /Subscribed to/);
      await expectItGoesOn(demo);
      let aheadMs = 0;
      for (const jumpMs of [MINUTE, -MINUTE, HOUR, -HOUR, DAY, -DAY]) {
        aheadMs += jumpMs;
        await demo.setAhead(aheadMs);
        await expectItGoesOn(demo).catch((error: unknown) => {
          throw new Error(`after the clock was set by ${jumpMs} ms`, { cause: error });
        });
      }
      expect(demo.output()).not.toContain('BACK');
    }, 400_000);

    test.each([
      ['Europe/Berlin', '2026-10-25T01:00:00Z'],
      ['America/New_York', '2026-11-01T06:00:00Z'],
    ])(
      'the demo goes on in the night in which summer time ends in %s',
      async (zone, change) => {
        const untilChange = Date.parse(change) - Date.now();
        await using demo = await startDemo(LIBRARY ?? '', untilChange - 10 * MINUTE, { TZ: zone });
        await demo.type('/drs subscribe billing', /Subscribed to/);
        await demo.setAhead(Date.parse(change) - Date.now() - 3 * SECOND);
        for (let times = 0; times < 3; times++) await expectItGoesOn(demo);
        expect(demo.output()).not.toContain('BACK');
      },
      400_000,
    );
  },
);
