import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { startProcess } from '../support/bot-process.ts';
import { environment } from '../support/world.ts';

const run = promisify(execFile);

/** What the running process may still write to a file: beyond it, writing fails as on a disk that fails. */
async function limitFiles(pid: number | undefined, bytes: number | 'unlimited'): Promise<void> {
  await run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

test.skipIf(process.platform !== 'linux')(
  'a database that can no longer be written is said by /readyz, until it can',
  async () => {
    await using slack = await startSlackWorkspace();
    await using drs = await startDrsSimulator();
    const bot = startProcess({ ...(await environment('socket', slack, drs)), LOG_LEVEL: 'info', OPS_PORT: '0' });
    await bot.printed('the bot is running');
    const port = /"opsPort":(\d+)/.exec(bot.output())?.[1];
    const readyz = async () => {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`);
      return `${response.status} ${await response.text()}`;
    };
    expect(await readyz()).toBe('200 ok\n');
    await limitFiles(bot.child.pid, 1_024);
    expect(await readyz()).toMatch(/^503 ✖ The disk with the database \S+ fails \(disk I\/O error\): check the disk/);
    await limitFiles(bot.child.pid, 'unlimited');
    expect(await readyz()).toBe('200 ok\n');
    expect((await bot.end('SIGTERM')).code).toBe(0);
  },
  30_000,
);
