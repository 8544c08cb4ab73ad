import { describe, expect, test } from 'vitest';

import { playCell } from './cell.ts';
import { SLACK_FAULTS } from './slack-faults.ts';

/** Of refusals that mean the same one; `npm run faults` plays all. */
const rows = SLACK_FAULTS.filter(({ isLikeAnother }) => isLikeAnother !== true);

describe.concurrent('while Slack has', { timeout: 120_000 }, () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s, nothing is lost', async (_name, row) => {
    expect(await playCell(null, row)).toEqual([]);
  });
});
