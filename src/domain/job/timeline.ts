import { MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';

/** One thing that somebody did to a job, as DRS's timeline has it. */
export interface TimelineEntry {
  /** DRS's name for it, such as `PAUSE`; which names there are is not documented. */
  readonly name: string;
  /** Null when DRS does not say. */
  readonly hasSucceeded: boolean | null;
  readonly at: EpochMs;
  /** Who did it; null when DRS does not say. */
  readonly userName: string | null;
}

/** A change of a job that somebody makes. */
export type Deed = 'paused' | 'resumed' | 'ended';

/**
 * The names of what brings a change about: the actions of a job (DRS API Reference, v5, `job_action`), and the words that
 * the console has for them.
 */
const NAMES: Readonly<Record<Deed, RegExp>> = {
  paused: /PAUS|SUSPEND|STOP|暂停/i,
  resumed: /RESUM|START|RETRY|CONTINUE|RESET|启动|恢复|重试|继续|重置/i,
  ended: /FREE|RELEASE|TERMINAT|DELET|STOP|FINISH|(?<![a-z])END|结束|释放|删除|停止/i,
};

/** A poll sees a change so long after it was made, in ms: at the usual pace within minutes, after a pause of the bot later. */
const BEFORE_MS = 10 * MINUTE;
/** The clock of the cloud may be ahead by so much, in ms. */
const AFTER_MS = MINUTE;

/**
 * Who made a change that was first seen at `seenAt`, when the look before was at `lastSeenAt`: the newest entry of that kind
 * between; null where none is, or where DRS does not say who.
 */
export function findDoer(
  timeline: readonly TimelineEntry[],
  deed: Deed,
  { lastSeenAt, seenAt }: { readonly lastSeenAt: EpochMs | null; readonly seenAt: EpochMs },
): TimelineEntry | null {
  const from = Math.min(lastSeenAt ?? Infinity, seenAt - BEFORE_MS);
  const fitting = timeline.filter(
    ({ name, at, hasSucceeded, userName }) =>
      NAMES[deed].test(name) && hasSucceeded !== false && userName !== null && at >= from && at <= seenAt + AFTER_MS,
  );
  return fitting.toSorted((one, other) => other.at - one.at)[0] ?? null;
}
