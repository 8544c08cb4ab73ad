import type { Cause } from '../../../domain/job/job-detail.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { shortCause } from '../jobs/cause-text.ts';
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
      ? [reminderCause(texts, cause, errorCode)]
      : [];
  return {
    headline: texts.get(`rule.${found.kind}`, { name, duration }),
    lines: [...why, ...behindLine(texts, { name, event, found }), texts.get(`rule.${found.kind}_why`)],
  };
}

/** In one line: DRS's own words, or the code where there are none. */
function reminderCause(texts: Texts, cause: Cause | null, errorCode: string | null): string {
  const text = cause?.text ?? null;
  return text === null ? shortCause(texts, cause, errorCode) : shortCause(texts, { code: null, text }, null);
}

/** `At least 5 h behind by now`: a job that stands still falls behind as time goes by. */
function behindLine(texts: Texts, { event: { lastLag, at } }: OutageFound): readonly string[] {
  return lastLag === null ? [] : [texts.get('rule.behind', { behind: texts.duration(at - lastLag.at + lastLag.ms) })];
}

/** When DRS ends the job, why, and how sure that is. */
function deadlineNews(texts: Texts, { name, event, found }: FoundIn<'deadline_near'>): News {
  const { at, isConfirmed, startSeen } = found;
  const left = texts.duration(Math.max(0, at - event.at));
  const isPaused = event.report !== null && statusGroup(event.report.status) === 'paused';
  return {
    headline: texts.get(isPaused ? 'rule.deadline_paused' : 'rule.deadline_failed', { name, left }),
    lines: [
      [
        texts.get(isConfirmed ? 'rule.deadline' : 'rule.deadline_not_confirmed', { at: dateAndTime(at) }),
        ...(startSeen ? [] : [texts.get('rule.deadline_began_before')]),
      ].join(' · '),
    ],
  };
}
