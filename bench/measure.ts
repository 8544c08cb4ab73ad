/** One line of the table: what was measured, against what, and what was asked for. */
export interface Measured {
  readonly measure: string;
  readonly unit: string;
  /** Medians. */
  readonly ours: number;
  readonly floor: number;
  /** Ours against the floor, round by round: the median and how far the rounds lie apart. */
  readonly compared: Spread;
  /** How ours and the floor are compared. */
  readonly by: 'ratio' | 'difference';
  readonly limit: { readonly kind: 'at most' | 'at least'; readonly value: number };
  /** What was done, in one line. */
  readonly how: string;
}

/** The middle of some figures and their extremes. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One round: both measured right after one another, so that whatever else the machine does meets both. */
export interface Round {
  readonly ours: number;
  readonly floor: number;
}

function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((one, other) => one - other);
  return { median: median(sorted), least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Takes turns at who comes first. */
export async function interleaved(
  rounds: number,
  ours: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<readonly Round[]> {
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await floor();
      done.push({ floor: first, ours: await ours() });
    } else {
      const first = await ours();
      done.push({ ours: first, floor: await floor() });
    }
  }
  return done;
}

/** A line of the table from its rounds. */
export function summarise(
  rounds: readonly Round[],
  about: Pick<Measured, 'measure' | 'unit' | 'by' | 'limit' | 'how'>,
): Measured {
  const compare = ({ ours, floor }: Round) => (about.by === 'ratio' ? ours / floor : ours - floor);
  return {
    ...about,
    ours: median(rounds.map((round) => round.ours)),
    floor: median(rounds.map((round) => round.floor)),
    compared: spreadOf(rounds.map(compare)),
  };
}

export function isMet({ compared, limit }: Measured): boolean {
  return limit.kind === 'at most' ? compared.median <= limit.value : compared.median >= limit.value;
}
