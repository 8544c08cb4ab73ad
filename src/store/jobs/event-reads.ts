import type { JobEvent } from '../../domain/job/job-event.ts';
import type { JobKey } from '../../domain/job/job.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import type { JobTerms } from '../../domain/job/job-terms.ts';
import { DEEDS, deedOf } from '../../domain/job/timeline.ts';
import { DAY, isWithin } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { FoundRead, WantedRead } from '../../ports/store/details.ts';
import { decodeJobId } from '../rows/codec.ts';
import { ofJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Tx } from '../rows/schema.ts';
import { setAside } from '../rows/set-aside.ts';
import { wantEdit, wantEditOfNews } from '../rows/want-edit.ts';
import { claimWanted, giveBackWanted, isAnyWanted } from '../rows/wanted-rows.ts';

/** Terms that were read no longer ago than this are believed, in ms. */
const TERMS_KEPT_MS = DAY;

/** What was known of a job before the poll that found an event. */
interface KnownBefore {
  readonly checkedAt: EpochMs | null;
  readonly termsAt: EpochMs | null;
}

/** Notes what is to be read about an event that somebody was told: who did it, and how long DRS keeps the job. */
export async function openEventRead(
  tx: Tx,
  job: JobKey,
  { number, event }: { readonly number: number; readonly event: JobEvent },
  { checkedAt, termsAt }: KnownBefore,
  now: EpochMs,
): Promise<void> {
  const deed = deedOf(event, checkedAt);
  const wantsTerms = isAboutTerms(event) && (termsAt === null || !isWithin(now, termsAt, TERMS_KEPT_MS));
  if (deed === null && !wantsTerms) return;
  await tx
    .insertInto('event_reads')
    .values({
      ...ofJob(job),
      event_number: number,
      deed: deed?.deed ?? null,
      last_seen_at: deed?.lastSeenAt ?? null,
      seen_at: deed?.seenAt ?? event.at,
      wants_terms: wantsTerms ? 1 : 0,
      wanted_since: now,
      next_try_at: now,
      try_set_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The job stands still, so that DRS will end it some day. */
function isAboutTerms(event: JobEvent): boolean {
  if (event.kind === 'rule') return event.found.kind === 'still_failing' || event.found.kind === 'still_paused';
  const group = event.kind === 'status_changed' ? statusGroup(event.to) : null;
  return group === 'failed' || group === 'paused';
}

export async function claimWantedReads(
  db: Db,
  clock: number,
  request: Request<'claimWantedReads'>,
): Promise<readonly WantedRead[]> {
  const { connectionId } = request;
  if (!(await isAnyWanted(db, 'event_reads', connectionId))) return [];
  return await db.transaction().execute(async (tx) => {
    const wanted: WantedRead[] = [];
    for (const row of await claimWanted(tx, 'event_reads', clock, request)) {
      const read = await readWanted(tx, connectionId, row.job_id, row.event_number);
      if (read === null)
        await stopReading(tx, { connectionId, jobId: row.job_id, eventNumber: row.event_number }, clock);
      else wanted.push({ ...read, tries: row.tries });
    }
    return wanted;
  });
}

async function readWanted(
  tx: Tx,
  connectionId: string,
  id: string,
  eventNumber: number,
): Promise<Omit<WantedRead, 'tries'> | null> {
  const jobId = decodeJobId(id);
  if (jobId === null) return null;
  const row = await tx
    .selectFrom('event_reads')
    .select(['deed', 'last_seen_at', 'seen_at', 'wants_terms'])
    .where((eb) => eb.and(ofJob({ connectionId, jobId })))
    .where('event_number', '=', eventNumber)
    .executeTakeFirstOrThrow();
  const deed = DEEDS.find((one) => one === row.deed);
  return {
    jobId,
    eventNumber,
    deed: deed === undefined ? null : { deed, lastSeenAt: row.last_seen_at, seenAt: row.seen_at },
    wantsTerms: row.wants_terms === 1,
  };
}

/** An event of a job, as its row names it. */
interface EventKey {
  readonly connectionId: string;
  readonly jobId: string;
  readonly eventNumber: number;
}

function updateRead(tx: Tx, read: EventKey) {
  return tx
    .updateTable('event_reads')
    .where((eb) => eb.and(ofJob(read)))
    .where('event_number', '=', read.eventNumber);
}

/** Nobody can be asked about a job whose id is none. */
async function stopReading(tx: Tx, read: EventKey, at: EpochMs): Promise<void> {
  const { connectionId, jobId: content, eventNumber } = read;
  const key = `${content} ${eventNumber}`;
  await setAside(tx, { connectionId, workspaceId: null, what: 'event', key, content, at });
  await updateRead(tx, read).set({ wanted_since: null }).execute();
}

export async function saveReads(
  db: Db,
  clock: EpochMs,
  { connectionId, token, reads, retryAfterMs }: Request<'saveReads'>,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const read of reads) await saveRead(tx, connectionId, token, read, clock);
    await giveBackWanted(tx, 'event_reads', clock, { token, retryAfterMs });
  });
}

