/**
 * A Slack timestamp: seconds since 1970 by Slack's clock, a dot and six digits, unique in a channel
 * (docs.slack.dev, "Retrieving messages").
 */
export type MessageTs = string;

/** The later of two; null when there is none. */
export function laterTs(one: MessageTs | null, other: MessageTs | null): MessageTs | null {
  if (one === null || other === null) return one ?? other;
  return compareTs(one, other) >= 0 ? one : other;
}

/** Negative when `one` is earlier. */
export function compareTs(one: MessageTs, other: MessageTs): number {
  const [seconds, fraction] = partsOf(one);
  const [otherSeconds, otherFraction] = partsOf(other);
  return seconds === otherSeconds ? fraction - otherFraction : seconds - otherSeconds;
}

/** The moment `ms` before it, to the second. */
export function tsBefore(ts: MessageTs, ms: number): MessageTs {
  const [seconds] = partsOf(ts);
  return tsAt(seconds * 1_000 - ms);
}

/** The timestamp a message posted at this moment (ms since 1970) could have at the earliest. */
export function tsAt(ms: number): MessageTs {
  return `${Math.max(0, Math.floor(ms / 1_000))}.000000`;
}

function partsOf(ts: MessageTs): readonly [seconds: number, micros: number] {
  const [seconds = '', fraction = ''] = ts.split('.');
  return [Number(seconds), Number(fraction.padEnd(6, '0'))];
}
