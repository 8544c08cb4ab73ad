import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { ChartFigure, ChartGap, ChartSeries } from '../../../domain/rules/chart-series.ts';
import { footer } from '../kit/message.ts';
import type { Part } from '../kit/message.ts';
import { dateAndTime, stretch } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Stretches without a figure that are told one by one. */
const MAX_GAPS = 3;

/** A chart of one job, its figures in words below it, and what is left out. */
export function chartPart(texts: Texts, series: ChartSeries): readonly Part[] {
  const { measure, points } = series;
  const unit = unitOf(series);
  const label = labelsFor(texts, series);
  return [
    {
      kind: 'chart',
      title: titleOf(texts, series, unit),
      series: texts.get(`chart.${measure}`),
      points: points.map(({ at, value }) => ({ label: label(at), value: Math.round((10 * value) / unit.of) / 10 })),
      xLabel: 'UTC',
      yLabel: unit.name,
    },
    footer(figuresLine(texts, series)),
    ...(series.gaps.length === 0 ? [] : [footer(gapsLine(texts, series.gaps))]),
  ];
}

/** `Newest lag 3 s · max 41 s (12:04) · min < 1 s`. */
export function figuresLine(texts: Texts, { measure, newest, most, least }: ChartSeries): string {
  const figure = ({ value }: ChartFigure) => (measure === 'lag' ? texts.duration(value) : `${rounded(value)} %`);
  const said = { newest: figure(newest), most: figure(most), at: dateAndTime(most.at), least: figure(least) };
  return texts.get(`chart.figures_${measure}`, said);
}

/** A percent is never rounded up to all. */
function rounded(percent: number): number {
  return Math.floor(10 * percent) / 10;
}

function gapsLine(texts: Texts, gaps: readonly ChartGap[]): string {
  const told = gaps.slice(-MAX_GAPS).map(({ from, to, why }) => `${texts.get(`gap.${why}`)} ${stretch(from, to)}`);
  const more = gaps.length - told.length;
  const all = more > 0 ? [...told, texts.get('names.more', { count: more })] : told;
  return texts.get('chart.left_out', { gaps: all.join(' · ') });
}

/** What the values of an axis are in. */
interface Unit {
  readonly name: string;
  /** In the series' own unit. */
  readonly of: number;
}

/** Up to these lags, in ms, the axis is in seconds, or in minutes. */
const MOST_IN_SECONDS = 10 * MINUTE;
const MOST_IN_MINUTES = 10 * HOUR;

function unitOf({ measure, most }: ChartSeries): Unit {
  if (measure === 'progress') return { name: '%', of: 1 };
  if (most.value <= MOST_IN_SECONDS) return { name: 's', of: SECOND };
  return most.value <= MOST_IN_MINUTES ? { name: 'min', of: MINUTE } : { name: 'h', of: HOUR };
}

/** `Lag (s), last 24 h, gap: 3 h paused`: Slack shows 50 characters. */
function titleOf(texts: Texts, { measure, from, to, isOver, gaps }: ChartSeries, unit: Unit): string {
  const over = texts.get(isOver ? 'chart.over' : 'chart.last', { duration: spanWords(texts, to - from) });
  const title = texts.get('chart.title', { what: texts.get(`chart.${measure}_title`), unit: unit.name, over });
  const [gap] = gaps;
  if (gap === undefined) return title;
  const duration = texts.duration(inWhole(MINUTE, sum(gaps)));
  const said = { title, duration, why: texts.get(`gap.${gap.why}`), count: gaps.length };
  return texts.get(gaps.length === 1 ? 'chart.title_gap' : 'chart.title_gaps', said);
}

function sum(gaps: readonly ChartGap[]): number {
  return gaps.reduce((total, { from, to }) => total + to - from, 0);
}

/** Whole hours, also of a whole day, where it is one at least; whole minutes else. */
export function spanWords(texts: Texts, ms: number): string {
  const hours = inWhole(HOUR, ms) / HOUR;
  if (ms < HOUR - MINUTE) return texts.duration(inWhole(MINUTE, ms));
  return hours > 24 ? texts.duration(hours * HOUR) : texts.get('unit.h', { count: hours });
}

function inWhole(unitMs: number, ms: number): number {
  return Math.max(unitMs, Math.round(ms / unitMs) * unitMs);
}

/** Weekdays repeat within so long. */
const WEEKDAYS_MS = 6 * DAY;

/**
 * A clock time, with the day at the first point of each day, or at every one where the chart is of several: each point has a
 * label of its own. Slack draws no dates in charts.
 */
function labelsFor({ language }: Texts, { points, from, to }: ChartSeries): (at: EpochMs) => string {
  const time = (at: EpochMs) => new Date(at).toISOString().slice(11, 16);
  const dayOf = (at: EpochMs) => Math.floor(at / DAY);
  const isOneDay = points.every(({ at }) => dayOf(at) === dayOf(to));
  const firsts = new Set(
    points.filter(({ at }, index) => dayOf(points[index - 1]?.at ?? 0) !== dayOf(at)).map(({ at }) => at),
  );
  const day = new Intl.DateTimeFormat(language, { timeZone: 'UTC', ...(to - from < WEEKDAYS_MS ? WEEKDAY : DATE) });
  return (at) => (isOneDay || (to - from <= DAY && !firsts.has(at)) ? time(at) : `${day.format(at)} ${time(at)}`);
}

const WEEKDAY = { weekday: 'short' } as const;
const DATE = { day: 'numeric', month: 'short' } as const;
