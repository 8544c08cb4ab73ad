import type { Language } from '../../domain/base/language.ts';
import { changeRules, rulesInForce } from '../../domain/rules/rule-choice.ts';
import type { RuleChoice } from '../../domain/rules/rule-choice.ts';
import { findContradiction } from '../../domain/rules/typed-rules.ts';
import type { RuleRefusal, TypedRules } from '../../domain/rules/typed-rules.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';
import { settleTyped } from './settle-typed.ts';
import type { SaidRules, SettleTypedDeps } from './settle-typed.ts';

/** What changing a channel's settings takes. */
export interface ChangeSettingsDeps {
  readonly store: ChannelStore;
  readonly connectionId: string;
  readonly clock: Clock;
  readonly wakeLoops: () => void;
}

/** Chooses the language of posts to a channel. False when it is that already. */
export async function chooseLanguage(
  { store, connectionId, clock, wakeLoops }: ChangeSettingsDeps,
  actor: Actor,
  language: Language,
): Promise<boolean> {
  const changed = await store.setChannelLanguage({ actor, connectionId, language, now: clock.now() });
  if (changed) wakeLoops();
  return changed;
}

/** What choosing rules for a channel came to. */
export type ChannelRulesOutcome =
  | { readonly kind: 'refused'; readonly refusal: RuleRefusal }
  | { readonly kind: 'chosen'; readonly before: RuleChoice; readonly after: RuleChoice; readonly said: SaidRules };

/** Chooses what the subscriptions of a channel follow that say nothing themselves, those that are there and those to come. */
export async function chooseRules(
  deps: ChangeSettingsDeps & SettleTypedDeps,
  actor: Actor,
  typed: TypedRules,
): Promise<ChannelRulesOutcome> {
  const settled = await settleTyped(deps, actor.userId, typed);
  if (settled.kind === 'refused') return settled;
  const { store, connectionId, clock, wakeLoops } = deps;
  const { said } = settled;
  const there = await store.findChannelRules(actor);
  const refusal = findContradiction(said.changes, rulesInForce(changeRules(there, said.changes), {}));
  if (refusal !== null) return { kind: 'refused', refusal };
  const { before, after } = await store.setChannelRules({
    actor,
    connectionId,
    changes: said.changes,
    now: clock.now(),
  });
  wakeLoops();
  return { kind: 'chosen', before, after, said };
}
