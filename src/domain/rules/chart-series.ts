import { DAY, HOUR, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { maxGapMs } from '../job/verdict-rules.ts';
import { dataPercent } from './sample.ts';
import type { Sample } from './sample.ts';

/** What a chart can show of a job: how far it is behind, or how far its copy is. A closed list: people type it. */
export const MEASURES = ['lag', 'progress'] as const;
export type Measure = (typeof MEASURES)[number];

/** How far back a chart can look. A closed list: people type it. */
export const CHART_SPANS = { '1h': HOUR, '24h': DAY, '7d': 7 * DAY } as const;
export type ChartSpan = keyof typeof CHART_SPANS;

/** One figure with its time: a lag in ms, or a percent from 0 to 100. */
export interface ChartFigure {
  readonly at: EpochMs;
  readonly value: number;
}

/** A stretch without a figure, and why there is none. */
export interface ChartGap {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly why: 'paused' | 'failed' | 'not_measurable' | 'not_seen' | 'other_status';
}

/** What a chart draws, and the figures that say the same in words. */
export interface ChartSeries {
  readonly measure: Measure;
  /** When the first figure was read, and where the chart ends: now, or with the last figure of a phase that is over. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly isOver: boolean;
  /** One for each bucket that has a figure, oldest first, by the beginning of the bucket; at most `MAX_POINTS`, at least one. */
  readonly points: readonly ChartFigure[];
  /** As they were read. */
  readonly newest: ChartFigure;
  readonly most: ChartFigure;
  readonly least: ChartFigure;
  /** What leaves at least one bucket without a point, oldest first. */
  readonly gaps: readonly ChartGap[];
}

/** Slack takes no more categories (docs.slack.dev, "Data visualization block"). */
export const MAX_POINTS = 20;
/** Buckets that people can read on an axis, in ms. */
const BUCKETS: readonly number[] = [1, 2, 3, 4, 5, 10, 15, 20, 30, 60, 90, 120, 180, 240, 360, 720].map(
  (minutes) => minutes * MINUTE,
);
/** Samples older than 2 h are 5 min apart, each as late in them as its last reading: so far apart, in ms, they leave nothing out. */
const THINNED = { afterMs: 2 * HOUR, maxGapMs: 15 * MINUTE } as const;

/** What is charted, and how it was read. */
export interface ChartRequest {
  readonly measure: Measure;
  readonly spanMs: number;
  readonly now: EpochMs;
  /** The usual time between two polls of the job, in ms. */
  readonly pollMs: number;
}

/** What a job is charted by when nobody says it: the lag once it replicates, the progress of its copy before. */
export function defaultMeasure(samples: readonly Sample[]): Measure {
  const last = samples.findLast(
    ({ group, lagMs, parts }) => group === 'replicating' || lagMs !== null || parts.length > 0,
  );
  return last !== undefined && last.group !== 'replicating' && last.lagMs === null ? 'progress' : 'lag';
}

/**
 * The figures of a job as a chart of at most 20 points: of each bucket the maximum lag, or the last percent. Where nothing was
 * read there is no point, and a bucket is left out; none is invented.
 *
 * @param samples oldest first
 * @returns null when there is no figure in that time
 */
export function chartSeries(samples: readonly Sample[], request: ChartRequest): ChartSeries | null {
  const { measure, spanMs, now } = request;
  const judged = samples.filter(({ at }) => at > now - spanMs && at <= now);
  const figures = judged.flatMap((sample) => figureOf(sample, measure));
  const [first] = figures;
  const newest = figures.at(-1);
  if (first === undefined || newest === undefined) return null;
  const until = endOf(judged, newest, request);
  const bucketMs = bucketFor(first.at, until);
  return {
    measure,
    from: first.at,
    to: until,
    isOver: until < now,
    points: pointsOf(figures, measure, bucketMs),
    newest,
    most: figures.reduce((most, one) => (one.value >= most.value ? one : most)),
    least: figures.reduce((least, one) => (one.value <= least.value ? one : least)),
    gaps: gapsOf(judged, figures, { ...request, until, bucketMs }),
  };
}

function figureOf(sample: Sample, measure: Measure): readonly ChartFigure[] {
  const value = measure === 'lag' ? sample.lagMs : dataPercent(sample);
  return value === null ? [] : [{ at: sample.at, value }];
}

/** A copy that is over, or a replication that has not begun again, ends with its last figure; anything else goes on until now. */
function endOf(samples: readonly Sample[], newest: ChartFigure, { measure, now }: ChartRequest): EpochMs {
  const after = samples.find(({ at }) => at > newest.at);
  return after !== undefined && whyNoFigure(after, measure) === 'other_status' ? newest.at : now;
}

/** The finest buckets, begun at whole ones, of which `MAX_POINTS` reach from the first figure to the end. */
function bucketFor(firstAt: EpochMs, until: EpochMs): number {
  const fits = (bucketMs: number) => Math.floor(until / bucketMs) - Math.floor(firstAt / bucketMs) < MAX_POINTS;
  return BUCKETS.find(fits) ?? DAY;
}

function pointsOf(figures: readonly ChartFigure[], measure: Measure, bucketMs: number): readonly ChartFigure[] {
  const byBucket = new Map<number, number>();
  for (const { at, value } of figures) {
    const bucket = Math.floor(at / bucketMs) * bucketMs;
    const before = byBucket.get(bucket);
    byBucket.set(bucket, measure === 'lag' && before !== undefined ? Math.max(before, value) : value);
  }
  return [...byBucket].map(([at, value]) => ({ at, value }));
}

interface Stretch extends ChartRequest {
  /** Where the chart ends. */
  readonly until: EpochMs;
  readonly bucketMs: number;
}

function gapsOf(
  samples: readonly Sample[],
  figures: readonly ChartFigure[],
  { measure, now, pollMs, until, bucketMs }: Stretch,
): readonly ChartGap[] {
  const bucketOf = (at: EpochMs) => Math.floor(at / bucketMs);
  return figures.flatMap(({ at: from }, index) => {
    const next = figures[index + 1];
    const to = next?.at ?? until;
    const leftOut = bucketOf(to) - bucketOf(from) - (next === undefined ? 0 : 1);
    if (leftOut < 1 || to - from <= usualGapMs(from, now, pollMs)) return [];
    const between = samples.find(({ at }) => at > from && at < to);
    return [{ from, to, why: between === undefined ? 'not_seen' : whyNoFigure(between, measure) }];
  });
}

/** The longest time between two samples, in ms, that leaves nothing unseen between them. */
function usualGapMs(from: EpochMs, now: EpochMs, pollMs: number): number {
  const polledMs = maxGapMs({ pollMs });
  return now - from < THINNED.afterMs ? polledMs : Math.max(polledMs, THINNED.maxGapMs);
}

/** Why a sample has no figure. */
function whyNoFigure({ group }: Sample, measure: Measure): ChartGap['why'] {
  if (group === 'paused' || group === 'failed') return group;
  return group === (measure === 'lag' ? 'replicating' : 'full_copy') ? 'not_measurable' : 'other_status';
}
