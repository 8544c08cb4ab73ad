import { describe, expect, test } from 'vitest';

import { playCell } from './cell.ts';
import { SLACK_FAULTS } from './slack-faults.ts';

describe.concurrent('while Slack has', { timeout: 120_000 }, () => {
  test.each(SLACK_FAULTS.map((row) => [row.name, row] as const))('%s, nothing is lost', async (_name, row) => {
    expect(await playCell(null, row)).toEqual([]);
  });
});
