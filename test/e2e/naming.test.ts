import { describe, expect, test } from 'vitest';

import { MINUTE } from '../../src/domain/base/time.ts';
import { movableClock } from '../support/fast-clock.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const REPLICATING = 'INCRE_TRANSFER_STARTED';
const named = (world: World, name: string, status = REPLICATING) => world.drs.addJob(status, {}, { name });
const ask = (world: World, line: string) => world.ask('ana', '#migrations', line);
const firstLine = async (world: World, line: string) => (await ask(world, line)).text.split('\n')[0];

/** A bot whose list of jobs may be read again at any moment, and jobs it has heard of already. */
async function worldKnowing(...names: readonly string[]): Promise<World> {
  const world = await startWorld({ overrides: { durations: { listEveryMs: 0 } } });
  world.slack.addChannel('migrations');
  for (const name of names) named(world, name);
  await ask(world, '/drs jobs');
  return world;
}

describe('a name is not believed for long', () => {
  test('a new job is found beside an older one whose name begins with its own', async () => {
    await using world = await worldKnowing('billing-archive');
    named(world, 'billing', 'INCRE_TRANSFER_FAILED');
    expect(await firstLine(world, '/drs billing')).toBe('🔴 billing FAILED – replication stopped');
  });

  test('a job that was renamed lets another one have its name', async () => {
    await using world = await worldKnowing('orders');
    world.drs.findJob('orders')?.rename('orders-old');
    named(world, 'orders', 'PAUSING');
    expect(await firstLine(world, '/drs orders')).toBe('⏸️ orders – paused');
    expect(await firstLine(world, '/drs orders-old')).toBe('🟢 orders-old – replicating, lag 1 s');
  });

  test('a job that was made anew is meant, not the deleted one of the same name', async () => {
    await using world = await worldKnowing('orders');
    const old = world.drs.findJob('orders');
    await ask(world, '/drs subscribe orders');
    if (old !== undefined) world.drs.recreateJob(old, 'PAUSING');
    expect(await firstLine(world, '/drs orders')).toBe('⏸️ orders – paused');
  });

  test('a job that was made anew is meant, not the ended one of the same name', async () => {
    await using world = await worldKnowing('orders');
    await ask(world, '/drs orders');
    world.drs.findJob('orders')?.becomes('RELEASE_RESOURCE_COMPLETE');
    named(world, 'orders', 'PAUSING');
    expect(await firstLine(world, '/drs orders')).toBe('⏸️ orders – paused');
  });

  test('two jobs that swapped their names are told apart', async () => {
    await using world = await worldKnowing('orders', 'billing');
    const [orders, billing] = [world.drs.findJob('orders'), world.drs.findJob('billing')];
    billing?.becomes('PAUSING');
    orders?.rename('billing');
    billing?.rename('orders');
    expect(await firstLine(world, '/drs orders')).toBe('⏸️ orders – paused');
    expect(await firstLine(world, '/drs billing')).toBe('🟢 billing – replicating, lag 1 s');
  });

  test('a name that two jobs have by now is asked back, with both ids', async () => {
    await using world = await worldKnowing('orders');
    const first = world.drs.findJob('orders');
    const second = named(world, 'orders', 'PAUSING');
    const answer = (await ask(world, '/drs orders')).text.split('\n');
    expect(answer[0]).toBe('`orders` fits 2 jobs. Which one?');
    expect(answer.slice(1).toSorted()).toEqual(
      [
        `⏸️ *orders* – paused · ${second.id.slice(0, 8)}`,
        `⚪ *orders* – replicating · ${first?.id.slice(0, 8) ?? ''}`,
      ].toSorted(),
    );
  });

  test('an exact name costs one reading a minute at most, and so does a part of one', async () => {
    const clock = movableClock();
    await using world = await startWorld({ overrides: { clock, durations: { listEveryMs: MINUTE } } });
    world.slack.addChannel('migrations');
    named(world, 'orders-eu');
    await ask(world, '/drs orders-eu');
    const reading = world.drs.count('list');
    for (const name of ['orders-eu', 'orders', 'ORDERS-EU', 'ord']) await ask(world, `/drs ${name}`);
    expect(world.drs.count('list')).toBe(reading);
    clock.advance(MINUTE);
    for (const name of ['orders-eu', 'orders', 'ORDERS-EU', 'ord']) await ask(world, `/drs ${name}`);
    expect(world.drs.count('list')).toBe(2 * reading);
  });

  test('where the list cannot be read any more, what was known is used and its age is said', async () => {
    const clock = movableClock();
    await using world = await startWorld({ overrides: { clock, durations: { listEveryMs: MINUTE } } });
    world.slack.addChannel('migrations');
    named(world, 'orders');
    const fresh = await ask(world, '/drs orders');
    expect(fresh.text).not.toContain('list');
    clock.advance(2 * MINUTE);
    world.drs.setHabits({ lists: [] });
    for (const line of ['/drs orders', '/drs subscribe orders', '/drs unsubscribe orders']) {
      const { text } = await ask(world, line);
      expect(text).toContain('orders');
      expect(text).toMatch(/Names are as DRS listed them .*: the list could not be read anew\./);
    }
  });

  test('while DRS takes its time with the list, a job of just that name is shown, and how old the name is', async () => {
    await using world = await startWorld({ overrides: { durations: { listEveryMs: 0, listRecheckMs: 20 } } });
    world.slack.addChannel('migrations');
    named(world, 'orders');
    await ask(world, '/drs orders');
    world.drs.faults.next('list', { kind: 'hang' });
    const { text } = await ask(world, '/drs orders');
    expect(text).toContain('orders – replicating, lag 1 s');
    expect(text).toContain('the list could not be read anew.');
  });

  test('a full id costs no reading of the list, and the short id that the bot prints works where it cannot be read', async () => {
    await using world = await worldKnowing('orders');
    const reading = world.drs.count('list');
    await ask(world, `/drs subscribe ${world.drs.findJob('orders')?.id ?? ''}`);
    expect(world.drs.count('list')).toBe(reading);
    world.drs.setHabits({ lists: [] });
    const short = (world.drs.findJob('orders')?.id ?? '').slice(0, 8);
    expect((await ask(world, `/drs unsubscribe ${short}`)).text).toContain('Unsubscribed from *orders*');
  });
});

