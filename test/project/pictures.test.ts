import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

import { expect, test } from 'vitest';

test('the picture in the README shows messages as they read by now; npm run pictures draws it anew', () => {
  expect(() => execFileSync(process.execPath, ['scripts/pictures.mjs', '--check'], { stdio: 'pipe' })).not.toThrow();
  expect(statSync('docs/messages.png').size).toBeLessThan(300_000);
});
