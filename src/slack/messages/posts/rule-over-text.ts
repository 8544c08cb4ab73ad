import type { JobEvent } from '../../../domain/job/job-event.ts';
import type { RuleFound } from '../../../domain/job/rule-endings.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { statusName, statusWords } from '../jobs/status-words.ts';
import type { MessageKey } from '../../../words/en.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { lowerFirst, stretch } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { foundSince, foundWords, RULE_EMOJI } from './found-words.ts';

/** The message of what a rule found once that is over: its headline says by what, and what it said is struck through below. */
export function ruleOver(texts: Texts, job: NamedJob, { found, at }: RuleFound, by: JobEvent): News {
  const since = foundSince(found, at);
  const duration = texts.duration(Math.max(0, by.at - since));
  const { emoji, state } = overWords(texts, job, by);
  const struck = `~${RULE_EMOJI[found.kind]} ${foundWords(texts, found)}~ ${stretch(since, by.at)}`;
  const peak = by.kind === 'rule' && by.found.kind === 'lag_cleared' ? peakText(texts, by.found.peakMs) : '';
  const headline = texts.get(headlineKey(by), { name: plainName(job), state, duration });
  return { headline: `${emoji} ${headline}`, lines: [`${struck}${peak}`] };
}

function headlineKey(by: JobEvent): MessageKey {
  if (by.kind === 'recovered') return 'closed.recovered';
  if (by.kind !== 'rule') return 'over.then';
  switch (by.found.kind) {
    case 'no_longer_caught_up':
      return 'over.was_caught_up';
    case 'window_met':
      return 'over.so';
    default:
      return 'over.cleared';
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
): { readonly emoji: string; readonly state: string } {
  switch (by.kind) {
    case 'rule':
      return by.found.kind === 'no_longer_caught_up'
        ? { emoji: '⚪', state: texts.get('over.no_longer_caught_up') }
        : { emoji: RULE_EMOJI[by.found.kind], state: lowerFirst(foundWords(texts, by.found)) };
    case 'ended':
      return { emoji: '⏹️', state: lowerFirst(texts.get('state.ended')) };
    case 'gone':
      return { emoji: '⚫', state: texts.get('standing.gone') };
    case 'flapping':
      return { emoji: '🟠', state: texts.get('standing.flapping') };
    default: {
      const { report, lagNote } = by;
      const { emoji, state } = statusName(texts, report?.status ?? null, jobType);
      // How well a job replicates is not in its status.
      return {
        emoji: report === null ? emoji : statusWords(texts, report, jobType, lagNote).emoji,
        state: lowerFirst(state),
      };
    }
  }
}
