import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { CHART_SPANS, chartSeries, defaultMeasure } from '../../domain/rules/chart-series.ts';
import type { ChartSeries, ChartSpan, Measure } from '../../domain/rules/chart-series.ts';
import { alarmLevelOf, NO_OWN_RULES } from '../../domain/rules/subscription-rules.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { JobStore } from '../../ports/store/jobs.ts';
import type { SampleStore } from '../../ports/store/samples.ts';
import type { SubscriptionStore } from '../../ports/store/subscriptions.ts';
import { resolveJob } from '../naming/resolve-jobs.ts';
import type { ResolvedJobs, ResolveDeps } from '../naming/resolve-jobs.ts';
import { pollMsOf } from '../polling/ask-and-commit.ts';
import type { PollPaceDeps } from '../polling/ask-and-commit.ts';

/** What charting a job takes. */
export type ShowChartDeps = ResolveDeps &
  PollPaceDeps & {
    readonly store: SampleStore & Pick<JobStore, 'findJob'> & Pick<SubscriptionStore, 'findSubscribed'>;
  };

/** What is to be charted; null where nobody said it. */
export interface ChartWish {
  readonly measure: Measure | null;
  readonly span: ChartSpan | null;
}

/** The figures of one job. */
export interface JobChart {
  readonly kind: 'chart';
  readonly jobId: JobId;
  /** As it is known; null when nobody has asked about it yet. */
  readonly job: Job | null;
  readonly measure: Measure;
  readonly span: ChartSpan;
  /** Nothing is green above it for the channel that asks, in ms. */
  readonly alarmMs: number;
  /** Null when there is no figure in that time. */
  readonly series: ChartSeries | null;
}

/** A reference that no job was found for. */
export type ChartProblem = { readonly kind: 'unresolved' } & Pick<ResolvedJobs, 'problems' | 'oldNames'>;

const DEFAULT_SPAN: ChartSpan = '24h';

/** The figures of the job that somebody named, from what is kept; DRS is not asked. */
export async function findChart(
  deps: ShowChartDeps,
  channel: ChannelKey,
  reference: string,
  wish: ChartWish,
): Promise<JobChart | ChartProblem> {
  const { jobId, problems, oldNames } = await resolveJob(deps, reference);
  return jobId === null ? { kind: 'unresolved', problems, oldNames } : await showChart(deps, channel, jobId, wish);
}

/** The same for a job that is known by id, as behind a button. */
export async function showChart(
  deps: ShowChartDeps,
  channel: ChannelKey,
  jobId: JobId,
  { measure, span }: ChartWish,
): Promise<JobChart> {
  const { store, connectionId } = deps;
  const shownSpan = span ?? DEFAULT_SPAN;
  const [job, rules, figures] = await Promise.all([
    store.findJob({ connectionId, jobId }),
    store.findSubscribed(channel, connectionId, [jobId]),
    readFigures(deps, jobId, measure, shownSpan),
  ]);
  const alarmMs = alarmLevelOf(rules.get(jobId) ?? NO_OWN_RULES);
  return { kind: 'chart', jobId, job, span: shownSpan, alarmMs, ...figures };
}

/** The lag or progress of the last day, for the status of a job; null when there is none. */
export async function chartForStatus(deps: ShowChartDeps, jobId: JobId): Promise<ChartSeries | null> {
  return (await readFigures(deps, jobId, null, DEFAULT_SPAN)).series;
}

async function readFigures(
  deps: ShowChartDeps,
  jobId: JobId,
  measure: Measure | null,
  span: ChartSpan,
): Promise<Pick<JobChart, 'measure' | 'series'>> {
  const { store, connectionId, clock } = deps;
  const spanMs = CHART_SPANS[span];
  const now = clock.now();
  const samples = await store.readSamples({ connectionId, jobId }, now - spanMs);
  const shown = measure ?? defaultMeasure(samples);
  return { measure: shown, series: chartSeries(samples, { measure: shown, spanMs, now, pollMs: pollMsOf(deps) }) };
}
