import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { expect, test } from 'vitest';

import { openStore } from '../../src/store/open-store.ts';
import { openSqlite } from '../../src/store/sqlite/sqlite-driver.ts';
import { startWorld } from '../support/world.ts';

test('a database that another program has locked holds up neither an acknowledgement nor /livez, and loses nothing', async () => {
  await using world = await startWorld({ env: { OPS_PORT: '0' } });
  world.slack.addChannel('ops');
  const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  await world.ask('ana', 'ops', '/drs version');
  const other = openSqlite((world.env['DATABASE_URL'] ?? '').slice('sqlite:'.length));
  other.exec('begin immediate');
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const asked = world.ask('ana', 'ops', `/drs subscribe ${job.id}`);
  try {
    const acked = world.slack.people.type('ben', 'ops', '/drs list');
    const alive = await fetch(`http://127.0.0.1:${world.bot().opsPort}/livez`);
    expect(alive.status).toBe(200);
    expect(await acked).toEqual({ acked: true, slackSays: null });
    expect((await world.slack.people.type('ben', 'ops', '/drs help')).acked).toBe(true);
  } finally {
    delay.disable();
    other.exec('rollback');
    other.close();
  }
  expect((await asked).text).toContain('Subscribed to');
  expect(delay.max / 1e6).toBeLessThan(1_000);
});

test('a database is for its own user alone, also in a folder that was there', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'drs-bot-')), 'bot.db');
  const store = await openStore(`sqlite:${path}`, { clock: () => 0 });
  await store.openWorkspace({ id: 'T1', name: 'Acme', at: 0 });
  const modes = await Promise.all(['', '-wal', '-shm'].map(async (end) => (await stat(`${path}${end}`)).mode & 0o777));
  await store.close();
  expect(modes).toEqual([0o600, 0o600, 0o600]);
});
