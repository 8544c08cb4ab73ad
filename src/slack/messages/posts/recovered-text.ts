import type { JobEvent } from '../../../domain/job/job-event.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import type { Doer } from '../../../domain/job/timeline.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { statusWords } from '../jobs/status-words.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { timeOrDate } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { doerText } from './doer-text.ts';
import { percentText } from './status-changed-text.ts';

type Recovered = Extract<JobEvent, { readonly kind: 'recovered' }>;

/** Where it is told: nothing is green above the level; where its failure was told and who resumed it, null where that is not known. */
interface Place {
  readonly alarmMs: number;
  readonly firstMessageUrl: string | null;
  readonly doer: Doer | null;
}

/** A job that works again: what it does, for how long it had failed, and how far behind it is. */
export function recovered(
  texts: Texts,
  job: NamedJob,
  event: Recovered,
  { alarmMs, firstMessageUrl, doer }: Place,
): News {
  const { report, failedAt, workingAt, startSeen, lagNote } = event;
  const lasted = texts.duration(workingAt - failedAt);
  const duration = startSeen ? lasted : texts.get('told.at_least', { duration: lasted });
  const said = { name: plainName(job), state: workText(texts, event, job.jobType), duration };
  const down = texts.get('told.recovered_down', {
    from: timeOrDate(failedAt, workingAt),
    to: timeOrDate(workingAt, failedAt),
  });
  const emoji = report === null ? '🟢' : statusWords(texts, report, job.jobType, lagNote, alarmMs).emoji;
  return {
    headline: `${emoji} ${texts.get('told.recovered', said)}`,
    lines: [
      `${down}${lagText(texts, event, alarmMs)}`,
      doerText(texts, 'told.resumed_by', doer, workingAt),
      firstMessageUrl === null ? null : texts.get('told.first_message', { url: firstMessageUrl }),
    ].filter((line) => line !== null),
  };
}

/** ` · catching up, lag 48 min`, or that the first figures after a failure mean nothing. */
function lagText(texts: Texts, { report, lagNote }: Recovered, alarmMs: number): string {
  if (report === null || statusGroup(report.status) !== 'replicating') return '';
  if (lagNote === 'unsettled') return texts.get('told.recovered_unsettled');
  if (report.lagMs === null) return '';
  const key = report.lagMs > alarmMs ? 'told.recovered_catching_up' : 'told.recovered_lag';
  return texts.get(key, { lag: texts.duration(report.lagMs) });
}

function workText(texts: Texts, event: Recovered, jobType: string | null): string {
  if (event.report === null) return texts.get('told.working_again');
  switch (statusGroup(event.report.status)) {
    case 'full_copy':
      return texts.get('told.copy_resumed', { percent: percentText(texts, event) });
    case 'full_copy_done':
      return texts.get('told.copy_complete');
    default:
      return texts.get(isDisasterRecovery(jobType) ? 'told.dr_running_again' : 'told.replicating_again_short');
  }
}
