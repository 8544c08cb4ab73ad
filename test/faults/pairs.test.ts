import { describe, expect, test } from 'vitest';

import { playCell } from './cell.ts';
import { DRS_FAULTS } from './drs-faults.ts';
import { chosenPairs } from './pairs.ts';
import { SLACK_FAULTS } from './slack-faults.ts';

const pairs = chosenPairs();

describe('the chosen pairs', () => {
  test('have every fault of DRS in them', () => {
    const chosen = new Set(pairs.map(([drs]) => drs));
    expect(DRS_FAULTS.filter((row) => !chosen.has(row)).map(({ name }) => name)).toEqual([]);
  });

  test('have every fault of Slack in them, and of refusals that mean the same each name once', () => {
    const chosen = new Set(pairs.map(([, slack]) => slack));
    const wanted = SLACK_FAULTS.filter(({ name, isLikeAnother }) => isLikeAnother !== true || name.endsWith(' once'));
    expect(wanted.filter((row) => !chosen.has(row)).map(({ name }) => name)).toEqual([]);
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
