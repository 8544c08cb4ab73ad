import { nameKey } from './name-key.ts';

/** Characters of a name in a table on a phone. */
const MAX_NAME = 32;
/** What stands for what was cut out. */
const GAP = '…';
/** Characters kept at each end, and where the names of a group begin to differ in their middle. */
const END = 10;

/**
 * Names that stand beside each other, in their order, each with at most 32 characters: cut in the middle, and so that no two
 * different names look the same. One that cannot be cut so stays whole.
 */
export function shortenNames(names: readonly string[]): readonly string[] {
  const distinct = [...new Set(names)];
  const short = new Map(distinct.map((name) => [name, cutMiddle(name)]));
  for (const group of clashing(distinct, short)) {
    const from = commonLength(group);
    for (const name of group) short.set(name, cutAround(name, from));
  }
  for (const group of clashing(distinct, short)) for (const name of group) short.set(name, name);
  return names.map((name) => short.get(name) ?? name);
}

/** Groups of names that would look the same. */
function clashing(names: readonly string[], short: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = nameKey(short.get(name) ?? name);
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function cutMiddle(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= MAX_NAME) return name;
  const half = Math.floor((MAX_NAME - 1) / 2);
  return [...characters.slice(0, MAX_NAME - 1 - half), GAP, ...characters.slice(-half)].join('');
}

/** Both ends, and between them where the name begins to differ from others. */
function cutAround(name: string, from: number): string {
  const characters = Array.from(name);
  if (characters.length <= MAX_NAME) return name;
  const middle = Math.min(Math.max(END, from - 2), characters.length - 2 * END);
  const room = MAX_NAME - 2 * END - 2;
  const [head, tail] = [characters.slice(0, END), characters.slice(-END)];
  return [...head, GAP, ...characters.slice(middle, middle + room), GAP, ...tail].join('');
}

function commonLength(names: readonly string[]): number {
  const [first = [], ...others] = names.map((name) => Array.from(name));
  const differs = first.findIndex((character, index) => others.some((other) => other[index] !== character));
  return differs === -1 ? first.length : differs;
}
