import { describe, expect, test } from 'vitest';

import { playCell } from './cell.ts';
import { isNotYet } from './not-yet.ts';
import { SLACK_FAULTS } from './slack-faults.ts';

const rows = SLACK_FAULTS.filter((row) => !isNotYet(row));

describe.concurrent('while Slack has', { timeout: 120_000 }, () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s, nothing is lost', async (_name, row) => {
    expect(await playCell(null, row)).toEqual([]);
  });
});