/** What was found is shown by the messages that tell the event; where nothing was, they stay as they are. */
async function saveRead(tx: Tx, connectionId: string, token: string, read: FoundRead, clock: EpochMs): Promise<void> {
  const { jobId, eventNumber, doer, terms, isDone } = read;
  const job = { connectionId, jobId };
  const found = doer === null ? {} : { deed: doer.deed, doer_name: doer.userName, doer_at: doer.at };
  const { numUpdatedRows } = await updateRead(tx, { ...job, eventNumber })
    .set((eb) => ({
      ...found,
      ...(terms === null ? {} : { wants_terms: 0 }),
      wanted_since: isDone ? null : eb.ref('wanted_since'),
    }))
    .where('lease_token', '=', token)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  if (doer !== null && (await isRecovery(tx, job, eventNumber))) await wantEditOfNews(tx, job, eventNumber, clock);
  else if (doer !== null) await wantEdit(tx, job, eventNumber, clock);
  if (terms !== null && (await saveTerms(tx, job, terms, clock)) && (await isFailedStill(tx, job, eventNumber)))
    await wantEditOfNews(tx, job, eventNumber, clock);
}

export async function keepTerms(db: Db, { job, terms, now }: Request<'saveTerms'>): Promise<void> {
  await saveTerms(db, job, terms, now);
}

/** Keeps what DRS has said of a job's terms; whether that is new. */
async function saveTerms(tx: Db, job: JobKey, { expiredDays, prepaid }: JobTerms, now: EpochMs): Promise<boolean> {
  const known = await tx
    .selectFrom('jobs')
    .select(['expired_days', 'prepaid'])
    .where((eb) => eb.and(ofJob(job)))
    .executeTakeFirst();
  if (known === undefined) return false;
  const next = {
    expired_days: expiredDays ?? known.expired_days,
    prepaid: prepaid === null ? known.prepaid : prepaid ? 1 : 0,
  };
  await tx
    .updateTable('jobs')
    .set({ ...next, terms_at: now })
    .where((eb) => eb.and(ofJob(job)))
    .execute();
  return next.expired_days !== known.expired_days || next.prepaid !== known.prepaid;
}

/** A message about many recoveries does not name who made each. */
async function isRecovery(tx: Tx, job: JobKey, eventNumber: number): Promise<boolean> {
  const event = await tx
    .selectFrom('job_events')
    .select('kind')
    .where((eb) => eb.and(ofJob(job)))
    .where('number', '=', eventNumber)
    .executeTakeFirst();
  return event?.kind === 'recovered';
}

/** Only the message of a failure that is open says when DRS ends the job. */
async function isFailedStill(tx: Tx, job: JobKey, eventNumber: number): Promise<boolean> {
  const failure = await tx
    .selectFrom('failures')
    .select('event_number')
    .where((eb) => eb.and(ofJob(job)))
    .where('event_number', '=', eventNumber)
    .where('recovered_at', 'is', null)
    .executeTakeFirst();
  return failure !== undefined;
}
