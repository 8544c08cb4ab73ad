import type { HoldRule } from './rule-settings.ts';

/** Either number of ms of a level and hold in a key of rules. */
const HOLD = /^(\d+)\/(\d+)$/;

/**
 * The level and hold of a subscription's own by which something was found, as its key has them (`rulesKey`); null where the
 * default is what counted.
 */
export function ownHold(rules: string, name: 'lag' | 'ready'): HoldRule | null {
  const part = rules.split(' ').find((one) => one.startsWith(`${name}:`));
  const [, levelMs, holdMs] = HOLD.exec(part?.slice(name.length + 1) ?? '') ?? [];
  return levelMs === undefined || holdMs === undefined ? null : { levelMs: Number(levelMs), holdMs: Number(holdMs) };
}
