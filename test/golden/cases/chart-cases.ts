import { HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import { CHART_SPANS, chartSeries } from '../../../src/domain/rules/chart-series.ts';
import type { ChartSpan, Measure } from '../../../src/domain/rules/chart-series.ts';
import type { Sample } from '../../../src/domain/rules/sample.ts';
import { chartMessage, chartProblem } from '../../../src/slack/messages/answers/chart-message.ts';
import { inWords } from '../../../src/slack/messages/kit/in-words.ts';
import type { Texts } from '../../../src/slack/messages/kit/texts.ts';
import type { JobChart } from '../../../src/use-cases/showing/show-chart.ts';
import { aJob, ORDERS, reported } from '../../support/reports.ts';
import { lagging, none, parts, read, replicating, shownOf, START } from './facts.ts';
import type { Said, Step } from './facts.ts';

/** A stretch of samples, a minute or more apart, before `START`. */
const samples = (
  fromMs: number,
  toMs: number,
  make: (minute: number) => Omit<Sample, 'at'>,
  everyMs = MINUTE,
): readonly Sample[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / everyMs) }, (_, index) => ({
    at: START + fromMs + index * everyMs,
    ...make((index * everyMs) / MINUTE),
  }));

const lag = (lagMs: number | null): Omit<Sample, 'at'> => ({ group: 'replicating', lagMs, parts: [] });
const copy = (percent: number): Omit<Sample, 'at'> => ({
  group: 'full_copy',
  lagMs: null,
  parts: [{ name: 'data', percent }],
});
const without = (group: Sample['group']): Omit<Sample, 'at'> => ({ group, lagMs: null, parts: [] });

const waves = (minute: number) => lag(SECOND * (2 + Math.round(20 * Math.abs(Math.sin(minute / 47)) ** 9)));

const ordersIn = (...steps: readonly Step[]) => aJob({ name: 'orders', jobType: 'migration' }, read(...steps).state);
const RUNNING = ordersIn(replicating, [20, lagging(3_000)]);

const figures = (all: readonly Sample[], measure: Measure = 'lag', span: ChartSpan = '24h') =>
  chartSeries(all, { measure, spanMs: CHART_SPANS[span], now: START, pollMs: MINUTE });

const charted =
  (all: readonly Sample[], changes: Partial<JobChart> = {}, sharedBy?: string): Said =>
  (texts) => {
    const { measure = 'lag', span = '24h' } = changes;
    const series = figures(all, measure, span);
    return chartMessage(
      texts,
      { kind: 'chart', jobId: ORDERS, job: RUNNING, measure, span, alarmMs: 2 * MINUTE, series, ...changes },
      'C1',
      sharedBy,
    );
  };

const FIVE_HOURS = samples(-5 * HOUR, 0, waves);

const PAUSED_BETWEEN = [
  ...samples(-5 * HOUR, -3 * HOUR, waves),
  ...samples(-3 * HOUR, -100 * MINUTE, () => without('paused')),
  ...samples(-100 * MINUTE, 0, waves),
];

/** Every reason for a gap, each an hour long. */
const MANY_GAPS = [
  ...samples(-24 * HOUR, -22 * HOUR, () => lag(800), 5 * MINUTE),
  ...samples(-22 * HOUR, -19 * HOUR, () => without('failed'), 5 * MINUTE),
  ...samples(-19 * HOUR, -17 * HOUR, () => lag(90_000), 5 * MINUTE),
  ...samples(-14 * HOUR, -12 * HOUR, () => lag(40 * MINUTE), 5 * MINUTE),
  ...samples(-12 * HOUR, -9 * HOUR, () => lag(null), 5 * MINUTE),
  ...samples(-9 * HOUR, -7 * HOUR, () => lag(3 * SECOND), 5 * MINUTE),
  ...samples(-7 * HOUR, -4 * HOUR, () => without('unknown'), 5 * MINUTE),
  ...samples(-4 * HOUR, 0, () => lag(3 * SECOND), 5 * MINUTE),
];

/** The same where the workspace takes no such block. */
const worded =
  (say: Said): Said =>
  (texts: Texts) =>
    inWords(say(texts), new Set(['data_visualization', 'table']));

export const CHART_CASES: Readonly<Record<string, Said>> = {
  'chart-lag': charted(FIVE_HOURS),
  'chart-lag-in-words': worded(charted(FIVE_HOURS)),
  'chart-lag-shared': charted(FIVE_HOURS, {}, 'U1'),
  'chart-lag-hour': charted(
    samples(-HOUR, 0, (minute) => lag(minute * 50)),
    { span: '1h' },
  ),
  'chart-lag-week': charted(
    samples(-7 * 24 * HOUR, 0, (minute) => lag(minute * 4 * SECOND), 5 * MINUTE),
    { span: '7d' },
  ),
  'chart-lag-paused-between': charted(PAUSED_BETWEEN),
  'chart-lag-paused-now': charted([...samples(-5 * HOUR, -HOUR, waves), ...samples(-HOUR, 0, () => without('paused'))]),
  'chart-lag-many-gaps': charted(MANY_GAPS),
  'chart-lag-not-seen': charted([...samples(-9 * HOUR, -5 * HOUR, waves), ...samples(-2 * HOUR, 0, waves)]),
  'chart-lag-one-figure': charted(samples(-MINUTE, 0, waves)),
  'chart-progress': charted(
    samples(-14 * HOUR, 0, (minute) => copy(Math.floor((minute / 840) * 63))),
    {
      measure: 'progress',
      job: ordersIn([0, 'STARTJOBING'], [1, reported('FULL_TRANSFER_STARTED', { parts })]),
    },
  ),
  'chart-progress-over': charted(
    [...samples(-14 * HOUR, -2 * HOUR, (minute) => copy(Math.min(100, minute / 7))), ...samples(-2 * HOUR, 0, waves)],
    { measure: 'progress' },
  ),
  'chart-no-lag': charted([]),
  'chart-no-progress-of-an-unknown-job': charted([], { measure: 'progress', job: null }),
  'chart-name-unknown': (texts) =>
    chartProblem(texts, { kind: 'unresolved', problems: [none({ reference: 'oders' })], oldNames: null }, 'C1'),
  'status-with-a-chart': (texts) =>
    shownOf({}, { chart: figures(FIVE_HOURS), subscribed: true }, replicating, [20, lagging(3_000)])(texts),
};
