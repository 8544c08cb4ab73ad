import type { News } from '../kit/message.ts';
import { dateAndTime, timeOrDate } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import type { FoundIn } from './rule-text.ts';
import { copyWords } from './found-words.ts';

type CopyFound = FoundIn<'stalled' | 'slow_tail' | 'moving_again' | 'window_missed' | 'window_met'>;

/** What a rule about the full copy found. */
export function copyNews(texts: Texts, { name, found }: CopyFound): News {
  switch (found.kind) {
    case 'stalled':
      return {
        headline: texts.get('rule.stalled', copySaid(texts, name, found)),
        lines: [habitsLine(texts, found)],
      };
    case 'slow_tail': {
      const key = found.allDone ? 'rule.slow_tail_all' : 'rule.slow_tail';
      return {
        headline: texts.get(key, copySaid(texts, name, found)),
        lines: [texts.get('rule.slow_tail_why')],
      };
    }
    case 'moving_again': {
      const key = found.isRestarted ? 'rule.copy_restarted' : 'rule.moving_again';
      const stood = { duration: texts.duration(found.stillMs) };
      return {
        headline: texts.get(key, copySaid(texts, name, found)),
        lines: [texts.get(found.isRestarted ? 'rule.stood_before_restart' : 'rule.stood', stood)],
      };
    }
    case 'window_missed':
    case 'window_met':
      return windowNews(texts, name, found);
  }
}

type WithParts = Extract<CopyFound['found'], { readonly stillMs: number }>;

function copySaid(texts: Texts, name: string, { parts, stillMs }: WithParts) {
  return { name, figure: copyWords(texts, parts) ?? texts.get('rule.copy'), duration: texts.duration(stillMs) };
}

/** What the copy usually takes for a step: by that it was judged. */
function habitsLine(
  texts: Texts,
  { usualMs, longestMs }: Extract<CopyFound['found'], { readonly kind: 'stalled' }>,
): string {
  if (usualMs === null || longestMs === null) return texts.get('rule.stalled_unknown');
  return texts.get('rule.stalled_usual', { usual: texts.duration(usualMs), longest: texts.duration(longestMs) });
}

function windowNews(
  texts: Texts,
  name: string,
  { kind, by, from, to }: Extract<CopyFound['found'], { readonly by: number }>,
): News {
  const expected = { from: dateAndTime(from), to: timeOrDate(to, from) };
  const late = texts.duration(Math.abs(from - by));
  return {
    headline: texts.get(`rule.${kind}`, { name, by: dateAndTime(by) }),
    lines: [texts.get('rule.expected', expected), texts.get(`rule.${kind}_why`, { late })],
  };
}
