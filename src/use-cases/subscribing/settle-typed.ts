import { settleRules } from '../../domain/rules/typed-rules.ts';
import type { RuleChanges } from '../../domain/rules/rule-choice.ts';
import type { RuleRefusal, Stretched, TypedRules } from '../../domain/rules/typed-rules.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/slack.ts';
import { pollMsOf } from '../polling/ask-and-commit.ts';
import type { PollPaceDeps } from '../polling/ask-and-commit.ts';

/** What finding out what typed rules mean takes. */
export interface SettleTypedDeps extends PollPaceDeps {
  readonly access: { readonly directory: Pick<Directory, 'findZone'> };
  /** The time zone of the schedule, in which a moment is meant where Slack does not tell that of the person. */
  readonly scheduleZone: string;
  readonly clock: Clock;
}

/** The time zone in which a moment was meant, and whose it is. */
export interface ZoneMeant {
  readonly name: string;
  readonly of: 'person' | 'schedule';
}

/** What is to be said of the rules that were typed. */
export interface SaidRules {
  readonly changes: RuleChanges;
  readonly stretched: readonly Stretched[];
  /** The usual time between two polls of one job, in ms. */
  readonly pollMs: number;
  /** Whose zone a moment was meant in; null where none was typed. */
  readonly zone: ZoneMeant | null;
}

/** What typed rules mean now, for this person and on this schedule. Slack is asked only where a moment was typed. */
export async function settleTyped(
  deps: SettleTypedDeps,
  userId: string,
  typed: TypedRules,
): Promise<
  { readonly kind: 'refused'; readonly refusal: RuleRefusal } | { readonly kind: 'settled'; readonly said: SaidRules }
> {
  const zone = typeof typed.by === 'object' ? await findZone(deps, userId) : null;
  const pollMs = pollMsOf(deps);
  const now = deps.clock.now();
  const settled = settleRules(typed, { pollMs, now, zone: zone?.name ?? deps.scheduleZone });
  if (settled.kind === 'refused') return settled;
  const { changes, stretched } = settled;
  return { kind: 'settled', said: { changes, stretched, pollMs, zone } };
}

async function findZone({ access, scheduleZone }: SettleTypedDeps, userId: string): Promise<ZoneMeant> {
  const name = await access.directory.findZone(userId);
  return name === null ? { name: scheduleZone, of: 'schedule' } : { name, of: 'person' };
}
