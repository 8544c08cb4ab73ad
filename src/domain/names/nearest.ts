/** Nothing is near to a longer word, in UTF-16 code units: DRS's names have at most 50. */
const MAX_WORD = 64;

/**
 * The candidate that `word` was most likely meant to be: at most a third of its letters differ, capitals aside. Null
 * when none is near. Swapped neighbours count as one difference.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  return nearestFew(word, candidates, 1)[0] ?? null;
}

/** The same, but up to `most` of them, nearest first. */
export function nearestFew(word: string, candidates: readonly string[], most: number): readonly string[] {
  if (word.length > MAX_WORD) return [];
  const lower = word.toLowerCase();
  const mostDifferences = Math.max(1, Math.floor(lower.length / 3));
  return candidates
    .filter((candidate) => Math.abs(candidate.length - lower.length) <= mostDifferences)
    .filter((candidate) => sharedLetters(lower, candidate.toLowerCase()) >= lower.length - mostDifferences)
    .map((candidate) => ({ candidate, differences: editDistance(lower, candidate.toLowerCase()) }))
    .filter(({ differences }) => differences <= mostDifferences)
    .toSorted((one, other) => one.differences - other.differences)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** How many letters two words have in common, wherever they stand: a quick bound for what the exact distance can be. */
function sharedLetters(one: string, other: string): number {
  const left = new Map<string, number>();
  for (const letter of other) left.set(letter, (left.get(letter) ?? 0) + 1);
  let shared = 0;
  for (const letter of one) {
    const count = left.get(letter) ?? 0;
    if (count > 0) left.set(letter, count - 1);
    shared += count > 0 ? letter.length : 0;
  }
  return shared;
}

/** How many letters differ, are missing or too many; two swapped neighbours count once. Capitals are other letters. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const substituted = at(rows, row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? at(rows, row - 2, column - 2) + 1
          : Infinity;
      line.push(Math.min(at(rows, row - 1, column) + 1, (line[column - 1] ?? Infinity) + 1, substituted, swapped));
    }
    rows.push(line);
  }
  return at(rows, a.length, b.length);
}

function at(rows: readonly (readonly number[])[], row: number, column: number): number {
  return rows[row]?.[column] ?? Infinity;
}
