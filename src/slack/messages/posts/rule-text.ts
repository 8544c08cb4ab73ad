import { LASTING_KINDS } from '../../../domain/job/rule-endings.ts';
import type { RuleFound } from '../../../domain/job/rule-endings.ts';
import type { RuleEvent } from '../../../domain/job/rule-event.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import type { Aftermath } from '../../../domain/post/post.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { code } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { copyNews } from './rule-copy-text.ts';
import { cutOverNews } from './rule-cut-over-text.ts';
import { lagNews } from './rule-lag-text.ts';
import { outageNews } from './rule-outage-text.ts';
import { ruleLetGo, ruleOver, struckFound } from './rule-over-text.ts';
import { RULE_EMOJI } from './found-words.ts';

/** What a rule found, of one of its kinds, with its job's name and all that is known of the moment. */
export interface FoundIn<Kind extends RuleEvent['kind']> {
  readonly name: string;
  readonly event: RuleFound;
  readonly found: Extract<RuleEvent, { readonly kind: Kind }>;
}

/**
 * What a rule found, with its figures and why it is told; what it found on top of it, with what it had told before struck
 * through; once it is over, that.
 */
export function ruleFound(texts: Texts, job: NamedJob, event: RuleFound, aftermath: Aftermath): News {
  const { cause, endedBy, more, letGo, alarmMs } = aftermath;
  // That a lag was fine again stays true.
  if (endedBy !== null && event.found.kind !== 'lag_cleared')
    return ruleOver(texts, job, event, { by: endedBy, alarmMs });
  if (letGo !== null && LASTING_KINDS.includes(event.found.kind)) return ruleLetGo(texts, job, event, letGo);
  const shown = more ?? event;
  const { headline, lines } = newsOf(texts, plainName(job), shown, cause);
  const kept = more === null ? lines : [...lines.slice(0, 1), struckFound(texts, event, more.at)];
  const wrong = shown.found.kind === 'lag_cleared' ? stillWrong(texts, shown) : [];
  const emoji = wrong.length > 0 ? '🟠' : RULE_EMOJI[shown.found.kind];
  return { headline: `${emoji} ${headline}`, lines: [...kept, ...wrong] };
}

/** What else is wrong with the job, so that nothing is green. */
function stillWrong(texts: Texts, { report }: RuleFound): readonly string[] {
  if (report === null) return [];
  const { errorCode, failedSubJobs } = report;
  const count = failedSubJobs?.failed.length ?? 0;
  return [
    ...(count === 0 ? [] : [texts.get('ready.against.sub_jobs_failed', { count, of: failedSubJobs?.of ?? count })]),
    ...(errorCode === null ? [] : [texts.get('cause.code', { code: code(errorCode) })]),
  ];
}

function newsOf(texts: Texts, name: string, event: RuleFound, cause: Aftermath['cause']): News {
  const { found } = event;
  switch (found.kind) {
    case 'stalled':
    case 'slow_tail':
    case 'moving_again':
    case 'window_missed':
    case 'window_met':
      return copyNews(texts, { name, event, found });
    case 'caught_up':
    case 'no_longer_caught_up':
      return cutOverNews(texts, { name, event, found });
    case 'still_failing':
    case 'still_paused':
    case 'deadline_near':
      return outageNews(texts, { name, event, found }, cause);
    default:
      return lagNews(texts, { name, event, found });
  }
}
