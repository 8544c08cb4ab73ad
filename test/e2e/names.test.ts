import { describe, expect, test } from 'vitest';

import { pressablesIn } from '../../demo/slack-workspace/pressables.ts';
import { renderAsText } from '../../demo/slack-workspace/render-as-text.ts';
import type { EphemeralMessage } from '../../demo/slack-workspace/workspace.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import { ACTIONS } from '../../src/slack/messages/kit/button-value.ts';
import { movableClock } from '../support/fast-clock.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const OVER = 'RELEASE_RESOURCE_COMPLETE';
const named = (world: World, name: string, status = 'INCRE_TRANSFER_STARTED') => world.drs.addJob(status, {}, { name });
const ask = (world: World, line: string) => world.ask('ana', '#migrations', line);

/** What stands in the menu of an answer. */
const optionsIn = (answer: EphemeralMessage) =>
  pressablesIn(answer.blocks).flatMap(({ label, actionId }) => (actionId === ACTIONS.subscribeListed ? [label] : []));

async function worldWith(...names: readonly string[]): Promise<World> {
  const world = await startWorld({ overrides: { durations: { listEveryMs: 0 } } });
  world.slack.addChannel('migrations');
  for (const name of names) named(world, name);
  return world;
}

describe('a job is found', () => {
  test.each([
    ['/drs orders', 'orders'],
    ['/drs ORDERS', 'orders'],
    ['/drs status "orders eu"', 'orders eu'],
    ['/drs “orders eu”', 'orders eu'],
    ['/drs 「订单迁移」', '订单迁移'],
    ['/drs 订单', '订单迁移'],
    ['/drs ｏｒｄｅｒｓ', 'orders'],
    ['/drs "list"', 'list'],
    ['/drs ship', 'shipping'],
    ['/drs archive', 'orders-archive'],
    ['/drs 迁移', '订单迁移'],
  ])('by %s', async (line, name) => {
    await using world = await worldWith('orders', 'orders eu', '订单迁移', 'list', 'shipping', 'orders-archive');
    expect((await ask(world, line)).text.split('\n')[0]).toBe(`🟢 ${name} – replicating, lag 1 s`);
  });

  test('by a pasted console address', async () => {
    await using world = await worldWith('orders');
    const job = named(world, 'billing');
    const address = `https://console-intl.huaweicloud.com/drs/?region=x#/drs/migrate/detail/${job.id}`;
    expect((await ask(world, `/drs ${address}`)).text).toMatch(/^🟢 billing – /);
    expect((await ask(world, `/drs <${address}|DRS>`)).text).toMatch(/^🟢 billing – /);
    expect((await ask(world, `/drs ${address.replace('https://', '')}`)).text).toMatch(/^🟢 billing – /);
    expect((await ask(world, '/drs https://console.example/drs')).text).toBe(
      'I find no job id in this address: `https://console.example/drs`. Open the job in the DRS console and copy its id, or type its name.',
    );
  });

  test('by its id alone, and is then called by its name', async () => {
    await using world = await worldWith();
    const job = named(world, 'orders');
    const answer = await ask(world, `/drs subscribe ${job.id}`);
    expect(answer.text).toContain('Subscribed to *orders*');
    expect(world.texts('#migrations')[0]).toBe('🔔 <@U00000001> subscribed this channel to *orders*');
    expect(world.drs.count('list')).toBe(0);
    expect(world.drs.count('detail')).toBe(1);
    await ask(world, `/drs ${job.id}`);
    expect(world.drs.count('detail')).toBe(1);
  });

  test('where DRS offers no list and no details, by its id, and the answer says why names are unknown', async () => {
    await using world = await worldWith();
    world.drs.setHabits({ lists: [], companions: false });
    const job = named(world, 'orders');
    expect((await ask(world, `/drs ${job.id}`)).text).toMatch(new RegExp(`^🟢 ${job.id.slice(0, 8)} – `));
    expect((await ask(world, '/drs orders')).text).toBe(
      'I know no job called `orders`.\n' +
        'The list of jobs could not be read, so only watched jobs and full ids are known:\n' +
        'This address does not offer DRS: check DRS_ENDPOINT and DRS_REGION. (APIGW.0101: The API does not exist or has not been published in the environment)',
    );
    expect((await ask(world, `/drs ${job.id.slice(0, 6)}`)).text).toContain('replicating');
  });
});

