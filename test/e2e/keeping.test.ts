import { describe, expect, test } from 'vitest';

import { SIMULATED_KEYS } from '../../demo/drs-simulator/simulator.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/base/time.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { startProcess } from '../support/bot-process.ts';
import { movableClock } from '../support/fast-clock.ts';
import { SILENT } from '../support/silent-log.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { NEVER, startWorld } from '../support/world.ts';

/** Once an hour, next in about five minutes: a run is planned soon, but not while a test runs. */
const inFiveMinutes = () => `${(new Date().getMinutes() + 5) % 60} * * * *`;
const opsChannel = (slack: SlackWorkspace) => ({ OPS_CHANNEL: slack.addChannel('ops').id });

describe('after the bot was down', () => {
  async function twoChannels(schedule = inFiveMinutes()) {
    const clock = movableClock();
    const world = await startWorld({ env: { POLL_SCHEDULE: schedule }, overrides: { clock } });
    for (const name of ['migrations', 'other']) world.slack.addChannel(name);
    const orders = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'billing' });
    await world.ask('ana', '#migrations', '/drs subscribe orders billing');
    await world.ask('ana', '#other', '/drs subscribe billing');
    await world.bot().tick();
    return { world, clock, orders };
  }

  test('for ten minutes every channel hears once what changed meanwhile, and nothing of it in a message of its own', async () => {
    const { world, clock, orders } = await twoChannels();
    await using _ = world;
    await world.stop();
    orders.becomes('INCRE_TRANSFER_FAILED');
    clock.advance(42 * MINUTE);
    await world.start();
    await world.bot().tick();
    const other = await world.nextMessage('#other', 1);
    await world.nextMessage('#migrations', 1);
    expect(world.texts('#migrations')[1]).toContain('⚪ *I was down 42 min');
    expect(world.texts('#migrations')[1]).toContain('Meanwhile: 🔴 *orders* FAILED: replication stopped · 1 unchanged');
    expect(other.text).toContain('Nothing changed meanwhile: the job is as before.');
    await world.stop();
    await world.start();
    await world.bot().tick();
    expect([world.texts('#migrations').length, world.texts('#other').length]).toEqual([2, 2]);
  });

  test('in a night without planned runs nobody is bothered', async () => {
    const { world, clock } = await twoChannels(NEVER);
    await using _ = world;
    await world.stop();
    clock.advance(9 * HOUR);
    await world.start();
    await world.bot().tick();
    expect(world.texts('#other')).toHaveLength(1);
  });

  test.each([-DAY, -HOUR, HOUR, DAY])('a clock that was set by %i ms meanwhile bothers nobody', async (jumpMs) => {
    const { world, clock } = await twoChannels();
    await using _ = world;
    clock.set(jumpMs);
    await world.bot().tick();
    await world.bot().tick();
    expect(world.texts('#other')).toHaveLength(1);
  });

  test('a process that was held is told of as any other down time', async () => {
    const { world, clock } = await twoChannels();
    await using _ = world;
    clock.advance(42 * MINUTE);
    await world.bot().tick();
    expect((await world.nextMessage('#other', 1)).text).toContain('⚪ *I was down 42 min');
  });

  test('for less than that nobody is bothered', async () => {
    const { world, clock } = await twoChannels();
    await using _ = world;
    await world.stop();
    clock.advance(9 * MINUTE);
    await world.start();
    await world.bot().tick();
    expect(world.texts('#other')).toHaveLength(1);
  });

  test('bots that come back, are killed and come back together tell it once', async () => {
    const { world } = await twoChannels();
    await using _ = world;
    await world.stop();
    const db = openDatabase(world.env['DATABASE_URL'] ?? '');
    await db
      .updateTable('connections')
      .set({ alive_at: Date.now() - 42 * MINUTE })
      .execute();
    const env = { ...world.env, POLL_SCHEDULE: '* * * * * *', LOG_LEVEL: 'info' };
    const killed = startProcess(env);
    await killed.printed('the bot is running');
    await killed.end('SIGKILL');
    const bots = [startProcess(env), startProcess(env)];
    await Promise.all(bots.map((bot) => bot.printed('the bot is running')));
    // Killed in the middle of a poll, a bot leaves leases behind for 20 s.
    await world.slack.waitFor(
      'both lines',
      () => (['#migrations', '#other'].every((channel) => world.texts(channel).length > 1) ? true : undefined),
      40_000,
    );
    await expect
      .poll(() => db.selectFrom('blind_episodes').select('episode').where('ended_at', 'is', null).execute())
      .toEqual([]);
    await Promise.all(bots.map((bot) => bot.end('SIGTERM')));
    await db.destroy();
    for (const channel of ['#migrations', '#other'])
      expect(world.texts(channel).slice(1)).toEqual([expect.stringContaining('⚪ *I was down 42 min')]);
  }, 60_000);

  test('and DRS does not answer at first, it is told when DRS does', async () => {
    const { world, clock } = await twoChannels();
    await using _ = world;
    await world.stop();
    clock.advance(42 * MINUTE);
    world.drs.faults.next('progress', { kind: 'status', status: 503 }, 9);
    await world.start();
    await world.bot().tick();
    expect(world.texts('#other')).toHaveLength(1);
    world.drs.faults.clear();
    await world.bot().tick();
    expect((await world.nextMessage('#other', 1)).text).toContain('⚪ *I was down 42 min');
  });
});

