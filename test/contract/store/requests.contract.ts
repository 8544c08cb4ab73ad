import { expect, test } from 'vitest';

import { HOUR } from '../../../src/domain/base/time.ts';
import { passingDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `RequestStore` promises. */
export function requestContract(open: OpenStore): void {
  const { desk } = passingDesk(open);

  test('a request is answered once, whoever claims it, and old ones are forgotten', async () => {
    const claim = (key: string, at = desk.now, workspaceId = 'T1') =>
      desk.store.claimRequest({ workspaceId, key, now: at });
    expect(await Promise.all([claim('a'), claim('a'), claim('b')])).toEqual([true, false, true]);
    expect([await claim('a'), await claim('a', desk.now, 'T2')]).toEqual([false, true]);
    expect(await claim('c', desk.now + HOUR)).toBe(true);
    expect(await claim('a', desk.now + HOUR)).toBe(false);
    expect(await claim('d', desk.now + 3 * HOUR)).toBe(true);
    expect(await claim('a', desk.now + 3 * HOUR)).toBe(true);
  });
}