describe('a name that is not clear', () => {
  test('is asked back with a button each, running ones first', async () => {
    await using world = await worldWith('orders-eu', 'orders-us');
    named(world, 'orders-old', OVER);
    const answer = await ask(world, '/drs orders');
    expect(answer.text.split('\n').map((line) => line.split(' · ')[0])).toEqual([
      '`orders` fits 3 jobs. Which one?',
      '⚪ *orders-eu* – replicating',
      '⚪ *orders-us* – replicating',
      '⏹️ *orders-old* – ended',
    ]);
    await world.slack.people.click('ana', answer, 'Status');
    await world.slack.waitFor('the status', () =>
      world.slack.ephemerals('#migrations', 'ana').find((one) => one.text.includes('orders-eu –')),
    );
  });

  test('can be subscribed and unsubscribed from the list of matches', async () => {
    await using world = await worldWith('orders-eu', 'orders-us');
    const { slack } = world;
    await slack.people.click('ana', await ask(world, '/drs subscribe orders'), 'Watch here');
    await slack.waitFor('the subscription', () => world.texts('#migrations')[0]);
    await ask(world, '/drs subscribe orders-us');
    const which = await ask(world, '/drs unsubscribe orders');
    expect(which.text).toContain('fits 2 jobs');
    await slack.people.click('ana', which, 'Unwatch');
    await slack.waitFor('the end', () => world.texts('#migrations').find((text) => text.startsWith('🔕')));
    expect((await ask(world, '/drs list')).text).toContain('1 job watched here');
  });

  test('prefers the running one of the same name', async () => {
    await using world = await worldWith();
    named(world, 'orders', OVER);
    named(world, 'orders', 'PAUSING');
    expect((await ask(world, '/drs orders')).text).toContain('⏸️ orders – paused');
  });

  test('that nothing has gets the nearest, with a button', async () => {
    await using world = await worldWith('orders', 'billing');
    const answer = await ask(world, '/drs odrers');
    expect(answer.text.split('\n')[0]).toBe(
      'No job is called `odrers`, and no id begins with it. `/drs jobs` lists what there is. Did you mean *orders*?',
    );
    expect(JSON.stringify(answer.blocks)).toContain('drs_show_status');
  });

  test('that only looks like one is not taken for it', async () => {
    await using world = await worldWith('orders');
    const answer = await ask(world, '/drs subscribe оrders');
    expect(answer.text.split('\n')[0]).toBe(
      'No job is called `оrders`, and no id begins with it. `/drs jobs` lists what there is. Did you mean *orders*?',
    );
    expect((await ask(world, '/drs list')).text).toContain('No job is watched here');
  });

  test('in another width is the one so written, where both are there', async () => {
    await using world = await worldWith('orders', 'ｏｒｄｅｒｓ');
    expect((await ask(world, '/drs ｏｒｄｅｒｓ')).text).toContain('🟢 ｏｒｄｅｒｓ – ');
    expect((await ask(world, '/drs orders')).text).toMatch(/^🟢 orders – /);
  });

  test('that fits very many is said to, without a figure that is not true', async () => {
    await using world = await worldWith(...Array.from({ length: 250 }, (_, number) => `sync-${number}`));
    const answer = (await ask(world, '/drs sync')).text.split('\n');
    expect(answer[0]).toBe('`sync` fits more than 200 jobs. Which one?');
    expect(answer.at(-1)).toBe('There are many more; type a few more characters.');
  });

  test('while DRS is still reading its list, is not said to be nobody’s', async () => {
    await using world = await startWorld({ overrides: { durations: { listWaitMs: 0 } } });
    world.slack.addChannel('migrations');
    named(world, 'orders');
    world.drs.faults.next('list', { kind: 'hang' });
    expect((await ask(world, '/drs orders')).text).toBe(
      'I do not know `orders` yet: the list of jobs is being read. Ask again in a moment; full job ids work already.',
    );
    const pending = await ask(world, '/drs jobs');
    expect(pending.text).toBe('The list of jobs is being read; ask again in a moment.');
    expect(JSON.stringify(pending.blocks)).toContain('Refresh');
  });

  test('can be looked for again as soon as the list has been read', async () => {
    await using world = await startWorld({ overrides: { durations: { listWaitMs: 0 } } });
    const { slack } = world;
    slack.addChannel('migrations');
    named(world, 'orders');
    const pending = await ask(world, '/drs jobs');
    expect(pending.text).toBe('The list of jobs is being read; ask again in a moment.');
    const pressed = async () => {
      const shown = slack.ephemerals('#migrations', 'ana')[0] ?? pending;
      if (JSON.stringify(shown.blocks).includes('"Refresh"')) await slack.people.click('ana', shown, 'Refresh');
      return slack.ephemerals('#migrations', 'ana')[0]?.text;
    };
    await expect.poll(pressed).toContain('1 job in DRS');
  });

  test('to unsubscribe means what this channel watches only', async () => {
    await using world = await worldWith('orders', 'billing');
    await ask(world, '/drs subscribe orders');
    expect((await ask(world, '/drs unsubscribe billing')).text).toBe(
      'No job called `billing` is watched here. `/drs list` shows what is.',
    );
    expect((await ask(world, '/drs unsubscribe orders')).text).toContain('Unsubscribed from *orders*');
  });
});

