import { MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { StatusGroup } from '../../src/domain/job/job-status.ts';
import type { Decision, RuleName } from '../../src/domain/rules/decision.ts';
import type { RuleEvent } from '../../src/domain/job/rule-event.ts';
import type { Facts } from '../../src/domain/rules/rule-input.ts';
import { DEFAULT_RULES } from '../../src/domain/rules/rule-settings.ts';
import type { RuleSettings } from '../../src/domain/rules/rule-settings.ts';
import type { Sample } from '../../src/domain/rules/sample.ts';
import type { PartPercent } from '../../src/domain/job/rule-event.ts';
import { eventsOf, NEW_RULE_STATE, stepRules } from '../../src/domain/rules/step-rules.ts';
import type { RuleState } from '../../src/domain/rules/step-rules.ts';

export const NO_FACTS: Facts = {
  hasError: false,
  isPartFailed: false,
  isPartUnmeasured: false,
  isFlapping: false,
  expiry: null,
};

/** What the rules told of some samples, when, in minutes since the first, and what they decided about the last. */
export interface Fed {
  readonly told: readonly (readonly [number, RuleEvent['kind']])[];
  readonly events: readonly RuleEvent[];
  readonly state: RuleState;
  readonly last: Readonly<Record<RuleName, Decision>> | null;
}

/** Feeds samples to the rules, from a state if it is not the first. */
export function feed(
  samples: readonly Sample[],
  {
    rules = DEFAULT_RULES,
    facts = NO_FACTS,
    from = NEW_RULE_STATE,
  }: { readonly rules?: RuleSettings; readonly facts?: Facts; readonly from?: RuleState } = {},
): Fed {
  let state = from;
  let last: Fed['last'] = null;
  const told: [number, RuleEvent['kind']][] = [];
  const events: RuleEvent[] = [];
  const start = samples[0]?.at ?? 0;
  for (const sample of samples) {
    const step = stepRules(state, sample, rules, facts);
    ({ state } = step);
    last = step.decisions;
    for (const event of eventsOf(step.decisions)) {
      told.push([(sample.at - start) / MINUTE, event.kind]);
      events.push(event);
    }
  }
  return { told, events, state, last };
}

/** Lags in seconds, a minute apart, of a job that replicates; null: not measurable; a status: it does not replicate. */
export function minutely(lags: readonly (number | null | StatusGroup)[], startMinute = 0): readonly Sample[] {
  return lags.map((lag, minute) => {
    const at = (startMinute + minute) * MINUTE;
    if (typeof lag === 'string') return { at, group: lag, lagMs: null, parts: [] };
    return { at, group: 'replicating', lagMs: lag === null ? null : lag * SECOND, parts: [] };
  });
}

/** The same figure for so many minutes, or one of each minute. */
export function minutes<One extends string | number | null>(
  count: number,
  lag: One | ((minute: number) => One),
): readonly One[] {
  return Array.from({ length: count }, (_, minute) => (typeof lag === 'function' ? lag(minute) : lag));
}

/** A copy as its parts stand, a poll apart. */
export function copying(percents: readonly (readonly PartPercent[])[], everyMs = MINUTE): readonly Sample[] {
  return percents.map((parts, index) => ({ at: index * everyMs, group: 'full_copy', lagMs: null, parts }));
}

/** The data part alone. */
export function data(percent: number): readonly PartPercent[] {
  return [{ name: 'data', percent }];
}
