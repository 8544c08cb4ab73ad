import { describe, expect, test } from 'vitest';

import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

async function worldWith(...names: readonly string[]): Promise<World> {
  const world = await startWorld();
  world.slack.addChannel('migrations');
  for (const name of names) world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name });
  return world;
}
const ask = (world: World, user: string, line: string) => world.ask(user, '#migrations', line);
/** Who, what and how, without the time. */
const entries = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('<!date'))
    .map((line) => line.split(' · ').slice(1).join(' · '));
const found = (world: World, user: string, words: string) =>
  world.slack.waitFor(words, () =>
    world.slack.ephemerals('#migrations', user).findLast((one) => one.text.includes(words)),
  );

describe('a subscription that somebody else made', () => {
  const ASKS = 'Somebody else made this subscription. Unsubscribe anyway?';

  test('is ended only after a question, and the channel is told who ended whose', async () => {
    await using world = await worldWith('orders');
    const { slack } = world;
    await ask(world, 'ana', '/drs subscribe orders');
    const question = await ask(world, 'ben', '/drs unsubscribe orders');
    expect(question.text).toContain(ASKS);
    expect(question.text).toContain('*orders*: subscribed by <@U00000001>, <!date^');
    expect((await ask(world, 'ben', '/drs list')).text).toContain('1 job watched here');
    await slack.people.click('ben', question, 'Keep it');
    await found(world, 'ben', 'Nothing changed.');
    await slack.people.click('ben', await ask(world, 'ben', '/drs unsubscribe orders'), 'Unsubscribe anyway');
    expect((await found(world, 'ben', 'Unsubscribed from')).text).toContain('Unsubscribed from *orders*. Undo:');
    expect((await world.nextMessage('#migrations', 1)).text).toBe(
      '🔕 <@U00000002> unsubscribed this channel from *orders* (subscribed by <@U00000001>)',
    );
    expect(entries((await ask(world, 'ana', '/drs audit')).text)).toEqual([
      '<@U00000002> · *orders*: subscribed (by <@U00000001>) → not subscribed',
      '<@U00000001> · *orders*: not subscribed → subscribed',
    ]);
  });

  test('is asked about from the button of a status as well', async () => {
    await using world = await worldWith('orders');
    await ask(world, 'ana', '/drs subscribe orders');
    const shown = await ask(world, 'ben', '/drs orders');
    await world.slack.people.click('ben', shown, 'Unwatch');
    const question = await found(world, 'ben', ASKS);
    expect((await ask(world, 'ben', '/drs list')).text).toContain('1 job watched here');
    await world.slack.people.click('ben', question, 'Unsubscribe anyway');
    await world.nextMessage('#migrations', 1);
    expect((await ask(world, 'ben', '/drs list')).text).toContain('No job is watched here');
  });

  test('is asked about while one’s own ends at once', async () => {
    await using world = await worldWith('orders', 'billing', 'shop');
    await ask(world, 'ana', '/drs subscribe orders shop');
    await ask(world, 'ben', '/drs subscribe billing');
    const answer = await ask(world, 'ben', '/drs unsubscribe orders billing shop');
    expect(answer.text.split('\n').map((one) => one.replace(/<!date.*>|`.*`/, '…'))).toEqual([
      'Unsubscribed from *billing*. Undo: …',
      'Others made these 2 subscriptions. Unsubscribe anyway?',
      '*orders*: subscribed by <@U00000001>, …',
      '*shop*: subscribed by <@U00000001>, …',
      'The channel will read who ended what, and whose it was.',
    ]);
    await world.slack.people.click('ben', answer, 'Unsubscribe anyway');
    await found(world, 'ben', 'Unsubscribed from 2 jobs');
  });

  test('is named when all end', async () => {
    await using world = await worldWith('orders', 'billing');
    await ask(world, 'ana', '/drs subscribe orders');
    await ask(world, 'ben', '/drs subscribe billing');
    await world.slack.people.click('ben', await ask(world, 'ben', '/drs unsubscribe all'), 'Unsubscribe all');
    expect((await world.nextMessage('#migrations', 2)).text).toBe(
      '🔕 <@U00000002> unsubscribed this channel from 2 jobs: *orders* (subscribed by <@U00000001>), *billing*',
    );
  });
});