describe('a pattern', () => {
  test('shows all it fits, and watches and ends them only when they were seen', async () => {
    await using world = await worldKnowing('orders-eu', 'orders-us', 'billing');
    const shown = (await ask(world, '/drs orders-*')).text;
    expect(shown).toContain('🟢 orders-eu –');
    expect(shown).toContain('🟢 orders-us –');
    expect(shown).not.toContain('billing');
    const answer = await ask(world, '/drs subscribe orders-*');
    expect(answer.text).toBe('`orders-*` fits 2 jobs: *orders-eu*, *orders-us*. Watch them here?');
    expect((await ask(world, '/drs list')).text).toContain('No job is watched here');
    await world.slack.people.click('ana', answer, 'Watch these 2');
    expect((await world.nextMessage('#migrations', 0)).text).toContain('*orders-eu*, *orders-us*');
    const ending = await ask(world, '/drs unsubscribe orders-*');
    expect(ending.text).toContain('*orders-eu*, *orders-us* – subscribed by');
    await world.slack.people.click('ana', ending, 'Unwatch these 2');
    expect((await world.nextMessage('#migrations', 1)).text).toContain('🔕');
  });
});

describe('a sentence to the bot alone', () => {
  test('is read for the names in it, and gets one line without any', async () => {
    await using world = await worldKnowing('orders', 'orders-archive', 'billing');
    const say = async (line: string) => {
      const known = world.slack.messages('dm-ana').length;
      await world.slack.people.write('ana', line);
      return (await world.slack.waitFor(line, () => world.slack.messages('dm-ana')[known])).text;
    };
    const asked = await say('how far is billing?');
    expect(asked).toContain('🟢 billing –');
    expect(asked).not.toContain('No job');
    expect(await say('is anybody there at all')).toMatch(/^I know no job in that\. [^\n]*$/);
    expect(await say('hi')).toMatch(/^I know no job in that\./);
    expect(await say('please subscribe me to orders')).toBe(
      'I change nothing on a sentence. Type `/drs subscribe orders`.',
    );
    expect(await say('which jobs are there')).toContain('3 jobs in DRS');
    for (const thanks of ['thanks', 'Danke!', '谢谢'])
      expect(await say(thanks)).toMatch(/^I know no job in that\. [^\n]*$/);
    expect(await say('bill')).toContain('🟢 billing –');
    expect(await say('biling')).toContain('billing');
    expect(await say('nosuch-job')).toContain('No job is called');
    expect(await say('orders-arch')).toContain('🟢 orders-archive –');
  });
});

