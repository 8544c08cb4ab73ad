import { readFileSync } from 'node:fs';

import { environment, SECRETS, toStated } from './environment.ts';
import type { Given } from './environment.ts';
import { readSecretFiles } from './secret-file.ts';

/** A setting that is in force, as it may be shown. */
export interface ShownSetting {
  readonly name: string;
  /** Of a secret, how long it is. */
  readonly shows: string;
  readonly isDefault: boolean;
}

/** Every setting that is in force, in the order of the README. Of a secret only its length is shown. */
export function showSettings(env: Readonly<Record<string, string | undefined>>): readonly ShownSetting[] {
  const stated = toStated(env);
  const given: Given = { ...stated, ...readSecretFiles(stated, (path) => readFileSync(path, 'utf8'), []) };
  return Object.entries(environment.shape).flatMap(([name, shape]): readonly ShownSetting[] => {
    const isSecret = SECRETS.some((secret) => secret === name);
    const value = given[name];
    const inFile = stated[`${name}_FILE`];
    if (value === undefined) {
      const usual: unknown = shape.safeParse(undefined).data;
      const isShown = typeof usual === 'string' || typeof usual === 'number';
      return isShown ? [{ name, shows: `${name}=${usual}`, isDefault: true }] : [];
    }
    const length = `${name} (${value.length} characters${inFile === undefined ? '' : ` in ${inFile}`})`;
    return [{ name, shows: isSecret ? length : `${name}=${value}`, isDefault: false }];
  });
}