describe('with 10,000 jobs in DRS', () => {
  test('a name costs no request once the list is known, and misses one reading a minute', async () => {
    const clock = movableClock();
    await using world = await startWorld({ overrides: { clock, durations: { listEveryMs: MINUTE } } });
    world.slack.addChannel('migrations');
    for (let number = 0; number < 10_000; number++) named(world, `job-${number}`);
    expect((await ask(world, '/drs job-9999')).text).toContain('🟢 job-9999 – ');
    const reading = world.drs.count('list');
    expect(reading).toBe(12);
    for (const name of ['job-1', 'JOB-2', '"job-3"', 'job-4321']) await ask(world, `/drs ${name}`);
    expect(world.drs.count('list')).toBe(reading);
    clock.advance(MINUTE);
    for (let miss = 0; miss < 8; miss++) await ask(world, `/drs nothing-like-it-${miss}`);
    expect(world.drs.count('list')).toBe(2 * reading);
    expect(world.drs.count('progress')).toBe(5);
  }, 60_000);
});

describe('/drs jobs', () => {
  test('lists what there is, page by page, and subscribes from there', async () => {
    await using world = await worldWith(...Array.from({ length: 24 }, (_, number) => `job-${number + 10}`));
    named(world, 'a-done', OVER);
    const { slack } = world;
    const answer = await ask(world, '/drs jobs');
    expect(answer.text.split('\n')[0]).toBe('25 jobs in DRS – ⏹️ 1 · ⚪ 24');
    expect(answer.text).toContain('1–20 of 25');
    const shown = async (label: string, words: string) => {
      await slack.people.click('ana', slack.ephemerals('#migrations', 'ana')[0] ?? answer, label);
      return await slack.waitFor(words, () =>
        slack.ephemerals('#migrations', 'ana').find((one) => one.text.includes(words)),
      );
    };
    const last = await shown('Next', '21–25 of 25');
    expect(last.text).toContain('a-done ⏹️ ended');
    expect(optionsIn(last)).toEqual(['job-30', 'job-31', 'job-32', 'job-33']);
    await shown('job-31', 'job-31 🟢 in sync 1 s here');
    expect((await world.nextMessage('#migrations', 0)).text).toContain('subscribed this channel to *job-31*');
  });

  test('has the worst of all on the first page, and says of what is watched how it is and by whom', async () => {
    await using world = await worldWith(...Array.from({ length: 24 }, (_, number) => `job-${number + 10}`));
    const { slack } = world;
    const ana = slack.state.findUser('ana')?.id ?? '';
    const ben = slack.state.findUser('ben')?.id ?? '';
    const ops = slack.addChannel('ops');
    const secret = slack.addChannel('secret', { kind: 'private', withBot: true });
    world.drs.findJob('job-33')?.becomes('INCRE_TRANSFER_FAILED');
    await ask(world, '/drs subscribe job-32');
    await world.ask('ana', '#ops', '/drs subscribe job-31 job-32');
    await world.ask('ana', '#secret', '/drs subscribe job-30');
    await world.ask('ana', slack.state.directMessages(ana).name, '/drs subscribe job-29');
    const answer = await ask(world, '/drs jobs');
    expect(answer.text.split('\n')[0]).toMatch(/^24 jobs in DRS – 🔴 1 · /u);
    expect(answer.text.split('\n')[1]).toMatch(/^job-33 🔴 failed –, /u);
    const whole = await ask(world, '/drs jobs job-3');
    expect(whole.text).toContain('job-32 🟢 in sync 1 s here +1');
    expect(whole.text).toContain(`job-31 🟢 in sync 1 s <#${ops.id}>`);
    expect(whole.text).toContain(`job-30 🟢 in sync 1 s <#${secret.id}>`);
    expect((await ask(world, '/drs jobs job-29')).text).toContain('job-29 🟢 in sync 1 s in your DMs');
    // Whoever is not in there learns nothing of it, nor of what is said to somebody alone.
    secret.members.delete(ben);
    const stranger = await world.ask('ben', '#migrations', '/drs jobs job');
    await slack.people.click('ben', stranger, 'Next');
    const rest = await slack.waitFor('the second page', () =>
      slack.ephemerals('#migrations', 'ben').find((one) => one.text.includes('21–24 of 24')),
    );
    expect(rest.text).toContain('job-30 🟢 in sync 1 s,');
    expect(rest.text).toContain('job-29 🟢 in sync 1 s,');
    // What everybody in the channel reads says nothing of other channels.
    await slack.people.click('ana', whole, 'Share');
    const shared = await slack.waitFor('what was shared', () =>
      slack.messages('#migrations').find((one) => one.text.includes('Shared by')),
    );
    expect(shared.text).toContain('job-32 🟢 in sync 1 s here');
    expect(shared.text).not.toMatch(/<#|here \+/u);
  });

  test('tells jobs of one name apart, as the list, the dialog and the incident do', async () => {
    await using world = await worldWith('billing', 'stock');
    const jobs = ['mysql', 'mysql-to-taurus'].map((engines) => {
      const job = named(world, 'orders');
      job.engines = engines;
      return job;
    });
    const both = ['orders (mysql) ', 'orders (mysql → taurus) '];
    const answer = await ask(world, '/drs jobs');
    for (const name of both) expect(answer.text).toContain(name);
    expect(optionsIn(answer)).toEqual(['billing', 'orders (mysql)', 'orders (mysql → taurus)', 'stock']);
    await ask(world, `/drs subscribe billing stock ${jobs.map(({ id }) => id).join(' ')}`);
    const list = await ask(world, '/drs list');
    for (const name of both) expect(list.text).toContain(name);
    for (const name of both) expect((await ask(world, '/drs list all')).text).toContain(name);
    await world.slack.people.click('ana', list, 'Manage…');
    const { view } = await world.slack.waitFor('the dialog', () => world.slack.state.views[0]);
    for (const name of both) expect(JSON.stringify(view)).toContain(name.trim());
    for (const name of ['billing', 'stock']) world.drs.findJob(name)?.becomes('INCRE_TRANSFER_FAILED');
    for (const job of jobs) job.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
    const told = await world.nextMessage('#migrations', 1);
    expect(told.text).toContain('4 of 4 jobs FAILED');
    for (const name of both) expect(told.text).toContain(name);
  });

  test('is told in words where Slack takes no tables', async () => {
    await using world = await worldWith('orders');
    world.slack.state.refusedBlocks.add('table');
    await ask(world, '/drs jobs');
    const said = renderAsText(await ask(world, '/drs jobs'), world.slack.state).join('\n');
    expect(said).toContain('Job · State · Lag · Watched\norders · ⚪ replicating · –');
  });

  test('finds by a piece of the name, and says when nothing fits', async () => {
    await using world = await worldWith('orders-eu', 'orders-us', 'billing');
    expect((await ask(world, '/drs jobs orders')).text.split('\n')[0]).toBe('2 jobs in DRS with `orders` – ⚪ 2');
    expect((await ask(world, '/drs jobs x y')).text).toBe('DRS lists no job with `x y`. `/drs jobs` shows all.');
  });

  test('says why when the list cannot be read', async () => {
    await using world = await worldWith();
    world.drs.setHabits({ lists: [] });
    expect((await ask(world, '/drs jobs')).text).toBe(
      'The list of jobs cannot be read: This address does not offer DRS: check DRS_ENDPOINT and DRS_REGION. (APIGW.0101: The API does not exist or has not been published in the environment) Full job ids work all the same.',
    );
  });
});

describe('a parent job', () => {
  test('is listed once and answered by its sub-jobs when it gives no progress of its own', async () => {
    await using world = await worldWith();
    const parent = named(world, 'shop');
    parent.silent = true;
    const parts = Array.from({ length: 12 }, (_, number) =>
      world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: `shop-${number + 1}`, parentId: parent.id }),
    );
    expect((await ask(world, '/drs jobs')).text).toContain('shop ⚪ replicating · 12 sub-jobs –');
    const answer = await ask(world, '/drs subscribe shop');
    expect(answer.text).toContain('shop – replicating, lag 1 s');
    parts[6]?.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
    const told = await world.nextMessage('#migrations', 1);
    expect(told.text).toContain('🔴 shop FAILED – replication stopped');
    expect(told.text).toContain('Shown: shop-7, the worst of 12 sub-jobs; the lag is the largest of all');
    await world.bot().tick();
    expect(world.texts('#migrations')).toHaveLength(2);
    // From then on the parent itself is not asked any more: 12 sub-jobs, two requests.
    world.drs.clearRequests();
    await world.bot().tick();
    expect(world.drs.progressRequests().map((ids) => ids.length)).toEqual([10, 2]);
  });
});