describe('the audit', () => {
  test('knows every kind of change, newest first', async () => {
    await using world = await worldWith('orders', 'billing');
    const { slack, drs } = world;
    expect((await ask(world, 'ana', '/drs audit')).text).toBe('Nothing was done in this channel yet.');
    const channel = slack.state.findChannel('migrations');
    slack.faults.next(
      'chat.postMessage',
      { kind: 'error', error: 'restricted_action' },
      { channel: channel?.id ?? '' },
    );
    await ask(world, 'ana', '/drs subscribe orders');
    await ask(world, 'ana', '/drs subscribe billing orders');
    await ask(world, 'ben', '/drs settings lang:zh');
    await ask(world, 'ben', '/drs settings lang:zh');
    drs.findJob('orders')?.becomes('RELEASE_RESOURCE_COMPLETE');
    await world.bot().tick();
    await world.bot().tick();
    await ask(world, 'ana', '/drs unsubscribe billing');
    expect(entries((await ask(world, 'ana', '/drs audit')).text)).toEqual([
      '<@U00000001> · *billing*: subscribed (by <@U00000001>) → not subscribed',
      'the bot · *orders*: subscribed (by <@U00000001>) → not subscribed (the job has ended)',
      '<@U00000002> · language of my posts: English → Chinese',
      'the bot · my posts here: held back (`restricted_action`) → going out',
      '<@U00000001> · 2 jobs: *orders*, *billing*: not subscribed → subscribed',
      '<@U00000001> · *orders*: subscribed (by <@U00000001>) → not subscribed (taken back: I could not post here)',
      'the bot · my posts here: going out → held back (`restricted_action`)',
      '<@U00000001> · *orders*: not subscribed → subscribed',
    ]);
  });

  test('of one job finds it by name, also when nobody watches it any more', async () => {
    await using world = await worldWith('orders', 'orders-eu', 'billing');
    for (const name of ['orders', 'billing']) await ask(world, 'ana', `/drs subscribe ${name}`);
    await ask(world, 'ana', '/drs unsubscribe orders');
    const answer = await ask(world, 'ana', '/drs audit ord');
    expect(answer.text).toContain('About *orders* only');
    expect(entries(answer.text)).toHaveLength(2);
    expect((await ask(world, 'ana', '/drs audit shop')).text).toBe(
      'Nothing was ever done in this channel about a job called `shop`. `/drs audit` shows everything.',
    );
    await ask(world, 'ana', '/drs subscribe orders-eu');
    const which = await ask(world, 'ana', '/drs audit orders-');
    expect(which.text).toContain('About *orders-eu* only');
    const several = await ask(world, 'ana', '/drs audit order');
    expect(several.text).toContain('fits 2 jobs');
    await world.slack.people.click('ana', several, 'History');
    await world.slack.waitFor('the history in place of the question', () =>
      world.slack.ephemerals('#migrations', 'ana').find((one) => one.id === several.id && one.text.includes('About *')),
    );
  });

  test('is read page by page', async () => {
    await using world = await worldWith();
    for (let time = 1; time <= 20; time++) {
      await ask(world, 'ana', `/drs settings lang:${time % 2 === 0 ? 'en' : 'zh'}`);
    }
    const first = await ask(world, 'ana', '/drs audit');
    expect(entries(first.text)).toHaveLength(15);
    expect(first.text).toContain('+5 older');
    await world.slack.people.click('ana', first, 'Older');
    const second = await world.slack.waitFor('the older page', () =>
      world.slack.ephemerals('#migrations', 'ana').find((one) => one.id === first.id && !one.text.includes('older')),
    );
    expect(entries(second.text)).toHaveLength(5);
    await world.slack.people.click('ana', second, 'Newest');
    await world.slack.waitFor('the newest page', () =>
      world.slack.ephemerals('#migrations', 'ana').find((one) => one.id === first.id && one.text === first.text),
    );
  });
});
