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

/** A row of a file of comma-separated values, without its quotes. */
function splitRow(line: string): readonly string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}
