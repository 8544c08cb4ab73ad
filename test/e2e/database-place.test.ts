import { renameSync, rmSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { startWorld } from '../support/world.ts';

const opsChannel = (slack: SlackWorkspace) => ({ OPS_CHANNEL: slack.addChannel('ops').id });

describe('the database', () => {
  const pathOf = (env: Readonly<Record<string, string>>) => (env['DATABASE_URL'] ?? '').slice('sqlite:'.length);

  test('that is new is told to the operator and in the log, and one that is not only in the log', async () => {
    const lines: string[] = [];
    const keep = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const log = { debug: keep, info: keep, warn: keep, error: keep };
    await using world = await startWorld({ stage: opsChannel, overrides: { log } });
    world.slack.addChannel('migrations');
    const path = pathOf(world.env);
    expect((await world.nextMessage('#ops', 0)).text).toContain(
      `🔵 NEW DATABASE – the bot begins with an empty one: \`${path}\``,
    );
    await world.ask('ana', '#migrations', `/drs subscribe ${world.drs.addJob('PAUSING').id}`);
    await world.stop();
    await world.start();
    expect(lines.filter((line) => line.startsWith('the database is '))).toEqual([
      `the database is new and empty: if this is not the first start, look at DATABASE_URL and the volume ${JSON.stringify({ database: path, isNew: true, bytes: 4096, subscriptions: 0 })}`,
      expect.stringMatching(/^the database is open .*"isNew":false,"bytes":\d+,"subscriptions":1}$/),
    ]);
    expect(world.texts('#ops')).toHaveLength(1);
  });

  test('that is removed under the running bot is saved, the operator hears how to bring it back, and nothing is forgotten', async () => {
    await using world = await startWorld({
      env: { OPS_PORT: '0' },
      stage: opsChannel,
      overrides: { durations: { watchEveryMs: 20 } },
    });
    world.slack.addChannel('migrations');
    await world.nextMessage('#ops', 0);
    const path = pathOf(world.env);
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`);
    const { text } = await world.nextMessage('#ops', 1);
    expect(text).toContain(`🔴 DATABASE GONE – the file of the bot is no longer at \`${path}\``);
    const copy = /everything to `([^`]+)`/.exec(text)?.[1] ?? '';
    const response = await fetch(`http://127.0.0.1:${world.bot().opsPort}/readyz`);
    expect(`${response.status} ${await response.text()}`).toContain(
      `503 ✖ The database that is open is no longer the file at ${path}: stop the bot, put ${copy} there, start it.`,
    );
    // Also what comes after the first copy.
    const job = world.drs.addJob('PAUSING', {}, { name: 'orders' });
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    await world.stop();
    renameSync(copy, path);
    await world.start();
    job.becomes('INCRE_TRANSFER_STARTED');
    await world.bot().tick();
    await world.slack.waitFor('the news', () => world.texts('#migrations')[1]);
    expect((await world.nextMessage('#ops', 2)).text).toContain('🟢 DATABASE OK – the file is back at its path');
  });
});
