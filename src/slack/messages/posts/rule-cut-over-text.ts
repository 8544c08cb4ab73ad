import { LOST_LEVELS } from '../../../domain/rules/caught-up.ts';
import type { RuleFound } from '../../../domain/job/rule-endings.ts';
import type { RuleEvent } from '../../../domain/job/rule-event.ts';
import { ownHold } from '../../../domain/rules/found-by.ts';
import { DEFAULT_READY_RULE } from '../../../domain/rules/rule-settings.ts';
import type { News } from '../kit/message.ts';
import { timeOrDate } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { lasted } from './found-words.ts';
import { withOwnRule } from './rule-lag-text.ts';
import type { FoundIn } from './rule-text.ts';

/** That a job has caught up, with what was checked and what was not; or that it no longer has. */
export function cutOverNews(texts: Texts, { name, event, found }: FoundIn<'caught_up' | 'no_longer_caught_up'>): News {
  const { levelMs } = ownHold(event.rules, 'ready') ?? DEFAULT_READY_RULE;
  const level = texts.duration(levelMs);
  const lag = texts.duration(found.lagMs);
  if (found.kind === 'no_longer_caught_up') {
    const lost = texts.duration(LOST_LEVELS * levelMs);
    const why = { lost, level, since: timeOrDate(found.since, event.at) };
    return {
      headline: texts.get('rule.no_longer_caught_up', { name, lag }),
      lines: [withOwnRule(texts, event.rules, 'ready', texts.get('rule.no_longer_why', why))],
    };
  }
  return {
    headline: texts.get('rule.caught_up', { name, lag }),
    lines: [checkedLine(texts, event, found, level), texts.get('rule.not_checked')],
  };
}

/** What the verdict stands on: the rule of the subscription where it is its own, and the worst figure. */
function checkedLine(
  texts: Texts,
  { at, rules }: RuleFound,
  { since, maxMs, alwaysZero }: Extract<RuleEvent, { readonly kind: 'caught_up' }>,
  level: string,
): string {
  if (alwaysZero) return withOwnRule(texts, rules, 'ready', texts.get('rule.checked_zero'));
  const said = { level, duration: texts.duration(lasted(at - since)), max: texts.duration(maxMs) };
  const isOwn = ownHold(rules, 'ready') !== null;
  return withOwnRule(texts, rules, 'ready', texts.get(isOwn ? 'rule.checked_own' : 'rule.checked', said));
}
