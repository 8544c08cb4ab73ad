import { markdownTable } from '../table.ts';
import type { Judged } from './judge-estimates.ts';
import type { JudgedLag } from './judge-lags.ts';
import type { JudgedStalls } from './judge-stalls.ts';

/** How often the truth was inside what was said, for each class of curves. */
export function estimateTable(classes: ReadonlyMap<string, readonly Judged[]>): string {
  const head = [
    'copies',
    'curves',
    'asked',
    'answered',
    'truth inside',
    'width',
    'worst curve',
    'straight line, as wide',
    'own figure (seconds assumed), as wide',
  ];
  return markdownTable(
    head,
    [...classes].map(([name, judged]) => estimateRow(name, judged)),
  );
}

function estimateRow(name: string, judged: readonly Judged[]): readonly string[] {
  const answered = judged.filter((one) => one.range !== null);
  const width = middle(answered.map(widthOf));
  const isNear = (guessMs: number | null, { truthMs }: Judged) =>
    guessMs !== null && Math.abs(truthMs - guessMs) <= (width / 2) * guessMs;
  const byCurve = [...new Set(answered.map(({ curve }) => curve))].map((curve) => ({
    curve,
    inside: shareOf(
      answered.filter((one) => one.curve === curve),
      isInside,
    ),
  }));
  const worst = byCurve.toSorted((one, other) => one.inside - other.inside)[0];
  const own = answered.filter(({ ownMs }) => ownMs !== null);
  return [
    name,
    String(new Set(judged.map(({ curve }) => curve)).size),
    String(judged.length),
    percent(answered.length / judged.length),
    percent(shareOf(answered, isInside)),
    percent(width),
    worst === undefined ? '–' : `${worst.curve} ${percent(worst.inside)}`,
    percent(shareOf(answered, (one) => isNear(one.straightMs, one))),
    own.length === 0 ? '–' : percent(shareOf(own, (one) => isNear(one.ownMs, one))),
  ];
}

function isInside({ range, truthMs }: Judged): boolean {
  return range !== null && truthMs >= range.fromMs && truthMs <= range.toMs;
}

/** The length of a range against its middle. */
function widthOf({ range }: Judged): number {
  return range === null ? 0 : (2 * (range.toMs - range.fromMs)) / (range.toMs + range.fromMs);
}

export function stallTable(stalls: readonly JudgedStalls[]): string {
  const head = [
    'finished copies stretched to',
    'curves',
    'false stalls',
    'rule held against',
    'called stalled',
    'real standstill told after',
  ];
  return markdownTable(
    head,
    stalls.map(({ days, curves, falseStalls, reference, names, medianDelayH, longestDelayH }) => [
      `${days} d`,
      String(curves),
      String(falseStalls),
      String(reference),
      names.join(', ') || '–',
      `${medianDelayH.toFixed(1)} h (longest ${longestDelayH.toFixed(1)} h)`,
    ]),
  );
}

export function lagTable(lags: readonly (JudgedLag & { readonly isHealthy: boolean | null })[]): string {
  return markdownTable(
    ['lag, repeated for 3 days', 'healthy', 'messages a day', 'told'],
    lags.map(({ curve, isHealthy, messagesADay, kinds }) => [
      curve,
      isHealthy === null ? 'not known' : isHealthy ? 'yes' : 'no',
      messagesADay.toFixed(1),
      kinds || '–',
    ]),
  );
}

function shareOf<One>(all: readonly One[], isSo: (one: One) => boolean): number {
  return all.length === 0 ? 0 : all.filter(isSo).length / all.length;
}

function middle(figures: readonly number[]): number {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? 0;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
