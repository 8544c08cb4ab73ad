import { expect, test } from 'vitest';

import { OpenResources } from '../../src/runtime/open-resources.ts';

test('what was opened last is closed first, each once, and one that cannot be closed keeps no other open', async () => {
  const closed: string[] = [];
  const resources = new OpenResources();
  resources.add(() => closed.push('store'));
  resources.add(() => Promise.reject(new Error('a port that does not close')));
  resources.add(async () => {
    await Promise.resolve();
    closed.push('socket');
  });
  await expect(resources.close()).rejects.toThrow('a port that does not close');
  await resources.close();
  expect(closed).toEqual(['socket', 'store']);
});