describe('the operator', () => {
  test('hears in OPS_CHANNEL that the cloud refuses the key and that it works again, over restarts', async () => {
    const { permanent } = SIMULATED_KEYS;
    const keys = { HUAWEICLOUD_SDK_AK: permanent.accessKey, HUAWEICLOUD_SDK_SK: permanent.secretKey };
    await using world = await startWorld({ env: keys, stage: opsChannel });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('PAUSING');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    world.drs.keys.set({ ...permanent, secretKey: 'rotated' });
    await world.bot().tick();
    const refused = await world.nextMessage('#ops', 1);
    expect(refused.text).toContain('🔴 DRS REFUSES – the cloud does not let the bot in');
    expect(refused.text).toContain('check HUAWEICLOUD_SDK_SK');
    await world.bot().tick();
    await world.stop();
    await world.start();
    await world.bot().tick();
    world.drs.keys.set(permanent);
    await world.stop();
    await world.start();
    await world.bot().tick();
    expect((await world.nextMessage('#ops', 2)).text).toContain('🟢 DRS ANSWERS – the cloud lets the bot in again');
    await world.bot().tick();
    expect(world.texts('#ops')).toHaveLength(3);
  });

  test('hears of a message that Slack refuses as it is and as plain text', async () => {
    await using world = await startWorld({
      stage: opsChannel,
      overrides: { durations: { watchEveryMs: 20, pauseSayMs: 0 } },
    });
    const { id } = world.slack.addChannel('migrations');
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    world.slack.faults.next('chat.postMessage', { kind: 'error', error: 'invalid_blocks' }, { channel: id, count: 2 });
    job.becomes('PAUSING');
    await world.bot().tick();
    const { text } = await world.nextMessage('#ops', 1);
    expect(text).toContain('🔴 NOT TOLD – Slack refuses a message');
    expect(text).toContain(`<#${id}>: about *orders* (\`invalid_blocks\`)`);
  });

  test('that cannot be written to is named in the log, with what to do, and the bot runs', async () => {
    const said: string[] = [];
    const log = { ...SILENT, error: (_fields: object, message: string) => void said.push(message) };
    await using world = await startWorld({
      stage: (slack) => ({ OPS_CHANNEL: slack.addChannel('ops', { kind: 'private' }).id }),
      overrides: { log },
    });
    expect(said).toContain('OPS_CHANNEL cannot be posted to: check the id, and invite the bot into that channel');
    expect(world.slack.connected()).toBe(true);
  });
});

test('a message too old to be kept says so when somebody presses Refresh', async () => {
  const clock = movableClock();
  await using world = await startWorld({
    env: { POLL_SCHEDULE: inFiveMinutes() },
    overrides: { clock, durations: { pruneBreathMs: 1 } },
  });
  world.slack.addChannel('migrations');
  const job = world.drs.addJob('INCRE_TRANSFER_STARTED');
  await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
  job.becomes('PAUSING');
  await world.bot().tick();
  const old = await world.nextMessage('#migrations', 1);
  await world.stop();
  clock.advance(31 * DAY);
  await world.start();
  await world.bot().tick();
  await world.nextMessage('#migrations', 2);
  await world.slack.people.click('ana', old, 'Refresh');
  const answer = await world.slack.waitFor('an answer', () => world.slack.ephemerals('#migrations', 'ana')[1]);
  expect(answer.text).toContain('This message is too old for its buttons.');
});

describe('on a disk that is really full', () => {
  test('nothing crashes, people are told, and it heals', async ({ skip }) => {
    const disk = mountSmallDisk();
    if (disk === null) return skip('this user may not mount');
    await using world = await startWorld({
      env: { DATABASE_URL: `sqlite:${disk.path}/bot.db` },
      stage: opsChannel,
    });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    job.becomes('PAUSING');
    // The log must not have a page left to write to either.
    disk.fill();
    await expect
      .poll(
        () =>
          world
            .bot()
            .tick()
            .then(() => 'went on', String),
        { timeout: 8_000 },
      )
      .toContain(`The disk with the database ${disk.path}/bot.db is full: free some space`);
    const answer = await world.ask('ana', '#migrations', `/drs unsubscribe ${job.id}`);
    expect(answer.text).toContain('I cannot write anything down: the disk of this bot is full. Nothing was changed.');
    await world.stop();
    disk.fill();
    await expect(world.start()).rejects.toThrow('is full: free some space');

    disk.clear();
    await world.start();
    await world.bot().tick();
    const told = await world.slack.waitFor('the change', () =>
      world.texts('#migrations').find((text) => text.includes('⏸️ orders – paused')),
    );
    expect(told).toContain('paused');
    expect((await world.ask('ana', '#migrations', '/drs unsubscribe orders')).text).toContain(
      'Unsubscribed from *orders*',
    );
  });
});