describe('a part of a name', () => {
  test('is no ground to watch a job before somebody has seen which one', async () => {
    await using world = await worldKnowing('orders-archive');
    const answer = await ask(world, '/drs subscribe orders');
    expect(answer.text.split('\n')).toEqual([
      '`orders` is not the whole name of a job. Do you mean this one?',
      '⚪ *orders-archive* – replicating',
    ]);
    expect((await ask(world, '/drs list')).text).toContain('No job is watched here');
    await world.slack.people.click('ana', answer, 'Watch here');
    expect((await world.nextMessage('#migrations', 0)).text).toContain('subscribed this channel to *orders-archive*');
  });

  test('is no ground to stop watching one, whole names beside it are', async () => {
    await using world = await worldKnowing('orders-archive', 'billing');
    await ask(world, '/drs subscribe orders-archive billing');
    const answer = await ask(world, '/drs unsubscribe archive billing');
    expect(answer.text).toContain('Unsubscribed from *billing*');
    expect(answer.text).toContain('`archive` is not the whole name of a job. Do you mean this one?');
    expect((await ask(world, '/drs list')).text).toContain('1 job watched here');
    await world.slack.people.click('ana', answer, 'Unwatch');
    await world.slack.waitFor('the end', () =>
      world.texts('#migrations').find((text) => text.includes('archive*') && text.startsWith('🔕')),
    );
  });

  test('that is too short to be the beginning of an id is told how many characters that needs', async () => {
    await using world = await worldKnowing('orders');
    const id = world.drs.findJob('orders')?.id ?? '';
    expect(await firstLine(world, `/drs ${id.slice(0, 4)}`)).toBe('🟢 orders – replicating, lag 1 s');
    expect(await firstLine(world, `/drs ${id.slice(0, 3)}`)).toContain(
      'and the beginning of an id needs at least 4 characters.',
    );
  });
});

describe('to unsubscribe by a name', () => {
  test('ends the job that has the name now, not the one that had it', async () => {
    await using world = await worldKnowing('orders', 'billing');
    await ask(world, '/drs subscribe orders billing');
    const [orders, billing] = [world.drs.findJob('orders'), world.drs.findJob('billing')];
    orders?.rename('billing');
    billing?.rename('orders');
    const answer = await ask(world, '/drs unsubscribe orders');
    expect(answer.text).toContain(`Undo: \`/drs subscribe ${billing?.id ?? ''}\``);
  });
});

describe('a part of a job', () => {
  test('is found by its own name, and the jobs are listed without it', async () => {
    await using world = await worldKnowing('shop');
    const parent = world.drs.findJob('shop');
    world.drs.addJob('INCRE_TRANSFER_FAILED', {}, { name: 'shop_child', parentId: parent?.id ?? null });
    expect(await firstLine(world, '/drs shop_child')).toBe('🔴 shop_child FAILED – replication stopped');
    expect(await firstLine(world, '/drs shop')).toBe('🟠 shop – replicating, lag 1 s');
    expect((await ask(world, '/drs jobs')).text.split('\n')[0]).toBe('1 job in DRS');
  });
});

