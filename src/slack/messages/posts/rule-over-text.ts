import type { JobEvent } from '../../../domain/job/job-event.ts';
import type { RuleFound } from '../../../domain/job/rule-endings.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { LetGo, NamedJob } from '../../../domain/post/post.ts';
import { statusName, statusWords } from '../jobs/status-words.ts';
import type { MessageKey } from '../../../words/en.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { lowerFirst, stretch, timeOrDate } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { foundSince, foundWords, lasted, RULE_EMOJI } from './found-words.ts';

/**
 * The message of what a rule found once that is over: its headline says by what, and what it said is struck through below.
 *
 * @param alarmMs nothing is green above it, in ms
 */
export function ruleOver(
  texts: Texts,
  job: NamedJob,
  event: RuleFound,
  { by, alarmMs }: { readonly by: JobEvent; readonly alarmMs: number },
): News {
  const until = untilOf(by);
  const duration = texts.duration(lasted(until - foundSince(event.found, event.at)));
  const { emoji, state } = overWords(texts, job, by, alarmMs);
  const peak = by.kind === 'rule' && by.found.kind === 'lag_cleared' ? peakText(texts, by.found.peakMs) : '';
  const headline = texts.get(headlineKey(by), { name: plainName(job), state, duration });
  return { headline: `${emoji} ${headline}`, lines: [`${struckFound(texts, event, until)}${peak}`] };
}

/** The same once nobody in the channel looks by that rule any more: it is neither so nor fine. */
export function ruleLetGo(texts: Texts, job: NamedJob, event: RuleFound, letGo: LetGo): News {
  const headline = `🔔 ${texts.get(`over.${letGo.how}`, { name: plainName(job) })}`;
  if (letGo.how === 'unsubscribed') return { headline, lines: [struckFound(texts, event, letGo.at)] };
  const since = texts.get('over.since', { since: timeOrDate(foundSince(event.found, event.at), event.at) });
  return { headline, lines: [`${struckWords(texts, event)} ${since}`] };
}

/** `~🟠 lag high~ 02:05–02:43` */
export function struckFound(texts: Texts, event: RuleFound, until: EpochMs): string {
  return `${struckWords(texts, event)} ${stretch(foundSince(event.found, event.at), until)}`;
}

function struckWords(texts: Texts, { found }: RuleFound): string {
  return `~${RULE_EMOJI[found.kind]} ${foundWords(texts, found)}~`;
}

/** What is over without news of its own was so before it was noticed. */
function untilOf(by: JobEvent): EpochMs {
  return by.kind === 'rule' && by.found.kind === 'over' ? by.found.since : by.at;
}

function headlineKey(by: JobEvent): MessageKey {
  // The message of the failure itself says for how long, and so does the recovery's own.
  if (by.kind === 'recovered') return 'over.no_longer_failed';
  if (by.kind !== 'rule') return 'over.then';
  switch (by.found.kind) {
    case 'no_longer_caught_up':
      return 'over.was_caught_up';
    case 'lag_cleared':
    case 'caught_up':
    case 'gaining_again':
    case 'moving_again':
      return 'over.cleared';
    default:
      return 'over.so';
  }
}

function peakText(texts: Texts, peakMs: number): string {
  return ` · ${texts.get('over.peak', { peak: texts.duration(peakMs) })}`;
}

/** What a job does since, in a word or two, with its emoji. */
export function overWords(
  texts: Texts,
  { jobType }: Pick<NamedJob, 'jobType'>,
  by: JobEvent,
  alarmMs: number,
): { readonly emoji: string; readonly state: string } {
  switch (by.kind) {
    case 'rule':
      if (by.found.kind === 'no_longer_caught_up') return { emoji: '⚪', state: texts.get('over.no_longer_caught_up') };
      return {
        emoji: by.found.kind === 'over' ? statusEmoji(texts, jobType, by, alarmMs) : RULE_EMOJI[by.found.kind],
        state: lowerFirst(foundWords(texts, by.found)),
      };
    case 'ended':
      return { emoji: '⏹️', state: texts.get('state.ended') };
    case 'gone':
      return { emoji: '🔴', state: texts.get('standing.gone') };
    case 'flapping':
      return { emoji: '🟠', state: texts.get('standing.flapping') };
    case 'sub_jobs_failed':
      return { emoji: '🔴', state: texts.get('standing.sub_jobs_failed') };
    default: {
      const { state } = statusName(texts, by.report?.status ?? null, jobType);
      return { emoji: statusEmoji(texts, jobType, by, alarmMs), state };
    }
  }
}

/** How well a job replicates is not in its status. */
function statusEmoji(texts: Texts, jobType: string | null, { report, lagNote }: JobEvent, alarmMs: number): string {
  if (report === null) return statusName(texts, null, jobType).emoji;
  return statusWords(texts, report, jobType, lagNote, alarmMs).emoji;
}
