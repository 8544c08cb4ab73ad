import { SECRETS } from './environment.ts';
import type { Given } from './environment.ts';

/** What was found in the text that should be a secret: the secret, or what is wrong with it. */
export type SecretText = { readonly value: string } | { readonly problem: string };

/** The columns of the file that Huawei Cloud's console gives with a new access key, by the setting they are for. */
const KEY_COLUMNS: Readonly<Record<string, RegExp>> = {
  HUAWEICLOUD_SDK_AK: /^access key id$/i,
  HUAWEICLOUD_SDK_SK: /^secret access key$/i,
};

/**
 * The secret in a file: all of it without blanks around, or, of the console's `credentials.csv`, the value for this setting.
 *
 * @param name of the setting
 */
function readSecretFile(name: string, text: string): SecretText {
  const content = text.replace(/^\uFEFF/, '').trim();
  const column = KEY_COLUMNS[name];
  const [header = [], ...rows] = content.split(/\r?\n/).map(splitRow);
  if (!/access key id/i.test(header.join())) return { value: content };
  const at = column === undefined ? -1 : header.findIndex((title) => column.test(title));
  if (at === -1) return { problem: "is the console's file of an access key, which does not hold this secret" };
  const filled = rows.filter((row) => row.join('') !== '');
  const [only, ...others] = filled;
  if (only === undefined || others.length > 0)
    return { problem: `holds ${filled.length} access keys; expected the console's file of one` };
  return { value: only[at] ?? '' };
}

/** A row of a file of comma-separated values, without its quotes. */
function splitRow(line: string): readonly string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

/** The secrets that are in files; those that cannot be read, or are given twice, become problems. */
export function readSecretFiles(stated: Given, readText: (path: string) => string, problems: string[]): Given {
  const found: Record<string, string> = {};
  for (const name of SECRETS) {
    const path = stated[`${name}_FILE`];
    if (path === undefined) continue;
    if (stated[name] !== undefined) {
      problems.push(`${name}: is set as well as ${name}_FILE; set one of the two`);
      continue;
    }
    try {
      const read = readSecretFile(name, readText(path));
      if ('problem' in read) problems.push(`${name}_FILE: ${path} ${read.problem}`);
      else if (read.value === '') problems.push(`${name}_FILE: ${path} is empty; expected the secret in it`);
      else found[name] = read.value;
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      problems.push(`${name}_FILE: ${path} cannot be read (${why}); expected a file with the secret in it`);
    }
  }
  return found;
}

/**
 * The secret in the text of a file.
 *
 * @throws TypeError when there is none in it
 */
export function secretIn(name: string, text: string): string {
  const read = readSecretFile(name, text);
  if ('problem' in read) throw new TypeError(read.problem);
  return read.value;
}
