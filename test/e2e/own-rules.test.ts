import { describe, expect, test } from 'vitest';

import { DAY, MINUTE } from '../../src/domain/base/time.ts';
import { movableClock } from '../support/fast-clock.ts';
import { startWorld } from '../support/world.ts';

const MINUTELY = { POLL_SCHEDULE: '* * * * *' };

/** A bot that asks every minute, and a channel that it is in. */
async function startMinutely() {
  const clock = movableClock();
  const world = await startWorld({
    env: MINUTELY,
    overrides: { clock, durations: { downMs: 1_000 * DAY, pollSpacingMs: 0 } },
  });
  for (const name of ['migrations', 'calm']) world.slack.addChannel(name);
  /** So many minutes, each with its pass. */
  const minutes = async (count: number, each: (minute: number) => void = () => undefined) => {
    for (let minute = 0; minute < count; minute += 1) {
      clock.advance(MINUTE);
      each(minute);
      await world.bot().tick();
    }
  };
  return { world, minutes };
}

describe('rules of a subscription', () => {
  test('are typed behind the job, changed by typing it again, and listed', async () => {
    const { world } = await startMinutely();
    await using _world = world;
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    const [name, short] = ['orders', job.id.slice(0, 8)];

    const first = await world.ask('ana', '#migrations', `/drs subscribe ${name} lag:5m stall：off`);
    expect(first.text).toContain('\nRules: lag alarm: over 5 min for 10 min · stalls: not told\n');
    expect(world.texts('#migrations')).toEqual([
      `🔔 <@U00000001> subscribed this channel to *orders*\nRules: lag alarm: over 5 min for 10 min · stalls: not told`,
    ]);

    const again = await world.ask('ben', '#migrations', `/drs subscribe ${name} lag:5m/10m`);
    expect(again.text).toMatch(
      /^Already subscribed here to \*orders\* \(by <@U00000001>, .*\), and so already: lag alarm: over 5 min for 10 min\. Nothing changed\.$/,
    );

    const asked = await world.ask('ben', '#migrations', `/drs subscribe ${name} lag:1m/3m min:warning`);
    expect(asked.text.split('\n')).toEqual([
      'Somebody else made this subscription. Change its rules anyway?',
      '*orders* (subscribed by <@U00000001>): lag alarm: over 5 min for 10 min → over 1 min for 3 min · what is told: everything → only warnings and what is critical',
    ]);
    expect(world.texts('#migrations')).toHaveLength(1);
    await world.slack.people.click('ben', asked, 'Change anyway');
    const changed = await world.slack.waitFor('the change', () =>
      world.slack.ephemerals('#migrations', 'ben').findLast((one) => one.text.includes('Undo')),
    );
    expect(changed.text).toBe(
      `*orders* (subscribed by <@U00000001>) – lag alarm: over 5 min for 10 min → over 1 min for 3 min · what is told: everything → only warnings and what is critical. Undo: \`/drs subscribe ${short} lag:5m/10m min:default\``,
    );
    expect((await world.nextMessage('#migrations', 1)).text).toBe(
      '🔔 <@U00000002> changed what this channel hears of *orders* – lag alarm: over 5 min for 10 min → over 1 min for 3 min · what is told: everything → only warnings and what is critical',
    );
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain(
      '*orders* `lag:1m/3m stall:off min:warning`\n',
    );
    expect((await world.ask('ana', '#migrations', '/drs audit orders')).text).toContain(
      '<@U00000002> · *orders*: lag alarm: over 5 min for 10 min → over 1 min for 3 min',
    );

    const undone = await world.ask('ana', '#migrations', `/drs subscribe ${short} lag:5m/10m min:default`);
    expect(undone.text).toContain('over 1 min for 3 min → over 5 min for 10 min');
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('*orders* `lag:5m/10m stall:off`\n');
  });

  test('that are none, or can never be met, save nothing', async () => {
    const { world } = await startMinutely();
    await using _world = world;
    world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    const ask = async (rules: string) => (await world.ask('ana', '#migrations', `/drs subscribe orders ${rules}`)).text;
    expect(await ask('lag:30')).toMatch(/^30 what\? `lag:30s`\./);
    expect(await ask('lags:2m')).toContain('Did you mean one like `lag:2m/10m`?');
    expect(await ask('mention:@dba')).toContain('does not exist yet');
    expect(await ask('lag:2m/1m')).toBe(
      '`lag:2m/1m` waits for 1 min, and each job is looked at every 1 min: two looks are the least, 2 min. Nothing was saved.',
    );
    expect(await ask('lag:2m min:critical')).toContain('With `min:critical` this would never be told: lag alarm.');
    expect(await ask('ready:5m')).toContain('cannot count as caught up');
    expect(world.texts('#migrations')).toEqual([]);
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('No job is watched here');
  });

  test('of a moment are meant in the zone of the person', async () => {
    const { world } = await startMinutely();
    await using _world = world;
    world.slack.addUser('li', 'zh-CN', 'Asia/Shanghai');
    world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    const mine = await world.ask('li', '#migrations', '/drs subscribe orders by:周六-02:00');
    expect(mine.text).toContain('（Asia/Shanghai，与你的 Slack 相同）');
    expect(mine.text).toContain('只有全量复制才有估算');
    const others = await world.ask('ana', '#migrations', '/drs subscribe orders by:02:00');
    expect(others.text).toContain('(UTC, as the schedule of this bot: Slack does not tell me your time zone)');
  });

  test('survive the question whether a job was meant', async () => {
    const { world } = await startMinutely();
    await using _world = world;
    world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders-eu' });
    const question = await world.ask('ana', '#migrations', '/drs subscribe orders lag:5m/10m');
    expect(question.text).toContain('is not the whole name of a job');
    await world.slack.people.click('ana', question, 'Watch here');
    expect((await world.nextMessage('#migrations', 0)).text).toContain('Rules: lag alarm: over 5 min for 10 min');
  });
});

