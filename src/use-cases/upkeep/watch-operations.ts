import { NOTHING_AROUND } from '../../domain/post/post.ts';
import type { Language } from '../../domain/base/language.ts';
import { isWithin } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { DiskFullError } from '../../ports/operator-error.ts';
import type { Notifier } from '../../ports/slack.ts';
import type { StorePlace } from '../../ports/store/place.ts';
import type { Context } from '../context.ts';
import { noteAlive } from '../polling/tick.ts';

/** Refused messages named in one operator alert. */
const MOST_REFUSED_POSTS = 10;
/** Room is enough again when it is this much more than the least, so that a few files more or less are no news. */
const ENOUGH_AGAIN = 1.2;

/** The disk with the database, as this process has met it: what happens while it is full cannot be written down. */
export class DiskState {
  #fullSince: EpochMs | null = null;
  #lastFullAt: EpochMs = 0;
  #isFullSaid = false;
  #isLow = false;
  /** Whether a database whose file has left its path was copied. It is copied once more when the bot ends. */
  isSaved = false;

  /** Something could not be written. True when that is news. */
  metFull(now: EpochMs): boolean {
    const isNews = this.#fullSince === null;
    this.#fullSince ??= now;
    this.#lastFullAt = now;
    return isNews;
  }

  /** True once while the disk is full. */
  takeSaying(): boolean {
    const isDue = this.#fullSince !== null && !this.#isFullSaid;
    this.#isFullSaid ||= isDue;
    return isDue;
  }

