/** What was found in the text that should be a secret: the secret, or what is wrong with it. */
export type SecretText = { readonly value: string } | { readonly problem: string };

/** The columns of the file that Huawei Cloud's console gives with a new access key, by the setting they are for. */
const KEY_COLUMNS: Readonly<Record<string, RegExp>> = {
  HUAWEICLOUD_SDK_AK: /^access key id$/i,
  HUAWEICLOUD_SDK_SK: /^secret access key$/i,
};
const QUOTED = /^(["'`])[^]*\1$|^[“‘][^]*[”’]$/;

/**
 * The secret in a file: all of it without blanks around, or, of the console's `credentials.csv`, the value for this setting.
 *
 * @param name of the setting
 */
export function readSecretFile(name: string, text: string): SecretText {
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

/**
 * What shows that a value is not the secret alone, but what a file of settings had around it: such a key signs wrongly, and
 * more than five wrong signatures lock it.
 *
 * @param isPassword people choose passwords, so anything may be in one
 * @returns what is wrong; null for nothing
 */
export function findOddity(value: string, isPassword: boolean): string | null {
  if (/[\r\n]/.test(value)) return 'has a line break in it; expected the secret alone, on one line';
  if (QUOTED.test(value)) return 'has quotes around it; expected the secret without them';
  if (/\s#/.test(value)) return 'has a comment behind it; expected the secret alone';
  if (isPassword) return null;
  if (/\s/.test(value)) return 'has a blank in it; expected the secret alone';
  if (/["'`“”‘’]/.test(value)) return 'has a quote in it; expected the secret without quotes';
  return /^[\x21-\x7e]*$/.test(value) ? null : 'has a letter in it that no such secret has; copy it again';
}

/** A row of a file of comma-separated values, without its quotes. */
function splitRow(line: string): readonly string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}
