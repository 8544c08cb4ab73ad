import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { CHART_SPANS, chartSeries, defaultMeasure } from '../../domain/rules/chart-series.ts';
import type { ChartSeries, ChartSpan, Measure } from '../../domain/rules/chart-series.ts';
import type { JobStore } from '../../ports/store/jobs.ts';
import type { SampleStore } from '../../ports/store/samples.ts';
import { resolveJob } from '../naming/resolve-jobs.ts';
import type { ResolvedJobs, ResolveDeps } from '../naming/resolve-jobs.ts';
import { pollMsOf } from '../polling/ask-and-commit.ts';
import type { PollPaceDeps } from '../polling/ask-and-commit.ts';

/** What charting a job takes. */
export type ShowChartDeps = ResolveDeps & PollPaceDeps & { readonly store: SampleStore & Pick<JobStore, 'findJob'> };

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
  /** Null when there is no figure in that time. */
  readonly series: ChartSeries | null;
}

/** A reference that no job was found for. */
export type ChartProblem = { readonly kind: 'unresolved' } & Pick<ResolvedJobs, 'problems' | 'oldNames'>;

const DEFAULT_SPAN: ChartSpan = '24h';

/** The figures of the job that somebody named, from what is kept; DRS is not asked. */
export async function findChart(
  deps: ShowChartDeps,
  reference: string,
  wish: ChartWish,
): Promise<JobChart | ChartProblem> {
  const { jobId, problems, oldNames } = await resolveJob(deps, reference);
  return jobId === null ? { kind: 'unresolved', problems, oldNames } : await showChart(deps, jobId, wish);
}

/** The same for a job that is known by id, as behind a button. */
export async function showChart(deps: ShowChartDeps, jobId: JobId, { measure, span }: ChartWish): Promise<JobChart> {
  const { store, connectionId, clock } = deps;
  const shownSpan = span ?? DEFAULT_SPAN;
  const spanMs = CHART_SPANS[shownSpan];
  const now = clock.now();
  const [job, samples] = await Promise.all([
    store.findJob({ connectionId, jobId }),
    store.readSamples({ connectionId, jobId }, now - spanMs),
  ]);
  const shown = measure ?? defaultMeasure(samples);
  const series = chartSeries(samples, { measure: shown, spanMs, now, pollMs: pollMsOf(deps) });
  return { kind: 'chart', jobId, job, measure: shown, span: shownSpan, series };
}

/** The lag or progress of the last day, for the status of a job; null when there is none. */
export async function chartForStatus(deps: ShowChartDeps, jobId: JobId): Promise<ChartSeries | null> {
  return (await showChart(deps, jobId, { measure: null, span: DEFAULT_SPAN })).series;
}
