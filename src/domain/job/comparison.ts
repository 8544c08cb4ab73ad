import type { EpochMs } from '../base/time.ts';

/** What DRS compared: which objects there are, how many rows a table has, what is in them, who may log in. */
export type ComparisonKind = 'objects' | 'rows' | 'contents' | 'accounts' | 'other';

/** What came of a comparison. */
export type ComparisonVerdict =
  | 'same'
  | 'differs'
  /** It has begun and not ended. */
  | 'running'
  /** It failed, was cancelled, or took too long. */
  | 'failed'
  /** It has ended, and what it found cannot be read here. */
  | 'unread';

/** One comparison of both sides that DRS made, and what it found. */
export interface Comparison {
  readonly kind: ComparisonKind;
  /** Made by DRS's own schedule (a health comparison), not started by somebody. */
  readonly isScheduled: boolean;
  /** When it ended, or else when it began; null when DRS does not say. */
  readonly at: EpochMs | null;
  readonly verdict: ComparisonVerdict;
  /** Tables that differ, or kinds of objects, or databases where DRS names no tables; the first ones. */
  readonly differing: readonly string[];
  /** How many there are at least. */
  readonly differingCount: number;
  /** Tables that could not be compared. */
  readonly uncomparedCount: number;
}

/** One comparison among those that DRS lists; what it found is read on its own. */
export interface ListedComparison extends Pick<Comparison, 'kind' | 'isScheduled' | 'at'> {
  readonly id: string;
  readonly state: 'ended' | 'running' | 'failed' | 'unknown';
}

/**
 * The one comparison of each kind that counts: the newest that has ended, or else the newest of all. One that runs says nothing
 * yet, and one that failed takes nothing back.
 */
export function newestOfEachKind(listed: readonly ListedComparison[]): readonly ListedComparison[] {
  const chosen = new Map<ComparisonKind, ListedComparison>();
  for (const one of listed) {
    const before = chosen.get(one.kind);
    if (before === undefined || isPreferred(one, before)) chosen.set(one.kind, one);
  }
  return [...chosen.values()];
}

function isPreferred(one: ListedComparison, before: ListedComparison): boolean {
  const [hasEnded, hadEnded] = [one.state === 'ended', before.state === 'ended'];
  return hasEnded === hadEnded ? (one.at ?? 0) > (before.at ?? 0) : hasEnded;
}

/** It says whether the data is the same on both sides. */
export function comparesData({ kind, verdict }: Comparison): boolean {
  return (kind === 'rows' || kind === 'contents') && (verdict === 'same' || verdict === 'differs');
}
