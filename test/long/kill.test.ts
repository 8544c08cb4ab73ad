import { describe, test } from 'vitest';

import { expectNothingLost, expectTheCause, expectFreshStart, expectEveryChange } from '../crash/killed-bot.ts';

/** Every point that test/crash/kill.test.ts leaves out. */
describe('a bot that is killed', () => {
  test.concurrent.each(['after the claim', 'after the answer of DRS', 'after freezing a group', 'before the post'])(
    '%s tells every change once and in order after the next start',
    (point) => expectEveryChange(point),
    90_000,
  );

  test.concurrent('before an edit shows the newest state in the end', async () => {
    await expectTheCause('before an edit');
  }, 90_000);

  test.concurrent('during the start starts as if nothing had happened', async () => {
    await expectFreshStart('during the start');
  }, 90_000);

  test.concurrent('during the stop has lost nothing', async () => {
    await expectNothingLost('during the stop');
  }, 90_000);
});
