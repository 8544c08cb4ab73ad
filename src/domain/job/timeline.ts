import { MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import type { JobEvent } from './job-event.ts';
import { isWorking, statusGroup } from './job-status.ts';

/** One thing that somebody did to a job, as DRS's timeline has it. */
export interface TimelineEntry {
  /** DRS's name for it, such as `PAUSE`; which names there are is not documented. */
  readonly name: string;
  /** Null when DRS does not say. */
  readonly hasSucceeded: boolean | null;
  readonly at: EpochMs;
  /** Who did it, private parts masked; null when DRS does not say. */
  readonly userName: string | null;
}

/** Changes of a job that somebody makes. A closed list: it is stored. */
export const DEEDS = ['paused', 'resumed', 'ended'] as const;
export type Deed = (typeof DEEDS)[number];

/** A change that somebody may have made: first seen at `seenAt`, and not yet at the look before, at `lastSeenAt`. */
export interface SeenDeed {
  readonly deed: Deed;
  readonly lastSeenAt: EpochMs | null;
  readonly seenAt: EpochMs;
}

/** Who made a change, and when. */
export interface Doer {
  readonly userName: string;
  readonly at: EpochMs;
}

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
 * Which change of a job an event tells that somebody may have made; null for any other event.
 *
 * @param checkedAt when the job was last looked at before that; null for never
 */
export function deedOf(event: JobEvent, checkedAt: EpochMs | null): SeenDeed | null {
  switch (event.kind) {
    case 'status_changed':
      return changeMade(event, checkedAt);
    case 'recovered':
      return { deed: 'resumed', lastSeenAt: event.failedAt, seenAt: event.workingAt };
    case 'ended':
      return { deed: 'ended', lastSeenAt: earlier(checkedAt, event.standing?.at ?? null), seenAt: event.at };
    default:
      return null;
  }
}

function changeMade(
  { from, to, at, previous }: Extract<JobEvent, { readonly kind: 'status_changed' }>,
  checkedAt: EpochMs | null,
): SeenDeed | null {
  const group = statusGroup(to);
  if (group === 'paused') return { deed: 'paused', lastSeenAt: checkedAt, seenAt: at };
  if (from === null || statusGroup(from) !== 'paused' || !isWorking(group)) return null;
  // It may have been starting for a while by the time it works.
  const beganToStart =
    previous === null || statusGroup(previous.status) === 'paused' ? null : previous.since - BEFORE_MS;
  return { deed: 'resumed', lastSeenAt: earlier(checkedAt, beganToStart), seenAt: at };
}

function earlier(one: EpochMs | null, other: EpochMs | null): EpochMs | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Who made a change: the newest entry of that kind in its time; null where none is, or where DRS does not say who. */
export function findDoer(timeline: readonly TimelineEntry[], { deed, lastSeenAt, seenAt }: SeenDeed): Doer | null {
  const from = Math.min(lastSeenAt ?? Infinity, seenAt - BEFORE_MS);
  const fitting = timeline.flatMap(({ name, at, hasSucceeded, userName }) =>
    NAMES[deed].test(name) && hasSucceeded !== false && userName !== null && at >= from && at <= seenAt + AFTER_MS
      ? [{ userName, at }]
      : [],
  );
  return fitting.toSorted((one, other) => other.at - one.at)[0] ?? null;
}
