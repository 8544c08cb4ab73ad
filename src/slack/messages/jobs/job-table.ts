import type { EpochMs } from '../../../domain/base/time.ts';
import type { JobState } from '../../../domain/job/job-state.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { standingOfSeen } from '../../../domain/job/seen-job.ts';
import type { SeenJob } from '../../../domain/job/seen-job.ts';
import { STANDINGS } from '../../../domain/job/standing.ts';
import type { Standing } from '../../../domain/job/standing.ts';
import type { Job } from '../../../domain/job/job.ts';
import { isMessageKey } from '../../../words/plain-texts.ts';
import { unescapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { STANDING_EMOJI } from './standings.ts';
import { copyFigure, statusName } from './status-words.ts';

/** Rows of one page of a table of jobs. */
export const PAGE_ROWS = 20;
const NO_LAG = '–';

/** A job as a table shows it. */
export type TabledJob = Pick<Job, 'jobId' | 'name' | 'jobType'> & SeenJob;

/** `🔴 1 · 🔵 1 · 🟢 8`: how many stand how, worst first. */
export function standingCounts(standings: readonly Standing[]): string {
  const counts = new Map<string, number>();
  const ranked = standings.toSorted((one, other) => STANDINGS.indexOf(one) - STANDINGS.indexOf(other));
  for (const standing of ranked) {
    const emoji = STANDING_EMOJI[standing];
    counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  }
  return [...counts].map(([emoji, count]) => `${emoji} ${count}`).join(' · ');
}

/** The headings of a table of jobs. */
export function jobHeadings(texts: Texts): readonly [string, string, string] {
  return [texts.get('incident.job'), texts.get('incident.now'), texts.get('table.lag')];
}

/** `🟢 in sync`, `3 s`: what stands beside the name of a job, as plain text. */
export function jobCells(texts: Texts, job: TabledJob, now: EpochMs): readonly [string, string] {
  return [stateCell(texts, job, now), job.state === null ? NO_LAG : unescapeMrkdwn(lagCell(texts, job.state))];
}

/** `🔴 failed 12 min`, `🔵 copy 63 %`, `🟢 in sync`: as plain text. */
export function stateCell(texts: Texts, job: TabledJob, now: EpochMs): string {
  const standing = standingOfSeen(job);
  return unescapeMrkdwn(
    `${STANDING_EMOJI[standing]} ${stateWords(texts, job, standing)}${job.state === null ? '' : forHowLong(texts, job.state, now)}`,
  );
}

function stateWords(texts: Texts, job: TabledJob, standing: Standing): string {
  const report = job.state === null ? null : job.state.report;
  const status = job.state === null ? job.status : (report?.status ?? null);
  const isCopying = report !== null && statusGroup(report.status) === 'full_copy';
  const figure = isCopying && standing === 'copying' ? copyFigure(texts, report) : null;
  if (figure !== null) return texts.get('table.copy', { figure });
  const key = `table.${standing}`;
  return isMessageKey(key) ? texts.get(key) : statusName(texts, status, job.jobType).state;
}

/** What is not as it should be is so for some time. */
function forHowLong(texts: Texts, { failure, unknown, statusSince, report, over }: JobState, now: EpochMs): string {
  if (over !== null || report === null) return '';
  const isPaused = statusGroup(report.status) === 'paused';
  const since = unknown?.isLasting === true ? unknown.since : (failure?.since ?? (isPaused ? statusSince : null));
  return since === null || now <= since ? '' : ` ${texts.duration(now - since)}`;
}

function lagCell(texts: Texts, { report, unknown, over }: JobState): string {
  const isRead =
    over === null && report !== null && report.lagMs !== null && statusGroup(report.status) === 'replicating';
  return isRead && unknown?.isLasting !== true ? texts.duration(report.lagMs) : NO_LAG;
}
