import { describe, expect, test } from 'vitest';

import { startWorld } from '../support/world.ts';
import type { World, WorldOptions } from '../support/world.ts';

/** A channel, and `count` jobs called shop-1 and so on. */
async function worldWith(count: number, options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options);
  world.slack.addChannel('ops', { withBot: true });
  world.slack.addChannel('aside', { withBot: true });
  for (let number = 1; number <= count; number++)
    world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: `shop-${number}` });
  return world;
}

const names = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `shop-${from + index}`).join(' ');

/** What is there after a button of an answer was pressed: it takes the place of the question. */
const replaced = (world: World, words: string) =>
  world.slack.waitFor(words, () => world.slack.ephemerals('#ops', 'ana').findLast((one) => one.text.includes(words)));

describe('unsubscribe all', () => {
  test('says whose the subscriptions are, and asks anew when there are others', async () => {
    await using world = await worldWith(3);
    const { people } = world.slack;
    await world.ask('ana', '#ops', '/drs subscribe shop-1');
    await world.ask('ben', '#ops', '/drs subscribe shop-2');
    const asked = await world.ask('ana', '#ops', '/drs unsubscribe all');
    expect(asked.text.split('\n').slice(0, 3)).toEqual([
      'End all 2 subscriptions here?',
      'Yours: *shop-1*',
      '1 by <@U00000002>: *shop-2*',
    ]);
    await world.ask('ben', '#ops', '/drs subscribe shop-3');
    await people.click('ana', asked, 'Unsubscribe all');
    const anew = await replaced(world, 'have changed. End all 3 now?');
    expect((await world.ask('ben', '#ops', '/drs list')).text).toContain('3 jobs');
    await people.click('ana', anew, 'Unsubscribe all');
    await replaced(world, 'Unsubscribed from 3 jobs');
    expect((await world.ask('ben', '#ops', '/drs list')).text).toContain('No job is watched here');
  });
});

describe('what undoes something that was done for many', () => {
  test('is one command that can be pasted', async () => {
    await using world = await worldWith(12);
    const done = await world.ask('ana', '#ops', `/drs subscribe ${names(1, 12)}`);
    const paste = (text: string) => /`(\/drs (?:un)?subscribe [^`<]+)`/.exec(text)?.[1] ?? '';
    const ended = await world.ask('ana', '#ops', paste(done.text));
    expect(ended.text).toContain('Unsubscribed from 12 jobs');
    expect((await world.ask('ana', '#ops', paste(ended.text))).text).toContain('Subscribed to 12 jobs');
  });
});

describe('what a channel watches in which nothing can be typed any more', () => {
  test('can be ended above 40 jobs too, and asks anew when it has changed', async () => {
    await using world = await worldWith(43);
    const { people } = world.slack;
    await world.ask('ana', '#ops', `/drs subscribe ${names(1, 41)}`);
    await world.ask('ben', '#ops', '/drs subscribe shop-42');
    const label = 'End these subscriptions';
    await people.share('#ops');
    const stale = await world.ask('ana', '#aside', '/drs list all');
    await people.unshare('#ops');
    await world.ask('ben', '#ops', '/drs subscribe shop-43');
    await people.share('#ops');
    const heard = (words: string) =>
      world.slack.waitFor(words, () =>
        world.slack.ephemerals('#aside', 'ana').findLast((one) => one.text.includes(words)),
      );
    await people.click('ana', stale, label);
    const anew = await heard('has changed, so I did nothing. It is now 43 jobs');
    await people.click('ana', anew, label);
    await heard('Unsubscribed <#C00000001> from 43 jobs');
    expect((await world.ask('ana', '#aside', '/drs list all')).text).toContain('No channel of this workspace watches');
  });
});

test('Refresh so soon that DRS is not asked again says how old the figure is, to who pressed', async () => {
  await using world = await worldWith(1, { overrides: { durations: { askAgainMs: 60_000 } } });
  await world.ask('ana', '#ops', '/drs subscribe shop-1');
  world.drs.findJob('shop-1')?.becomes('PAUSING');
  await world.bot().tick();
  const message = await world.nextMessage('#ops', 1);
  world.drs.clearRequests();
  await world.slack.people.click('ana', message, 'Refresh');
  expect(await replaced(world, 'Checked')).toMatchObject({
    text: expect.stringMatching(
      /^Checked \d+ s ago, nothing newer yet: I ask DRS about a job once in 60 s at most\.$/u,
    ),
  });
  expect(world.drs.count('progress')).toBe(0);
});