describe('a parent job with progress of its own', () => {
  test('is told of a sub-job that failed, once, and the sub-job can be asked about', async () => {
    await using world = await worldWith();
    const parent = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'ledger' });
    const child = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'ledger_child', parentId: parent.id });
    await ask(world, '/drs subscribe ledger');
    child.becomes('CHILD_TRANSFER_FAILED', { error_code: 'DRS.M05023' });
    await world.bot().tick();
    const told = (await world.nextMessage('#migrations', 1)).text;
    expect(told).toContain('🔴 ledger – 1 of 1 sub-jobs FAILED');
    expect(told).toContain('\nledger_child\n');
    await world.bot().tick();
    expect(world.texts('#migrations')).toHaveLength(2);
    const status = (await ask(world, '/drs ledger')).text;
    expect(status).toContain('🟠 ledger – replicating, lag 1 s');
    expect(status).toContain('🔴 1 of 1 sub-jobs FAILED: ledger_child');
    expect((await ask(world, `/drs ${child.id}`)).text).toContain('🔴 ledger_child FAILED – a sub-task stopped');
  });
});

describe('a disaster recovery job', () => {
  test('is spoken of as such, with RPO and RTO, and closes without a summary', async () => {
    await using world = await worldWith();
    const job = world.drs.addJob('FULL_TRANSFER_STARTED', {}, { name: 'standby', type: 'cloudDataGuard' });
    expect((await ask(world, '/drs subscribe standby')).text).toMatch(/🔵 \S+ – initialising|🔵 initialising/);
    job.becomes('INCRE_TRANSFER_STARTED');
    job.recovery = { rpo_info: { delay: '0' }, rto_info: { delay: '2000' } };
    await world.bot().tick();
    expect((await world.nextMessage('#migrations', 1)).text).toContain('🟢 standby – DR running, lag 1 s');
    expect((await ask(world, '/drs standby')).text).toContain('RPO &lt; 1 s · RTO 2 s');
    job.recovery = null;
    expect((await ask(world, '/drs standby')).text).toContain('RPO and RTO unknown');
    job.becomes(OVER);
    await world.bot().tick();
    await world.bot().tick();
    const closing = (await world.nextMessage('#migrations', 2)).text.split('\n');
    expect(closing.slice(0, 2)).toEqual(['⏹️ standby ended – DR stopped', 'Subscription ended.']);
  });
});
