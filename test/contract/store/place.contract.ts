import { expect, test } from 'vitest';

import { stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `PlaceStore` promises. */
export function placeContract(open: OpenStore): void {
  const { desk } = stillDesk(open);

  test('a store says which migration its database has had last', async () => {
    expect(await desk.store.findSchemaVersion()).toMatch(/^\d{4}-[\w-]+$/);
  });
}