describe('a watched job that is renamed', () => {
  test('is told of once in each channel that watches it, and old messages keep its old name', async () => {
    await using world = await worldKnowing('orders');
    const { slack } = world;
    slack.addChannel('audit-trail');
    const job = world.drs.findJob('orders');
    await ask(world, '/drs subscribe orders');
    await world.ask('ben', '#audit-trail', '/drs subscribe orders');
    job?.becomes('PAUSING');
    await world.bot().tick();
    const before = await world.nextMessage('#migrations', 1);
    expect(before.text).toContain('⏸️ orders – paused');
    job?.rename('orders-v2');
    await ask(world, '/drs jobs');
    const told = await world.nextMessage('#migrations', 2);
    expect(told.text).toContain('🔔 orders is now called orders-v2');
    await slack.waitFor('the same elsewhere', () =>
      world.texts('#audit-trail').find((text) => text.includes('is now called')),
    );
    await ask(world, '/drs jobs');
    await world.bot().tick();
    job?.becomes(REPLICATING);
    await world.bot().tick();
    expect((await world.nextMessage('#migrations', 3)).text).toContain('orders-v2');
    expect(world.texts('#migrations').filter((text) => text.includes('is now called'))).toHaveLength(1);
    await slack.people.click('ana', before, 'Refresh');
    const refreshed = await slack.waitFor('the message as it is now', () =>
      slack.messages('#migrations').find((one) => one.ts === before.ts && one.text.includes('replicating')),
    );
    expect(refreshed.text.split('\n')[0]).toBe('⏸️ orders – paused');
    const audit = await ask(world, '/drs audit orders-v2');
    expect(audit.text).toContain('*orders*');
    expect(audit.text).not.toContain('orders-v2');
    expect((await ask(world, '/drs audit orders')).text).toContain('subscribed');
  });

  test('is noticed while nobody asks, without a reading at each tick', async () => {
    const clock = movableClock();
    await using world = await startWorld({
      overrides: { clock, durations: { listEveryMs: MINUTE, namesEveryMs: 10 * MINUTE } },
    });
    world.slack.addChannel('migrations');
    named(world, 'orders');
    await ask(world, '/drs subscribe orders');
    const reading = world.drs.count('list');
    world.drs.findJob('orders')?.rename('orders-v2');
    for (let minute = 1; minute < 10; minute++) {
      clock.advance(MINUTE);
      await world.bot().tick();
    }
    expect(world.drs.count('list')).toBe(reading);
    clock.advance(MINUTE);
    await world.bot().tick();
    expect((await world.nextMessage('#migrations', 1)).text).toContain('🔔 orders is now called orders-v2');
    expect(world.drs.count('list')).toBe(2 * reading);
  });
});

describe('a job that is over and has left its name to another one', () => {
  test('says so in its closing message, with a button to watch the other one', async () => {
    await using world = await worldKnowing('orders');
    const { slack } = world;
    const old = world.drs.findJob('orders');
    await ask(world, '/drs subscribe orders');
    old?.becomes('DELETED');
    const heir = named(world, 'orders', 'FULL_TRANSFER_STARTED');
    await world.bot().tick();
    await world.bot().tick();
    const line = `Another job is called *orders* now (${heir.id.slice(0, 8)}).`;
    const closing = await slack.waitFor('the line about the other job', () =>
      slack.messages('#migrations').find((one) => one.text.includes('orders is gone') && one.text.includes(line)),
    );
    await slack.people.click('ana', closing, 'Watch that one');
    await slack.waitFor('the subscription', () =>
      slack
        .ephemerals('#migrations', 'ana')
        .find(
          (one) =>
            one.text.includes(`Undo: \`/drs unsubscribe ${heir.id.slice(0, 8)}`) ||
            one.text.includes(heir.id.slice(0, 8)),
        ),
    );
    expect(slack.messages('#migrations').find((one) => one.ts === closing.ts)?.text).toContain('orders is gone');
    expect((await ask(world, '/drs list')).text).toContain('1 job watched here');
  });

  test('says nothing of it where its name is not that of one other running job', async () => {
    await using world = await worldKnowing('orders', 'orders-eu');
    const old = world.drs.findJob('orders');
    await ask(world, '/drs subscribe orders');
    old?.becomes('RELEASE_RESOURCE_COMPLETE');
    named(world, 'orders', 'RELEASE_RESOURCE_COMPLETE');
    await world.bot().tick();
    await world.bot().tick();
    const reading = world.drs.count('list');
    await expect.poll(() => world.drs.count('list')).toBeGreaterThanOrEqual(reading);
    await ask(world, '/drs jobs');
    expect(world.texts('#migrations').join('\n')).toContain('orders ended – ');
    expect(world.texts('#migrations').join('\n')).not.toContain('Another job');
  });
});
