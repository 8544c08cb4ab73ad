import { DAY, MINUTE } from '../../src/domain/base/time.ts';
import { DEFAULT_RULES } from '../../src/domain/rules/rule-settings.ts';
import { isFoundByEdit } from '../../src/domain/job/rule-endings.ts';
import type { Curve } from './curve.ts';
import { lagSamples, replay } from './replay.ts';

/** A lag is watched for so many days. */
const DAYS = 3;

/** What was told of a lag that went on for days. */
export interface JudgedLag {
  readonly curve: string;
  readonly messagesADay: number;
  /** The kinds of events, with how often each was told; those that another message shows are no messages. */
  readonly kinds: string;
}

/** Repeats a lag for days, polled every minute, and counts what is told of it. */
export function judgeLag(curve: Curve): JudgedLag {
  const samples = lagSamples(curve, { stretch: 1, pollMs: MINUTE, untilMs: DAYS * DAY });
  const told = replay(samples, DEFAULT_RULES);
  const counts = new Map<string, number>();
  for (const { event } of told) {
    const kind = isFoundByEdit(event) ? `${event.kind} (by edit)` : event.kind;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return {
    curve: curve.name,
    messagesADay: told.filter(({ event }) => !isFoundByEdit(event)).length / DAYS,
    kinds: [...counts].map(([kind, count]) => `${count} × ${kind}`).join(', '),
  };
}
