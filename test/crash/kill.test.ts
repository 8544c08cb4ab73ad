import { describe, test } from 'vitest';

import { expectTheCause, expectFreshStart, expectEveryChange } from './killed-bot.ts';

/** One point of each kind; all others are in test/long/kill.test.ts. */
describe('a bot that is killed', () => {
  test.concurrent.each(['inside the commit', 'after Slack accepted the post'])(
    '%s tells every change once and in order after the next start',
    (point) => expectEveryChange(point),
    90_000,
  );

  test.concurrent('after Slack accepted an edit shows the newest state in the end', async () => {
    await expectTheCause('after Slack accepted an edit');
  }, 90_000);

  test.concurrent('inside a migration starts as if nothing had happened', async () => {
    await expectFreshStart('inside a migration');
  }, 90_000);
});
