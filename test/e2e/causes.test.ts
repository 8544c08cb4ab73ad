import { describe, expect, test } from 'vitest';

import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const FAST = { causeRetryMs: 20, causeGiveUpMs: 5_000 };

async function watching(durations = FAST): Promise<World> {
  const world = await startWorld({ overrides: { durations } });
  world.slack.addChannel('migrations');
  return world;
}

const edited = (world: World, words: string) =>
  world.slack.waitFor(words, () =>
    world.slack.messages('#migrations').find((message) => message.edited && message.text.includes(words)),
  );

describe('a failure', () => {
  test('is told at once, and its cause is edited in, without what is private', async () => {
    await using world = await watching();
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    job.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
    const told = await world.nextMessage('#migrations', 1);
    expect(told.text).toContain('No cause from DRS yet – see the console');
    job.explains({
      error_code: 'DRS.M05023',
      failed_reason: "Duplicate entry 'bob@acme.com' for key 'PRIMARY' in shop.orders on 10.0.0.5:3306",
    });
    const cause = "`DRS.M05023` Duplicate entry '•••' for key 'PRIMARY' in shop.orders on •••";
    expect((await edited(world, cause)).ts).toBe(told.ts);
    expect(world.texts('#migrations')).toHaveLength(2);
    expect((await world.ask('ana', '#migrations', '/drs orders')).text).toContain(cause);
  });

  test.each([
    [{}, '\nDRS ends it by'],
    [{ charging_mode: 'on_demand' }, '\nBilled until it ends by'],
    [{ charging_mode: 'period' }, '\nPaid in advance: DRS does not end it by itself'],
    [{ period_order: { order_id: 'CS2610' } }, '\nPaid in advance: DRS does not end it by itself'],
    [{ period_order: null }, '\nDRS ends it by'],
  ])('says how its job is paid for only as far as DRS has said it: %j', async (detail, words) => {
    await using world = await watching();
    world.drs.setHabits({ insights: [] });
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    job.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
    expect((await world.nextMessage('#migrations', 1)).text).toContain('\nDRS ends it by');
    job.explains({ error_code: 'DRS.M05023', error_message: 'disk full', ...detail });
    expect((await edited(world, 'disk full')).text).toContain(words);
  });

  test('of a parent job has the cause of the sub-job that failed', async () => {
    await using world = await watching();
    const parent = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'shop' });
    parent.silent = true;
    const parts = [1, 2, 3].map((number) =>
      world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: `shop-${number}`, parentId: parent.id }),
    );
    await world.ask('ana', '#migrations', '/drs subscribe shop');
    parts[1]?.becomes('INCRE_TRANSFER_FAILED').explains({ error_code: 'DRS.M05023', error_message: 'disk full' });
    world.drs.clearRequests();
    await world.bot().tick();
    const told = await edited(world, '`DRS.M05023` disk full');
    expect(told.text).toContain('🔴 shop FAILED – replication stopped');
    expect(world.drs.count('detail')).toBe(1);
    expect((await world.ask('ana', '#migrations', '/drs shop')).text).toContain('`DRS.M05023` disk full');
  });

  test('of many jobs costs one request per batch for their causes', async () => {
    await using world = await watching();
    const jobs = Array.from({ length: 12 }, () => world.drs.addJob('INCRE_TRANSFER_STARTED'));
    await world.ask('ana', '#migrations', `/drs subscribe ${jobs.map((job) => job.id).join(' ')}`);
    for (const job of jobs) job.becomes('INCRE_TRANSFER_FAILED').explains({ error_message: `broken ${job.name}` });
    world.drs.clearRequests();
    await world.bot().tick();
    // The same words but for the job's name: one cause, told once for all of them.
    await world.slack.waitFor('the cause', () =>
      world
        .texts('#migrations')
        .some((text) => text.includes('12 of 12 jobs FAILED') && text.includes('Same cause: broken'))
        ? true
        : undefined,
    );
    expect(world.drs.count('progress')).toBe(2);
    expect(world.drs.count('detail')).toBeLessThanOrEqual(3);
  });

  test('whose cause DRS cannot give is told all the same, and the asking ends', async () => {
    await using world = await watching({ ...FAST, causeGiveUpMs: 100 });
    world.drs.setHabits({ companions: false });
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    job.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
    expect((await world.nextMessage('#migrations', 1)).text).toMatch(/^🔴 \S+ FAILED/);
  });

  test('says on its own message when it is over, and the recovery links to it', async () => {
    await using world = await watching();
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    job.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
    const told = await world.nextMessage('#migrations', 1);
    job.becomes('INCRE_TRANSFER_STARTED');
    await world.bot().tick();
    await world.bot().tick();
    expect((await edited(world, '🟢 orders recovered after')).ts).toBe(told.ts);
    const recovery = await world.nextMessage('#migrations', 2);
    expect(recovery.text).toContain(
      `<https://acme.slack.example/archives/${told.channelId}/p${told.ts.replace('.', '')}|First message>`,
    );
  });

  test('of a job that had failed before anybody looked has its cause in the status', async () => {
    await using world = await watching();
    const job = world.drs.addJob('FULL_TRANSFER_FAILED').explains({ error_code: 'DRS.KE0002' });
    expect((await world.ask('ana', '#migrations', `/drs ${job.id}`)).text).toContain(
      'DRS error `DRS.KE0002`: the database refuses the user name or password; test the connection in the console. (<https://support.huaweicloud.com/intl/en-us/api-drs/drs_05_0004.html|documentation>)',
    );
  });

  test('is edited again when Slack was busy the first time', async () => {
    await using world = await watching();
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED');
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    world.slack.faults.next('chat.update', { kind: 'http', status: 503 });
    job.becomes('INCRE_TRANSFER_FAILED').explains({ error_message: 'disk full' });
    await world.bot().tick();
    expect((await edited(world, 'disk full')).text).toMatch(/^🔴 \S+ FAILED/);
  });

  test('in a Chinese channel and an English one has its cause in both languages', async () => {
    await using world = await watching();
    world.slack.addChannel('orders-team');
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    for (const channel of ['#migrations', '#orders-team']) await world.ask('ana', channel, '/drs subscribe orders');
    await world.ask('ana', '#orders-team', '/drs settings lang:zh');
    world.drs.clearRequests();
    job.becomes('INCRE_TRANSFER_FAILED').explains({ error_message: 'disk full' });
    await world.bot().tick();
    await edited(world, 'disk full').catch(() => undefined);
    await world.slack.waitFor('both', () =>
      ['#migrations', '#orders-team'].every((channel) =>
        world.texts(channel).some((text) => text.includes('disk full')),
      )
        ? true
        : undefined,
    );
    const languages = world.drs.requests.flatMap((seen) =>
      seen.target === 'detail' ? [seen.headers['x-language']] : [],
    );
    expect(languages.toSorted()).toEqual(['en-us', 'zh-cn']);
    expect(world.texts('#orders-team').at(-1)).toContain('🔴 orders 失败 – 增量同步中断');
  });
});

describe('the closing message', () => {
  test('sums up the life of the job, the time before the first look included', async () => {
    await using world = await watching();
    const now = Date.now();
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' }).explains({
      actual_start_time: String(now - 50 * 3_600_000),
      full_transfer_complete_time: String(now - 20 * 3_600_000),
    });
    const answer = await world.ask('ana', '#migrations', '/drs orders');
    expect(answer.text).toContain('20 h so far');
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    await world.bot().tick();
    job.becomes('RELEASE_RESOURCE_COMPLETE');
    await world.bot().tick();
    await world.bot().tick();
    const lines = (await world.nextMessage('#migrations', 1)).text.split('\n');
    expect(lines[0]).toBe('✅ orders is done – stopped in sync, last lag 1 s');
    expect(lines.slice(1, 3)).toEqual(['Subscription ended.', 'Full copy 1 d 6 h, Replicating 20 h, Worst lag 1 s']);
  });
});
