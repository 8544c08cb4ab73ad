import { describe, expect, test } from 'vitest';

import { playCell } from './cell.ts';
import { isNotYet } from './not-yet.ts';
import { chosenPairs } from './pairs.ts';

const pairs = chosenPairs().filter(([, slack]) => !isNotYet(slack));

describe.concurrent('while DRS and Slack have', { timeout: 120_000 }, () => {
  test.each(pairs.map(([drs, slack]) => [drs.name, slack.name, drs, slack] as const))(
    '%s and %s, nothing is lost',
    async (_drs, _slack, drs, slack) => {
      expect(await playCell(drs, slack)).toEqual([]);
    },
  );
});
