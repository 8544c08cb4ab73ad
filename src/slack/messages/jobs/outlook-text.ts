import { DAY, HOUR, MINUTE } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { Job } from '../../../domain/job/job.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import type { Estimate } from '../../../domain/rules/estimate.ts';
import type { Outlook } from '../../../use-cases/showing/read-outlook.ts';
import { dateAndTime } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { smallLag, whyNotReady } from './readiness-text.ts';

/** How a job goes on, in a status. */
export interface OutlookText {
  /** Behind the headline; null for nothing. */
  readonly tail: string | null;
  readonly lines: readonly string[];
  /** Figures for the small print. */
  readonly small: readonly string[];
}

export const NO_OUTLOOK: OutlookText = { tail: null, lines: [], small: [] };

/** Of a full copy how long it still takes, of a job that replicates whether people may switch over; nothing of any other. */
export function outlookText(texts: Texts, job: Job, outlook: Outlook | null, now: EpochMs): OutlookText {
  const { report, over } = job.state;
  if (outlook === null || report === null || over !== null) return NO_OUTLOOK;
  const group = statusGroup(report.status);
  if (group === 'full_copy') return copyText(texts, outlook, now);
  return group === 'replicating' ? lagOutlook(texts, job, outlook) : NO_OUTLOOK;
}

function lagOutlook(texts: Texts, job: Job, outlook: Outlook): OutlookText {
  const verdict = verdictLine(texts, job, outlook);
  const lines = verdict === null ? [] : [verdict];
  if (outlook.maxLagMs === null) return { tail: null, lines, small: [] };
  const max = texts.get('outlook.max_lag', { max: texts.duration(outlook.maxLagMs) });
  return { tail: null, lines, small: isDisasterRecovery(job.jobType) ? [max] : [max, alarmPart(texts, outlook)] };
}

/** Nothing of a job whose cut-over nobody waits for, nor before there are readings for a verdict. */
function verdictLine(texts: Texts, job: Job, { readiness, rules }: Outlook): string | null {
  if (readiness?.kind !== 'judged' || rules.ready === null) return null;
  return readiness.against.length === 0
    ? texts.get('outlook.ready', { lag: smallLag(texts, readiness, rules) })
    : texts.get('outlook.not_ready', { why: whyNotReady(texts, job, readiness) });
}

function alarmPart(texts: Texts, { rules: { lag } }: Outlook): string {
  if (lag === null) return texts.get('outlook.no_alarm');
  return texts.get('outlook.alarm', { level: texts.duration(lag.levelMs), hold: texts.duration(lag.holdMs) });
}

function copyText(texts: Texts, { estimate, by }: Outlook, now: EpochMs): OutlookText {
  const wanted = by === null ? null : byPart(texts, estimate, by, now);
  if (estimate?.kind !== 'range') {
    const uneven = estimate?.why === 'too_uneven' ? texts.get('outlook.too_uneven') : null;
    return { tail: null, lines: [], small: [uneven, wanted].filter((part) => part !== null) };
  }
  const { fromMs, toMs, percentPerHour, overMs } = estimate;
  const figures = { pace: rounded(percentPerHour), time: texts.duration(overMs) };
  const pace = texts.get(wanted === null ? 'outlook.pace' : 'outlook.pace_short', figures);
  return {
    tail: texts.get('outlook.left', { range: durationRange(texts, fromMs, toMs) }),
    lines: [],
    small: [pace, wanted].filter((part) => part !== null),
  };
}

/** How the estimate stands to the moment by which the copy is wanted. */
function byPart(texts: Texts, estimate: Estimate | null, at: EpochMs, now: EpochMs): string {
  const by = dateAndTime(at);
  if (estimate?.kind !== 'range') return texts.get('outlook.by_unknown', { by });
  if (now + estimate.fromMs > at) return texts.get('outlook.by_missed', { by });
  return texts.get(now + estimate.toMs <= at ? 'outlook.by_met' : 'outlook.by_uncertain', { by });
}

const UNITS = [
  { unit: 'd', ms: DAY },
  { unit: 'h', ms: HOUR },
  { unit: 'min', ms: MINUTE },
] as const;
/** A unit is used for a figure of at least so many: "26 h" says more than "1 d". */
const LEAST_COUNT = 2;

/** `8–11 h`, or `40 min–3 h`: rounded outwards, so that what lay inside still does. */
function durationRange(texts: Texts, fromMs: number, toMs: number): string {
  const [from, to] = [Math.min(fromMs, toMs), Math.max(fromMs, toMs)];
  const [fromUnit, toUnit] = [unitOf(from), unitOf(to)];
  const least = Math.floor(from / fromUnit.ms);
  const most = Math.max(1, Math.ceil(to / toUnit.ms));
  const end = texts.get(`unit.${toUnit.unit}`, { count: most });
  if (fromUnit.unit === toUnit.unit) return least === most ? end : `${Math.max(1, least)}–${end}`;
  return `${texts.get(`unit.${fromUnit.unit}`, { count: Math.max(1, least) })}–${end}`;
}

function unitOf(ms: number): (typeof UNITS)[number] {
  return UNITS.find((one) => ms >= LEAST_COUNT * one.ms) ?? UNITS[2];
}

/** One decimal below 10, none above; never 0 for what moves. */
function rounded(percent: number): string {
  if (percent < 0.1) return '&lt; 0.1';
  return percent < 10 ? percent.toFixed(1) : String(Math.round(percent));
}
