import { existsSync, readFileSync } from 'node:fs';

import { z } from 'zod';

const packageFile = z.object({ version: z.string() });

/** The version of this program, from its package.json: above this file, or above the folder it was built into. */
export function programVersion(): string {
  const places = ['../../package.json', '../../../package.json'].map((path) => new URL(path, import.meta.url));
  const place = places.find((one) => existsSync(one));
  if (place === undefined) return 'unknown';
  const parsed = packageFile.safeParse(JSON.parse(readFileSync(place, 'utf8')));
  return parsed.success ? parsed.data.version : 'unknown';
}
