import type { Cause } from '../../../domain/job/job-detail.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { causeLine, MAX_TOLD_TEXT } from '../jobs/cause-text.ts';
import type { News } from '../kit/message.ts';
import { dateAndTime } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import type { FoundIn } from './rule-text.ts';

type OutageFound = FoundIn<'still_failing' | 'still_paused' | 'deadline_near'>;

/** That a job has been failed or paused for long, and until when DRS keeps it. */
export function outageNews(texts: Texts, { name, event, found }: OutageFound, cause: Cause | null): News {
  if (found.kind === 'deadline_near') return deadlineNews(texts, { name, event, found });
  const lasted = texts.duration(event.at - found.since);
  const duration = found.startSeen ? lasted : texts.get('told.at_least', { duration: lasted });
  const errorCode = event.report?.errorCode ?? null;
  const why =
    found.kind === 'still_failing' && (cause !== null || errorCode !== null)
      ? [causeLine(texts, cause, errorCode, MAX_TOLD_TEXT)]
      : [];
  return {
    headline: texts.get(`rule.${found.kind}`, { name, duration }),
    lines: [...why, ...staleLag(texts, { name, event, found }), texts.get(`rule.${found.kind}_why`)],
  };
}

/** `Last lag 3 s at 02:10; at least 5 h behind`: the figure of a job that stands still is stale. */
function staleLag(texts: Texts, { event: { lastLag, at } }: OutageFound): readonly string[] {
  if (lastLag === null) return [];
  const behind = texts.duration(at - lastLag.at + lastLag.ms);
  return [texts.get('detail.stale_lag', { lag: texts.duration(lastLag.ms), at: dateAndTime(lastLag.at), behind })];
}

/** When DRS ends the job, why, and how sure that is. */
function deadlineNews(texts: Texts, { name, event, found }: FoundIn<'deadline_near'>): News {
  const { at, isConfirmed, startSeen } = found;
  const left = texts.duration(Math.max(0, at - event.at));
  const isPaused = event.report !== null && statusGroup(event.report.status) === 'paused';
  return {
    headline: texts.get(startSeen ? 'rule.deadline' : 'rule.deadline_latest', { name, left }),
    lines: [
      texts.get(isPaused ? 'rule.deadline_paused' : 'rule.deadline_failed', { at: dateAndTime(at) }),
      ...(startSeen ? [] : [texts.get('rule.deadline_began_before')]),
      ...(isConfirmed ? [] : [texts.get('rule.not_confirmed')]),
    ],
  };
}
