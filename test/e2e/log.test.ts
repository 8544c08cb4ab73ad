import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { findFreePort } from '../support/free-port.ts';
import { running } from '../support/programs.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { environment } from '../support/world.ts';

/** A bot whose standard output is this descriptor, and what it is seen to do without one word in its log. */
async function startWithOutput(output: number) {
  const slack = await startSlackWorkspace();
  const drs = await startDrsSimulator();
  slack.addUser('ana');
  slack.addChannel('a');
  const job = drs.addJob('FULL_TRANSFER_STARTED');
  const port = await findFreePort();
  const env = {
    ...(await environment('socket', slack, drs)),
    LOG_LEVEL: 'debug',
    POLL_SCHEDULE: '* * * * * *',
    OPS_PORT: String(port),
  };
  const [command, ...args] = running('src/main.ts');
  const bot: ChildProcess = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', output, 'inherit'],
  });
  onTestFinished(async () => {
    bot.kill('SIGKILL');
    await Promise.all([slack.stop(), drs.stop()]);
  });
  const livez = () =>
    fetch(`http://127.0.0.1:${port}/livez`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.status,
      () => null,
    );
  return {
    /** Answers a command, polls, tells a change and shows that it lives. */
    async works() {
      await expect.poll(livez, { timeout: 10_000 }).toBe(200);
      await expect.poll(() => slack.connected(), { timeout: 10_000 }).toBe(true);
      await slack.people.type('ana', '#a', `/drs subscribe ${job.id}`);
      await slack.waitFor('an answer', () => slack.ephemerals('#a', 'ana')[0]);
      const known = drs.requests.length;
      job.becomes('FULL_TRANSFER_FAILED');
      await slack.waitFor('the news', () => slack.messages('#a').find(({ text }) => text.includes('FAILED')));
      expect(drs.requests.length).toBeGreaterThan(known);
      expect(await livez()).toBe(200);
    },
    async stops() {
      const ended = once(bot, 'exit');
      bot.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}

/** A pipe with a name; the test holds both ends open. */
function makePipe() {
  const path = join(mkdtempSync(join(tmpdir(), 'drs-bot-log-')), 'pipe');
  execFileSync('mkfifo', [path]);
  const end = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const output = openSync(path, constants.O_WRONLY);
  const chunk = Buffer.alloc(4_096, 'x');
  return {
    output,
    fill() {
      for (;;)
        try {
          writeSync(end, chunk);
        } catch {
          return;
        }
    },
    /** Everything that is in it now. */
    read() {
      let text = '';
      for (;;)
        try {
          text += chunk.toString('utf8', 0, readSync(end, chunk));
        } catch {
          return text;
        }
    },
    close() {
      closeSync(end);
      closeSync(output);
    },
  };
}

test('a log that nobody reads keeps the bot from nothing: it answers, polls, tells, shows that it lives, and stops', async () => {
  const pipe = makePipe();
  pipe.fill();
  const bot = await startWithOutput(pipe.output);
  await bot.works();
  pipe.read();
  // What waited comes out as soon as somebody reads.
  await expect.poll(() => pipe.read(), { timeout: 10_000 }).toContain('"msg":"the bot is running"');
  pipe.fill();
  expect(await bot.stops()).toBe(0);
  pipe.close();
}, 40_000);

test('a log on a full disk keeps the bot from nothing, and goes on when there is room again', async ({ skip }) => {
  const disk = mountSmallDisk();
  if (disk === null) return skip('this user may not mount');
  const path = join(disk.path, 'bot.log');
  const output = openSync(path, 'a');
  disk.fill();
  const bot = await startWithOutput(output);
  await bot.works();
  expect(readFileSync(path, 'utf8')).not.toContain('the bot is running');
  disk.clear();
  await expect.poll(() => readFileSync(path, 'utf8'), { timeout: 10_000 }).toContain('"msg":"the bot is running"');
  expect(await bot.stops()).toBe(0);
  expect(readFileSync(path, 'utf8')).toContain('"msg":"stopped"');
  closeSync(output);
}, 40_000);
