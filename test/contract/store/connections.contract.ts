import { expect, test } from 'vitest';

import { CONNECTION, stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `ConnectionStore` promises. */
export function connectionContract(open: OpenStore): void {
  const { desk } = stillDesk(open);

  test('a connection that is opened again has its new name and project, and is no second one', async () => {
    const again = { id: CONNECTION, name: 'other', endpoint: 'https://x', projectId: 'q', at: 2 };
    await desk.store.openConnection(again);
    expect(await desk.store.findLastProjectId('https://x')).toBe('q');
  });

  test('the last project of an endpoint is that of its newest connection, and of an unknown one there is none', async () => {
    await desk.store.openConnection({ id: 'new', name: 'n', endpoint: 'https://x', projectId: 'r', at: 3 });
    expect(await desk.store.findLastProjectId('https://x')).toBe('r');
    expect(await desk.store.findLastProjectId('https://nowhere')).toBeNull();
  });
}