  /** Since when it was full, once nothing was refused for `healMs`; null otherwise. It is forgotten with that. */
  takeHealing(now: EpochMs, healMs: number): EpochMs | null {
    const since = this.#fullSince;
    if (since === null || isWithin(now, this.#lastFullAt, healMs)) return null;
    this.#fullSince = null;
    this.#isFullSaid = false;
    return since;
  }

  /** True when little room is left and that is news. */
  metLow(isLow: boolean): boolean {
    const isNews = isLow && !this.#isLow;
    this.#isLow = isLow;
    return isNews;
  }
}

/** What watching needs beside the context. */
export interface Watch {
  readonly notifier: Notifier;
  readonly disk: DiskState;
  /** Of what is said past the store. */
  readonly language: Language;
  /** The operator hears when there is less room than this; 0: never. */
  readonly leastFreeBytes: number;
}

/** One look at the bot itself: it is alive; the operator hears of messages that Slack refused, and of the disk. */
export async function watchOperations(context: Context, watch: Watch): Promise<void> {
  try {
    await noteAlive(context);
    await reportRefusedPosts(context);
    await reportSetAside(context);
    await watchPlace(context, watch.disk);
    await watchRoom(context, watch);
    await tellWritable(context, watch);
  } catch (error) {
    if (!(error instanceof DiskFullError)) throw error;
  }
  if (watch.disk.takeSaying()) await sayFull(context, watch);
}

/** What could not be read of the database, in the log and to the operator, once. */
async function reportSetAside(context: Context): Promise<void> {
  const { store, workspaceId, connectionId, opsChannel: channel, clock, log, wakeDispatcher } = context;
  const rows = await store.reportSetAside({ workspaceId, connectionId, channel, now: clock.now() });
  if (rows.length === 0) return;
  log.error({ rows }, 'rows of the database could not be read: they were set aside, and everything else goes on');
  wakeDispatcher();
}

async function reportRefusedPosts({ store, connectionId, opsChannel, clock, wakeDispatcher }: Context): Promise<void> {
  if (opsChannel === null) return;
  const request = { connectionId, channel: opsChannel, now: clock.now(), limit: MOST_REFUSED_POSTS };
  if ((await store.reportRefusedPosts(request)) > 0) wakeDispatcher();
}

/** Is the file that is open still the one at its path? If not it is saved while that is possible, and the operator hears. */
async function watchPlace(context: Context, disk: DiskState): Promise<void> {
  const { store, connectionId, opsChannel: channel, clock, log, wakeDispatcher } = context;
  const now = clock.now();
  const displacement = store.findDisplacement();
  const kind = 'database_displaced';
  if (displacement === null) {
    disk.isSaved = false;
    if (channel === null) return;
    const alert = (since: EpochMs) => ({ kind: 'database_in_place', since, until: now }) as const;
    if (await store.clearAlert({ connectionId, channel, kind, now, alert })) wakeDispatcher();
    return;
  }
  if (disk.isSaved) return;
  const { path, how, savedAs } = displacement;
  const trouble = await store.saveDisplaced().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  disk.isSaved = trouble === null;
  log.error(
    { path, how, ...(trouble === null ? { savedAs } : { trouble }) },
    'the database that is open is no longer the file at its path, and is lost when the bot ends: stop the bot, put the copy in its place, start it',
  );
  if (channel === null) return;
  const alert = { kind, path, how, savedAs: trouble === null ? savedAs : null } as const;
  if (await store.raiseAlert({ connectionId, channel, kind, now, alert })) wakeDispatcher();
}

/** What the bot begins with: a database that is new is never passed over in silence. */
export async function tellPlace(context: Context, { path, isNew }: StorePlace): Promise<void> {
  const { store, connectionId, opsChannel: channel, clock, wakeDispatcher } = context;
  if (!isNew || path === null || channel === null) return;
  const kind = 'database_new';
  if (await store.raiseAlert({ connectionId, channel, kind, now: clock.now(), alert: { kind, path } }))
    wakeDispatcher();
}

async function watchRoom(context: Context, { leastFreeBytes: leastBytes, disk }: Watch): Promise<void> {
  const { store, connectionId, opsChannel: channel, clock, log, wakeDispatcher } = context;
  const freeBytes = leastBytes === 0 ? null : await store.freeBytes();
  if (freeBytes === null) return;
  const isLow = freeBytes < leastBytes;
  if (disk.metLow(isLow))
    log.warn({ freeBytes, leastBytes }, 'little room is left on the disk with the database: free some space');
  if (channel === null) return;
  const now = clock.now();
  const request = { connectionId, channel, kind: 'disk_low' as const, now };
  const isTold = isLow
    ? await store.raiseAlert({ ...request, alert: { kind: 'disk_low', freeBytes, leastBytes } })
    : freeBytes >= leastBytes * ENOUGH_AGAIN &&
      (await store.clearAlert({ ...request, alert: (since) => ({ kind: 'disk_enough', since, until: now }) }));
  if (isTold) wakeDispatcher();
}

/** The word about a full disk went past the store; the one that it can be written again goes the usual way. */
async function tellWritable(context: Context, { disk }: Watch): Promise<void> {
  const { store, connectionId, opsChannel: channel, clock, durations, log, wakeDispatcher } = context;
  const now = clock.now();
  const since = disk.takeHealing(now, durations.diskHealMs);
  if (since === null) return;
  log.info({}, 'the disk with the database has room again');
  if (channel === null) return;
  const request = { connectionId, channel, kind: 'disk_full' as const };
  await store.raiseAlert({ ...request, now: since, alert: null });
  if (
    await store.clearAlert({ ...request, now, alert: (from) => ({ kind: 'disk_writable', since: from, until: now }) })
  )
    wakeDispatcher();
}

/** The outbox is on the full disk, so this one message goes past it, once, and nobody can know whether it arrived. */
async function sayFull({ opsChannel, newId, log }: Context, { notifier, language }: Watch): Promise<void> {
  if (opsChannel === null) return;
  const outcome = await notifier.send({
    ...opsChannel,
    id: newId(),
    kind: 'news',
    threadTs: null,
    language,
    facts: [{ kind: 'announcement', announcement: { kind: 'signal', signal: { kind: 'disk_full' } } }],
    askedAt: null,
    around: NOTHING_AROUND,
    version: 1,
    attempt: 1,
    plain: false,
  });
  if (outcome.kind !== 'delivered') log.error({ outcome }, 'the operator could not be told that the disk is full');
}
