import { HOUR, MINUTE } from '../../../domain/base/time.ts';
import { ownHold } from '../../../domain/rules/found-by.ts';
import { CLEAR_HOLD_MS, CLEAR_SHARE } from '../../../domain/rules/lag-high.ts';
import { DEFAULT_LAG_RULE } from '../../../domain/rules/rule-settings.ts';
import type { MessageKey } from '../../../words/en.ts';
import type { News } from '../kit/message.ts';
import { typedHold } from '../kit/rule-words.ts';
import { code, lowerFirst, timeOrDate } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { foundWords, lasted } from './found-words.ts';
import type { FoundIn } from './rule-text.ts';

type LagFound = FoundIn<
  | 'lag_high'
  | 'lag_cleared'
  | 'nothing_newer'
  | 'cannot_keep_up'
  | 'stands_still'
  | 'jumping'
  | 'not_measurable'
  | 'catch_up_not_gaining'
  | 'gaining_again'
  | 'over'
>;

/** What a rule about the lag found. */
export function lagNews(texts: Texts, told: LagFound): News {
  const { name, event, found } = told;
  const forSoLong = texts.duration(lasted(event.at - found.since));
  const since = timeOrDate(found.since, event.at);
  const said = 'lagMs' in found ? { name, lag: texts.duration(found.lagMs) } : { name, lag: '' };
  switch (found.kind) {
    case 'lag_high':
      return news(texts.get('rule.lag_high', said), whyLine(texts, told, 'rule.over_since'));
    case 'lag_cleared': {
      const was = { duration: forSoLong, peak: texts.duration(found.peakMs) };
      return news(texts.get('rule.lag_cleared', said), texts.get('rule.lag_was', was));
    }
    case 'nothing_newer':
      return news(texts.get('rule.nothing_newer', said), texts.get('rule.nothing_newer_why', { duration: forSoLong }));
    case 'cannot_keep_up': {
      const pace = { pace: texts.duration(found.slope * MINUTE), duration: forSoLong };
      return news(
        texts.get('rule.cannot_keep_up', said),
        texts.get('rule.cannot_keep_up_why', pace),
        whyLine(texts, told, 'rule.rises_since'),
      );
    }
    case 'stands_still':
      return news(texts.get('rule.stands_still', { ...said, polls: found.polls }), texts.get('rule.stands_still_why'));
    case 'jumping': {
      const figures = { name, least: texts.duration(found.leastMs), most: texts.duration(found.mostMs) };
      return news(texts.get('rule.jumping', figures), texts.get('rule.jumping_why', { since }));
    }
    case 'not_measurable':
      return news(
        texts.get('rule.not_measurable', { name, duration: forSoLong }),
        texts.get('rule.not_measurable_why'),
        ...lastLagLine(texts, told),
      );
    case 'over': {
      const state = lowerFirst(foundWords(texts, found));
      return news(texts.get('over.so', { name, state }));
    }
    case 'catch_up_not_gaining':
      return news(
        texts.get('rule.not_gaining', said),
        texts.get('rule.not_gaining_why', { before: texts.duration(found.beforeMs) }),
        whyLine(texts, told, 'rule.rises_since'),
      );
    case 'gaining_again': {
      const { lagMs, beforeMs } = found;
      const left = texts.duration(roughly((lagMs / (beforeMs - lagMs)) * HOUR));
      return news(
        texts.get('rule.gaining_again', said),
        texts.get('rule.gaining_again_why', { before: texts.duration(beforeMs), left }),
      );
    }
  }
}

/** A forecast in whole hours, a short one in minutes. */
function roughly(ms: number): number {
  return ms < 2 * HOUR ? lasted(ms) : Math.round(ms / HOUR) * HOUR;
}

function news(headline: string, ...lines: readonly string[]): News {
  return { headline, lines };
}

/** The level above which a lag was high. */
function levelMs({ event: { rules }, found }: LagFound): number {
  return found.kind === 'lag_high' ? found.levelMs : (ownHold(rules, 'lag') ?? DEFAULT_LAG_RULE).levelMs;
}

/** `Over 2 min since 02:03 · clears below 1 min for 5 min`, and whose rule that is where it is a subscription's own. */
function whyLine(texts: Texts, told: LagFound, key: MessageKey): string {
  const { event, found } = told;
  const level = levelMs(told);
  const why = texts.get(key, {
    level: texts.duration(level),
    since: timeOrDate(found.since, event.at),
    half: texts.duration(level * CLEAR_SHARE),
    hold: texts.duration(CLEAR_HOLD_MS),
  });
  return withOwnRule(texts, event.rules, 'lag', why);
}

/** The same line, begun with the rule of the subscription by which it was found. */
export function withOwnRule(texts: Texts, rules: string, name: 'lag' | 'ready', why: string): string {
  const own = ownHold(rules, name);
  if (own === null) return why;
  const rule = code(`${name}:${typedHold(own)}`);
  return texts.get('rule.own', { rule, why: lowerFirst(why) });
}

function lastLagLine(texts: Texts, { event: { lastLag, at } }: LagFound): readonly string[] {
  if (lastLag === null) return [];
  return [texts.get('told.last_lag', { lag: texts.duration(lastLag.ms), at: timeOrDate(lastLag.at, at) })];
}
