import { StoreError } from '../rows/store-error.ts';

const PREFIX = 'sqlite:';
const EXAMPLE = 'sqlite:data/drs-bot.db';

/** What stands for a place elsewhere and is none here, by how it is spelt. */
const ODDITIES: readonly (readonly [spelling: RegExp, sentence: string])[] = [
  [/^~/, '~ is not replaced with a home folder here; write the whole path'],
  [/^file:/i, 'it is sqlite: and a path, without file:'],
  [/\?/, 'options such as ?mode=… mean nothing here; write the path alone'],
  [/[$%]/, '$ and % stand for nothing here; write the whole path'],
  [/^\/\//, 'it is sqlite: and a path, without // before it'],
  [/^\s|\s$/, 'there is a blank before or behind the path'],
  [/[/\\]$/, 'this names a folder; add the name of the file'],
];

/** What is odd about the address of a database, in half a sentence; null when it is `sqlite:` and a path, or `sqlite::memory:`. */
export function findOddAddress(url: string): string | null {
  if (!url.startsWith(PREFIX) || url === PREFIX) return `expected sqlite: and a path, like ${EXAMPLE}`;
  const path = url.slice(PREFIX.length);
  const oddity = ODDITIES.find(([spelling]) => spelling.test(path));
  return oddity === undefined ? null : `${oddity[1]}, like ${EXAMPLE}`;
}

/** The path in an address without oddity. */
export function pathIn(url: string): string {
  return url.slice(PREFIX.length);
}

/**
 * The path in the address of a database; `:memory:` for none.
 *
 * @throws StoreError when it is no such address
 */
export function databasePath(url: string): string {
  const oddity = findOddAddress(url);
  if (oddity !== null) throw new StoreError(`DATABASE_URL is ${JSON.stringify(url)}: ${oddity}.`);
  return pathIn(url);
}
