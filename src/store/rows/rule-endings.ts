import type { JobKey } from '../../domain/job/job.ts';
import type { JobEvent } from '../../domain/job/job-event.ts';
import { ENDING_EVENT_KINDS, endedKinds, isEndedBy } from '../../domain/job/rule-endings.ts';
import type { RuleFound } from '../../domain/job/rule-endings.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { decodeEvent } from './codec.ts';
import { ofJob } from './keys.ts';
import { wantEdit } from './want-edit.ts';
import type { Db, Tx } from './schema.ts';

/** Events looked through at most for one that ends another, or that one ends: what is older, or later, is not looked for. */
const MOST_EVENTS = 50;

/** An event with its number. */
interface Numbered {
  readonly number: number;
  readonly event: JobEvent;
}

/** The event by which what a rule found is over; null while it is not. */
export async function findEnd(db: Db, job: JobKey, number: number, found: RuleFound): Promise<Numbered | null> {
  const rows = await db
    .selectFrom('job_events')
    .select(['number', 'facts'])
    .where((eb) => eb.and(ofJob(job)))
    .where('number', '>', number)
    .where('kind', 'in', ENDING_EVENT_KINDS)
    .orderBy('number')
    .limit(MOST_EVENTS)
    .execute();
  return readable(rows).find(({ event }) => isEndedBy(found, event)) ?? null;
}

/** The messages of what rules found before, and what is over by this event, are to say so. */
export async function noteEnds(tx: Tx, job: JobKey, { number, event }: Numbered, now: EpochMs): Promise<void> {
  const kinds = endedKinds(event);
  if (kinds.length === 0) return;
  const rows = await tx
    .selectFrom('job_events')
    .select(['number', 'facts'])
    .where((eb) => eb.and(ofJob(job)))
    .where('number', '<', number)
    .where('kind', 'in', kinds)
    .orderBy('number', 'desc')
    .limit(MOST_EVENTS)
    .execute();
  for (const earlier of readable(rows)) {
    if (earlier.event.kind !== 'rule' || !isEndedBy(earlier.event, event)) continue;
    const end = await findEnd(tx, job, earlier.number, earlier.event);
    if (end?.number === number) await wantEdit(tx, job, earlier.number, now);
  }
}

function readable(rows: readonly { readonly number: number; readonly facts: string }[]): readonly Numbered[] {
  return rows.flatMap(({ number, facts }) => {
    const event = decodeEvent(facts);
    return event === null ? [] : [{ number, event }];
  });
}
