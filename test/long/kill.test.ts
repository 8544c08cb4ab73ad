import { describe, test } from 'vitest';

import {
  expectNothingLost,
  expectTheCause,
  expectFreshStart,
  expectEveryChange,
  expectNoCopy,
  expectOneEpisode,
} from '../crash/killed-bot.ts';

/** Every point that test/crash/kill.test.ts leaves out. */
describe('a bot that is killed', () => {
  test.concurrent.each([
    'after the claim',
    'after the answer of DRS',
    'after freezing a group',
    'before the post',
    'after a message was settled',
  ])('%s tells every change once and in order after the next start', (point) => expectEveryChange(point), 90_000);

  test.concurrent.each(['after a page was claimed', 'after a page was read', 'after a page was settled'])(
    '%s, because an answer of Slack was lost, tells every change once and in order after the next start',
    (point) => expectEveryChange(point, 'its answers'),
    90_000,
  );

  test.concurrent.each(['after an edit was claimed', 'before an edit'])(
    '%s shows the newest state in the end',
    (point) => expectTheCause(point),
    90_000,
  );

  test.concurrent.each(['after a copy was claimed', 'after a copy was taken away'])(
    '%s leaves none behind, and tells every change once',
    (point) => expectNoCopy(point),
    90_000,
  );

  test.concurrent('while DRS answers 503 tells the silence once, and the change in it once', async () => {
    await expectOneEpisode();
  }, 90_000);

  test.concurrent('during the start starts as if nothing had happened', async () => {
    await expectFreshStart('during the start');
  }, 90_000);

  test.concurrent('during the stop has lost nothing', async () => {
    await expectNothingLost('during the stop');
  }, 90_000);
});
