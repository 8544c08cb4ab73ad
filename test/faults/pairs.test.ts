import { describe, expect, test } from 'vitest';

import { playCell } from './cell.ts';
import { chosenPairs } from './pairs.ts';
import { SLACK_FAULTS } from './slack-faults.ts';

const pairs = chosenPairs();

describe('the chosen pairs', () => {
  test('have in them every name of a refusal of Slack that is not played alone', () => {
    const chosen = new Set(pairs.map(([, { name }]) => name));
    const names = SLACK_FAULTS.filter(({ isLikeAnother }) => isLikeAnother === true).map(({ name }) => name);
    const wanted = names.filter((name) => name.endsWith(' once'));
    expect(wanted.filter((name) => !chosen.has(name))).toEqual([]);
  });
});

describe.concurrent('while DRS and Slack have', { timeout: 120_000 }, () => {
  test.each(pairs.map(([drs, slack]) => [drs.name, slack.name, drs, slack] as const))(
    '%s and %s, nothing is lost',
    async (_drs, _slack, drs, slack) => {
      expect(await playCell(drs, slack)).toEqual([]);
    },
  );
});