describe('rules of a channel', () => {
  test('hold for what has none of its own, there and to come', async () => {
    const { world } = await startMinutely();
    await using _world = world;
    for (const name of ['orders', 'billing', 'stock']) world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name });
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    await world.ask('ana', '#migrations', '/drs subscribe billing lag:2m/30m');

    const chosen = await world.ask('ben', '#migrations', '/drs settings lag:5m/10m min:warning');
    expect(chosen.text).toContain('lag alarm: over 2 min for 10 min → over 5 min for 10 min');
    expect((await world.nextMessage('#migrations', 2)).text).toContain(
      '<@U00000002> changed the rules for all jobs of this channel without their own',
    );
    const again = await world.ask('ana', '#migrations', '/drs settings min:warning');
    expect(again.text).toContain('It is so already');

    const same = await world.ask('ana', '#migrations', '/drs subscribe orders lag:5m/10m');
    expect(same.text).toContain('and so already: lag alarm: over 5 min for 10 min');
    await world.ask('ana', '#migrations', '/drs subscribe stock');
    const { text } = await world.ask('ana', '#migrations', '/drs list');
    expect(text).toContain('Unless it says otherwise: `lag:5m/10m min:warning`');
    expect(text.match(/^\*.*/gm)).toEqual([expect.stringContaining('`lag:2m/30m`')]);
    expect((await world.ask('ana', '#migrations', '/drs settings')).text).toContain(
      'lag alarm: over 5 min for 10 min (`lag:5m/10m`; built in: over 2 min for 10 min)',
    );
  });
});

test('a channel with tight rules hears what another with the defaults does not', async () => {
  const { world, minutes } = await startMinutely();
  await using _world = world;
  const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  const lags = (seconds: number) =>
    job.set({ incre_trans_delay: String(seconds), incre_trans_delay_millis: String(seconds * 1_000) });
  await world.ask('ana', '#migrations', '/drs subscribe orders lag:1m/3m');
  await world.ask('ana', '#calm', '/drs subscribe orders');
  await minutes(8, (minute) => lags(1 + (minute % 2)));
  await minutes(8, (minute) => lags(90 + (minute % 3)));
  const alarm = await world.nextMessage('#migrations', 1);
  expect(alarm.text).toContain('orders');
  await minutes(2, () => lags(91));
  expect(world.texts('#calm')).toHaveLength(1);
  expect(world.texts('#migrations')).toHaveLength(2);
});

test('what is said where a job is watched goes by the alarm level in force there', async () => {
  const { world, minutes } = await startMinutely();
  await using _world = world;
  const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  job.set({ incre_trans_delay: '300', incre_trans_delay_millis: '300000' });
  await world.ask('ana', '#calm', '/drs subscribe orders');
  await minutes(6, (minute) => job.set({ incre_trans_delay: String(300 + (minute % 3)) }));
  const subscribed = await world.ask('ana', '#migrations', '/drs subscribe orders lag:10m/20m');
  expect(subscribed.text).toMatch(/🔵 orders|🟢 orders/);
  expect((await world.ask('ana', '#migrations', '/drs chart orders')).text).toMatch(/^🟢 orders/);
  expect((await world.ask('ana', '#calm', '/drs chart orders')).text).toMatch(/^🟠 orders/);
});

test('rules that the channel cannot be told of are changed, and who typed them reads that it was not told', async () => {
  await using world = await startWorld();
  world.slack.addChannel('migrations');
  for (const name of ['orders', 'billing']) world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name });
  await world.ask('ana', '#migrations', '/drs subscribe orders');
  await world.nextMessage('#migrations', 0);
  world.slack.faults.always('chat.postMessage', { kind: 'error', error: 'restricted_action' });
  const answer = await world.ask('ana', '#migrations', '/drs subscribe orders billing lag:5m');
  expect(answer.text).toContain('lag alarm: over 2 min for 10 min → over 5 min for 10 min');
  expect(answer.text).toContain('The rules have changed, but I cannot tell the channel:');
  expect(answer.text).toContain('Not subscribed to *billing*:');
  const list = (await world.ask('ana', '#migrations', '/drs list')).text;
  expect(list).toContain('lag:5m/10m');
  expect(list).not.toContain('billing');
});
