import { SECOND } from '../../src/domain/base/time.ts';
import type { Facts } from '../../src/domain/rules/rule-input.ts';
import type { RuleEvent } from '../../src/domain/job/rule-event.ts';
import type { RuleSettings } from '../../src/domain/rules/rule-settings.ts';
import type { Sample } from '../../src/domain/rules/sample.ts';
import { eventsOf, NEW_RULE_STATE, stepRules } from '../../src/domain/rules/step-rules.ts';
import type { RuleState } from '../../src/domain/rules/step-rules.ts';
import { valueAt } from './curve.ts';
import type { Curve } from './curve.ts';

/** Nothing is known of a replayed job but its samples. */
const NO_FACTS: Facts = {
  hasError: false,
  isPartFailed: false,
  isPartUnmeasured: false,
  isFlapping: false,
  expiry: null,
};
/** No tool's percent counts for more. */
const MAX_PERCENT = 100;

/** How a curve is looked at: how much slower it goes, and how often the job is asked about. */
export interface Replay {
  readonly stretch: number;
  readonly pollMs: number;
  /** Until when, in ms since the start. */
  readonly untilMs: number;
  /** From here on, in ms, the figure stands still. */
  readonly frozenMs?: number;
}

/** The samples of a copy, one for each poll. */
export function* copySamples(curve: Curve, { stretch, pollMs, untilMs, frozenMs }: Replay): Generator<Sample> {
  for (let at = 0; at <= untilMs; at += pollMs) {
    const value = valueAt(curve, Math.min(at, frozenMs ?? at) / SECOND / stretch);
    const parts = value === null ? [] : [{ name: 'data', percent: Math.min(value, MAX_PERCENT) }];
    yield { at, group: 'full_copy', lagMs: null, parts };
  }
}

/** The samples of a lag that goes on as a curve says, again and again; a negative figure means that clocks differ. */
export function* lagSamples(curve: Curve, { pollMs, untilMs }: Replay): Generator<Sample> {
  const last = curve.points.at(-1)?.at ?? 0;
  const first = curve.points[0]?.at ?? 0;
  const roundS = last - first + 1;
  for (let at = 0; at <= untilMs; at += pollMs) {
    const seconds = valueAt(curve, first + ((at / SECOND) % roundS));
    yield { at, group: 'replicating', lagMs: seconds === null ? null : Math.max(0, seconds) * SECOND, parts: [] };
  }
}

/** What the rules find worth telling, with the time of the sample that showed it. */
export function replay(
  samples: Iterable<Sample>,
  rules: RuleSettings,
): readonly { readonly at: number; readonly event: RuleEvent }[] {
  const told: { at: number; event: RuleEvent }[] = [];
  let state: RuleState = NEW_RULE_STATE;
  for (const sample of samples) {
    const step = stepRules(state, sample, rules, NO_FACTS);
    ({ state } = step);
    for (const event of eventsOf(step.decisions)) told.push({ at: sample.at, event });
  }
  return told;
}
