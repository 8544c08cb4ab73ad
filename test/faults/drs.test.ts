import { describe, expect, test } from 'vitest';

import { playCell } from './cell.ts';
import { DRS_FAULTS } from './drs-faults.ts';

describe.concurrent('while DRS answers with', { timeout: 120_000 }, () => {
  test('what it should, all is told', async () => {
    expect(await playCell(null, null)).toEqual([]);
  });

  test.each(DRS_FAULTS.map((row) => [row.name, row] as const))('%s, nothing is lost', async (_name, row) => {
    expect(await playCell(row, null)).toEqual([]);
  });
});
