import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;
/** Migrations up to this one were only ever run on SQLite. */
const LAST_OF_SQLITE_ALONE = '0014';

/** What SQLite understands and PostgreSQL does not, or not in the same way. */
const SQLITE_ALONE: readonly RegExp[] = [
  /\bjson_\w+\s*\(|\bjson\s*\(|->>/i,
  /\b(?:glob|rowid|autoincrement|pragma|vacuum|strict\s*\)|indexed by|collate nocase)\b/i,
  /\b(?:insert|update) or \w+|\breplace into\b/i,
  /\b(?:strftime|unixepoch|julianday|datetime|time)\s*\(\s*'/i,
  /\b(?:ifnull|iif|instr|group_concat|printf|typeof|total|char|hex|last_insert_rowid|changes|total_changes)\s*\(\s*(?:\w+[,.)]|'|\*|\$\{)/,
  /\bsqlite_\w+/i,
  /\braise\s*\(/i,
  // `is` and `is not` compare values in SQLite alone; elsewhere it is `is distinct from`.
  /\bis (?:not )?\$\{/i,
  // With several values these are `least` and `greatest` elsewhere.
  /(?<![.\w])(?:min|max)\([^()'`]+,/i,
  /\blimit -1\b/i,
];

/** The first thing in a text that is SQLite's alone; null for none. */
function findSqliteAlone(text: string): string | null {
  const code = text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  return SQLITE_ALONE.map((pattern) => pattern.exec(code)?.[0] ?? null).find((found) => found !== null) ?? null;
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}

test('no SQL outside the folder of SQLite is SQLite’s alone', async () => {
  const files = [
    ...(await filesOf('src/store')).filter((file) => !file.startsWith('src/store/sqlite/')),
    ...(await filesOf('migrations')).filter(
      (file) => file > `migrations/${LAST_OF_SQLITE_ALONE}~` && file !== 'migrations/baseline/sqlite.ts',
    ),
  ];
  expect(files.length).toBeGreaterThan(40);
  const found: string[] = [];
  for (const file of files) {
    const one = findSqliteAlone(await readFile(join(ROOT, file), 'utf8'));
    if (one !== null) found.push(`${file}: ${one}`);
  }
  expect(found).toEqual([]);
});

test.each([
  'select value from json_each(${ids})',
  'insert or ignore into jobs',
  "where name glob 'a*'",
  'select rowid from jobs',
  "strftime('%s', 'now')",
  'where name is ${name}',
  'select max(due_at, set_at) from posts',
  "select name from sqlite_master where type = 'table'",
  "select ifnull(name, '')",
])('%s is found to be SQLite’s alone', (text) => {
  expect(findSqliteAlone(text)).not.toBeNull();
});
