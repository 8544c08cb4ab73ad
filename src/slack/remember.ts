import { endsWithin } from '../domain/ends-within.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Clock } from '../ports.ts';

/** What was learnt about one thing. */
interface Known<T> {
  readonly value: T;
  readonly learntAt: EpochMs;
  readonly until: EpochMs;
}

/** An answer, and how long it counts, in ms; null when none came. */
export type Learnt<T> = { readonly value: T; readonly keepMs: number } | null;

/** How answers are remembered. */
interface Memory<T> {
  /** Asks; never rejects. */
  readonly ask: (id: string) => Promise<Learnt<T>>;
  /** Counts when no answer came and none is remembered. */
  readonly otherwise: T;
  /** Somebody waits so long, in ms; the asking goes on and serves the next. */
  readonly patienceMs: number;
  /** An answer that is out of date stands in for one that does not come for so long, in ms, */
  readonly standInMs: number;
  /** and it is asked for again after this, in ms. */
  readonly retryMs: number;
  readonly most: number;
  readonly clock: Clock;
}

/** Answers about things by their ids. */
export interface Remembered<T> {
  find(id: string): Promise<T>;
  forget(id: string): void;
}

/** Remembers answers for as long as they count; who asks while one is under way waits for the same one. */
export function remember<T>(memory: Memory<T>): Remembered<T> {
  const { otherwise, patienceMs, clock, most } = memory;
  const known = new Map<string, Known<T>>();
  const asking = new Map<string, Promise<T>>();

  async function learn(id: string): Promise<T> {
    const learnt = await memory.ask(id);
    const now = clock.now();
    if (learnt === null) return standIn(id, now);
    if (known.size >= most) known.clear();
    known.set(id, { value: learnt.value, learntAt: now, until: now + learnt.keepMs });
    return learnt.value;
  }

  function standIn(id: string, now: EpochMs): T {
    const last = known.get(id);
    if (last === undefined || now - last.learntAt > memory.standInMs) return otherwise;
    known.set(id, { ...last, until: now + memory.retryMs });
    return last.value;
  }

  return {
    async find(id) {
      const kept = known.get(id);
      if (kept !== undefined && clock.now() < kept.until) return kept.value;
      const answer = asking.get(id) ?? learn(id).finally(() => asking.delete(id));
      asking.set(id, answer);
      return (await endsWithin(patienceMs, answer, clock)) ? await answer : standIn(id, clock.now());
    },
    forget: (id) => void known.delete(id),
  };
}
