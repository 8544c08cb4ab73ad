import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type BetterSqlite3 from 'better-sqlite3';
import { Kysely } from 'kysely';
import type { LogEvent } from 'kysely';

import type { Language } from '../domain/base/language.ts';
import { DiskFullError } from '../ports/operator-error.ts';
import type { Store } from '../ports/store/store.ts';
import { listAuditedJobs, pageAudit } from './rows/audit.ts';
import { commitPoll } from './jobs/commit-poll.ts';
import { claimRequest } from './channels/answered-requests.ts';
import { countPending, findLastProjectId, findPause, openConnection, openWorkspace } from './channels/channels.ts';
import { findChannelLanguage, greetChannel, setChannelLanguage } from './channels/channel-settings.ts';
import { noteAlive, noteSight, tellSight } from './upkeep/blind-episodes.ts';
import { claimDetails, claimWantedCauses, findCause, saveCauses, saveDetails } from './jobs/failures.ts';
import { findAbsence } from './jobs/absence.ts';
import {
  claimDueJobs,
  claimJob,
  countDueJobs,
  findJob,
  findJobs,
  isJobLeased,
  releaseJobs,
  renewJobs,
} from './jobs/jobs.ts';
import {
  claimJobListRefresh,
  findJobListState,
  findJobsLike,
  findNamedAt,
  findNamedJobs,
  findSubJobs,
  pageListedJobs,
  saveJobList,
} from './jobs/listed-jobs.ts';
import { probeWrite, readFigures } from './upkeep/figures.ts';
import { findSchemaVersion, migrateToLatest } from './sqlite/migrate.ts';
import { claimTurn } from './outbox/claim-turn.ts';
import { askPost } from './outbox/changes.ts';
import { findPost } from './outbox/delivery-facts.ts';
import { holdChannel, releaseHeldChannel, resumeChannel } from './channels/pause-channel.ts';
import { giveRoomBack, prune } from './upkeep/prune.ts';
import { findReadBack, listReadBacks } from './outbox/read-back.ts';
import { releaseTurn, settlePost, settleSearch } from './outbox/settlements.ts';
import { findOddAddress, pathIn } from './database-address.ts';
import type { Db, Schema } from './rows/schema.ts';
import { DatabasePlace } from './sqlite/database-place.ts';
import { describeUnfitFileSystem } from './sqlite/file-system.ts';
import { clearAlert, raiseAlert, reportRefusedPosts } from './upkeep/operator-alerts.ts';
import { isBusy, isFull, TransactionalSqliteDialect } from './sqlite/sqlite-dialect.ts';
import { reportSetAside } from './rows/set-aside.ts';
import { WorkClock } from './rows/work-clock.ts';
import { openSqlite } from './sqlite/sqlite-driver.ts';
import { cachingStatements } from './sqlite/statement-cache.ts';
import { StoreError } from './rows/store-error.ts';
import {
  findSubscribed,
  listAwaitedSubscriptions,
  listSubscriptions,
  listWatchingChannels,
  listWorkspaceSubscriptions,
  subscribe,
  unsubscribe,
} from './channels/subscriptions.ts';

/** How long the opening of a file waits for another process's write, in ms: nothing else runs meanwhile. */
const OPENING_TIMEOUT_MS = 5_000;
/** The driver waits no longer than this, in ms, because nothing else runs meanwhile; the dialect waits on without it. */
const DRIVER_TIMEOUT_MS = 10;

/** The switch of a new file to its write-ahead log is tried again after this, in ms. */
const WAL_RETRY_MS = 5;

/** A folder that is made for the database is nobody else's business. */
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
/** The write-ahead log is cut to this when a checkpoint has emptied it; SQLite itself would leave it at its largest. */
const WAL_BYTES_KEPT = 16 * 1024 * 1024;

/** Who is told of what happens in the database. */
interface DatabaseHooks {
  /** Told of each SQL statement after it was carried out. */
  readonly onStatement?: ((sql: string) => void) | undefined;
  /** Called whenever something could not be written for want of room; `DiskFullError` is thrown as well. */
  readonly onDiskFull?: () => void;
}

/** What a store needs beside its file. */
export interface StoreOptions extends DatabaseHooks {
  /** The store's own clock in ms, for leases, pacing and timed work. */
  readonly clock: () => number;
  /** The process's monotonic clock in ms; without it the clock counts as one that is never set. */
  readonly monotonic?: () => number;
  /** What channels read that chose no language. */
  readonly language?: Language;
}

/**
 * Opens the database, migrates it, and returns the store on it.
 *
 * @param url `sqlite:` and a path (its folder is created), or `sqlite::memory:`
 * @throws StoreError with one sentence when the database cannot be used
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const db = openDatabase(url, options);
  try {
    await migrateToLatest(db);
  } catch (error) {
    await db.destroy();
    throw error instanceof StoreError ? error : new StoreError(cannotUse(url, error), { cause: error });
  }
  return createStore(db, url, options);
}

/**
 * Opens the database without touching its tables.
 *
 * @throws StoreError when it cannot be opened
 */
export function openDatabase(url: string, { onStatement, onDiskFull }: DatabaseHooks = {}): Db {
  const path = databasePath(url);
  const full = () => {
    onDiskFull?.();
    return new DiskFullError(noRoom(path));
  };
  try {
    if (path !== ':memory:') makeFile(path);
    const database = openPrepared(path);
    const dialect = new TransactionalSqliteDialect({ database: cachingStatements(database) }, full);
    return new Kysely<Schema>({
      dialect,
      ...(onStatement === undefined ? {} : { log: (event: LogEvent) => onStatement(event.query.sql) }),
    });
  } catch (error) {
    throw error instanceof StoreError ? error : new StoreError(cannotUse(url, error), { cause: error });
  }
}

/**
 * The path in the address of a database; `:memory:` for none.
 *
 * @throws StoreError when it is no such address
 */
export function databasePath(url: string): string {
  const oddity = findOddAddress(url);
  if (oddity !== null) throw new StoreError(`DATABASE_URL is ${JSON.stringify(url)}: ${oddity}.`);
  return pathIn(url);
}

/** The database with its settings; closed again when it does not take them. */
function openPrepared(path: string): BetterSqlite3.Database {
  const database = openSqlite(path, { timeout: OPENING_TIMEOUT_MS });
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: BetterSqlite3.Database): void {
  // Takes effect only before the first table is made.
  database.pragma('auto_vacuum = INCREMENTAL');
  switchToWal(database);
  // A committed promise must survive a power cut, and at our write rate that is affordable.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // The driver's own default is 16 MB; what is not in 2 MB is in the file cache of the machine.
  database.pragma('cache_size = -2000');
  database.pragma(`journal_size_limit = ${WAL_BYTES_KEPT}`);
  database.pragma(`busy_timeout = ${DRIVER_TIMEOUT_MS}`);
}

function makeFile(path: string): void {
  // A folder would lose its own mode to that of a file.
  const folder = describeFolder(path);
  if (folder !== null) throw new StoreError(folder);
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  keepPrivate(path);
}

/** One sentence for a folder where the file of the database should be; null when there is none. */
export function describeFolder(path: string): string | null {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
  return `DATABASE_URL names a folder, ${path}: add the name of the file, as in sqlite:${join(path, 'drs-bot.db')}.`;
}

/**
 * Lets nobody but this user read the file and what SQLite keeps beside it, whatever folder they are in. Where that cannot be
 * done, SQLite says whether the file can be used at all, and `npm run check` that others can read it.
 */
function keepPrivate(path: string): void {
  const make = () => closeSync(openSync(path, 'a', PRIVATE_FILE));
  for (const step of [make, ...['', '-wal', '-shm'].map((end) => () => chmodSync(`${path}${end}`, PRIVATE_FILE))]) {
    try {
      step();
    } catch {
      // The file belongs to somebody else, is not there yet, or its folder cannot be written.
    }
  }
}

/**
 * SQLite's own waiting does not cover this switch: it reads the file first, and a reader that asks for the whole file while
 * another process writes is refused at once, lest the two wait for each other. Processes that open a new file together
 * meet here, so the switch is tried for as long as any other write would wait.
 */
function switchToWal(database: BetterSqlite3.Database): void {
  const deadline = performance.now() + OPENING_TIMEOUT_MS;
  for (;;) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      // SQLite waits in the same way: nothing else runs in this process meanwhile.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_RETRY_MS);
    }
  }
}

function noRoom(path: string): string {
  return `The disk with the database ${path} is full: free some space; what is running then goes on by itself.`;
}

/** What goes wrong on a file system whose locks or shared memory do not work. */
const OF_FILE_SYSTEMS: ReadonlySet<string> = new Set([
  'SQLITE_IOERR',
  'SQLITE_BUSY',
  'SQLITE_PROTOCOL',
  'SQLITE_CANTOPEN',
  'SQLITE_CORRUPT',
  'EIO',
]);

/**
 * One sentence for a database that cannot be used: what is wrong and what to do.
 *
 * @param mounts what is mounted where, as Linux lists it; read from the system unless given
 */
export function cannotUse(url: string, error: unknown, mounts?: string | null): string {
  if (error instanceof DiskFullError || error instanceof StoreError) return error.message;
  const path = pathIn(url);
  if (isFull(error)) return noRoom(path);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const kind = code.replace(/^(SQLITE_(?:READONLY|CANTOPEN|IOERR|BUSY|CORRUPT))_.*$/, '$1');
  const why = error instanceof Error ? error.message : String(error);
  const unfit = OF_FILE_SYSTEMS.has(kind) ? describeUnfitFileSystem(path, mounts) : null;
  if (unfit !== null) return `${unfit} (${why})`;
  switch (kind) {
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return `${path} is not a database this bot can read (${why}): restore a backup, or point DATABASE_URL at another file.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `The database ${path} cannot be made (${why}): part of its path is a file, so change DATABASE_URL.`;
    case 'EACCES':
    case 'EROFS':
    case 'EPERM':
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return `The database ${path} cannot be written (${why}): give the user the bot runs as permission for the file and its folder, or change DATABASE_URL.`;
    case 'SQLITE_IOERR':
      return `The disk with the database ${path} fails (${why}): check the disk, its quota and the system's log, then start again.`;
    case 'SQLITE_BUSY':
      return `The database ${path} is locked by another program: stop it, then start again.`;
    default:
      return `The database ${path} cannot be opened (${why}).`;
  }
}

/** The store on a database that is open and up to date. */
export function createStore(db: Db, url: string, { clock, monotonic = clock, language = 'en' }: StoreOptions): Store {
  const path = pathIn(url);
  const time = new WorkClock({ clock, monotonic });
  const place = new DatabasePlace(db, path, clock());
  return {
    openWorkspace: (workspace) => openWorkspace(db, workspace),
    openConnection: (connection) => openConnection(db, connection),
    findLastProjectId: (endpoint) => findLastProjectId(db, endpoint),
    ...jobMethods(db, time, language),
    askPost: (postId) => askPost(db, time.now(), postId),
    findReadBack: (channel) => findReadBack(db, channel),
    listReadBacks: (workspaceId) => listReadBacks(db, workspaceId),
    findChannelLanguage: (channel) => findChannelLanguage(db, channel, language),
    setChannelLanguage: (request) => setChannelLanguage(db, language, request),
    greetChannel: (request) => greetChannel(db, request),
    listWorkspaceSubscriptions: (workspaceId) => listWorkspaceSubscriptions(db, workspaceId),
    subscribe: (request) => subscribe(db, request),
    unsubscribe: (request) => unsubscribe(db, request),
    findSubscribed: (channel, connectionId, jobIds) => findSubscribed(db, channel, connectionId, jobIds),
    listSubscriptions: (channel) => listSubscriptions(db, channel),
    listAwaitedSubscriptions: (channel, now) => listAwaitedSubscriptions(db, channel, now),
    findPause: (channel) => findPause(db, channel),
    resumeChannel: (request) => resumeChannel(db, request),
    holdChannel: (request) => holdChannel(db, request),
    releaseHeldChannel: (request) => releaseHeldChannel(db, request),
    listWatchingChannels: (workspaceId) => listWatchingChannels(db, workspaceId),
    pageAudit: (request) => pageAudit(db, request),
    listAuditedJobs: (channel) => listAuditedJobs(db, channel),
    ...turnMethods(db, time, language),
    findPost: (postId) => findPost(db, language, postId),
    noteAlive: (request) => noteAlive(db, request),
    noteSight: (request) => noteSight(db, request),
    tellSight: (request) => tellSight(db, request),
    raiseAlert: (request) => raiseAlert(db, request),
    clearAlert: (request) => clearAlert(db, request),
    reportRefusedPosts: (request) => reportRefusedPosts(db, request),
    reportSetAside: (request) => reportSetAside(db, request),
    prune: (request) => prune(db, request),
    giveRoomBack: () => giveRoomBack(db),
    claimRequest: (request) => claimRequest(db, request),
    countPending: (channel) => countPending(db, channel),
    readFigures: (of) => readFigures(db, of),
    probeWrite: () =>
      probeWrite(db).catch((error: unknown) => {
        throw new StoreError(cannotUse(url, error), { cause: error });
      }),
    findPlace: () => place.describe(),
    findDisplacement: () => place.findDisplacement(),
    saveDisplaced: () => place.saveDisplaced(),
    findSchemaVersion: () => findSchemaVersion(db),
    close: async () => {
      try {
        await place.saveDisplaced();
      } finally {
        await db.destroy();
      }
    },
  };
}

/** What concerns jobs, listed or polled. */
function jobMethods(db: Db, time: WorkClock, language: Language) {
  return {
    findJob: (job) => findJob(db, job),
    findJobs: (connectionId, jobIds) => findJobs(db, connectionId, jobIds),
    claimJobListRefresh: (request) => claimJobListRefresh(db, request),
    saveJobList: (request) => saveJobList(db, request),
    findJobListState: (connectionId) => findJobListState(db, connectionId),
    findJobsLike: (connectionId, text, limit) => findJobsLike(db, connectionId, text, limit),
    findNamedAt: (connectionId, jobIds) => findNamedAt(db, connectionId, jobIds),
    findNamedJobs: (connectionId) => findNamedJobs(db, connectionId),
    pageListedJobs: (request) => pageListedJobs(db, request),
    findSubJobs: (connectionId, jobIds) => findSubJobs(db, connectionId, jobIds),
    claimDetails: (request) => claimDetails(db, request),
    saveDetails: (request) => saveDetails(db, request),
    findCause: (job, reader) => findCause(db, job, reader),
    claimWantedCauses: async (request) => {
      const wanted = await claimWantedCauses(db, await time.read(db), language, request);
      if (wanted.length > 0) time.hold(request.token, request.leaseMs);
      return wanted;
    },
    saveCauses: async (request) => {
      await saveCauses(db, time.now(), request);
      time.release(request.token);
    },
    findAbsence: (request) => findAbsence(db, request),
    countDueJobs: (connectionId, now) => countDueJobs(db, connectionId, now),
    claimDueJobs: async (request) => {
      const jobs = await claimDueJobs(db, await time.read(db), request);
      if (jobs.length > 0) time.hold(request.token, request.leaseMs);
      return jobs;
    },
    claimJob: async (request) => {
      const claim = await claimJob(db, await time.read(db), request);
      if (claim.kind === 'claimed') time.hold(request.token, request.leaseMs);
      return claim;
    },
    isJobLeased: async (job) => await isJobLeased(db, await time.read(db), job),
    commitPoll: async (poll) => {
      const committed = await commitPoll(db, time.now(), poll);
      time.release(poll.token);
      return committed;
    },
    renewJobs: async (request) => {
      time.hold(request.token, request.leaseMs);
      await renewJobs(db, await time.read(db), request);
    },
    releaseJobs: async (token) => {
      await releaseJobs(db, token);
      time.release(token);
    },
  } satisfies Partial<Store>;
}

/** Turns: what is sent, looked for, changed and taken away. */
function turnMethods(db: Db, time: WorkClock, language: Language) {
  return {
    claimTurn: async (request) => {
      const clock = await time.read(db);
      const turn = await claimTurn(db, { clock, language, slackAheadMs: time.slackAheadMs, request });
      if (turn.kind === 'idle') return turn;
      const isChange = turn.kind === 'edit' || turn.kind === 'remove';
      time.hold(request.token, isChange ? request.editLeaseMs : request.leaseMs);
      if (turn.kind === 'send') time.beginAttempt(turn.post.id, request.reconcileAfterMs);
      if (turn.kind === 'search') time.beginSearch(turn.lease.postId);
      return turn;
    },
    settlePost: async (lease, post, settlement) => {
      const recorded = await settlePost(db, time.now(), lease, post, settlement);
      time.release(lease.token);
      if (settlement.kind === 'delivered') time.heardSlack(post.id, settlement.messageTs);
      if (settlement.kind === 'look_for_it') time.lookAgain(post.id, settlement.afterMs);
      else time.endAttempt(post.id);
      return recorded;
    },
    settleSearch: async (lease, search, settlement) => {
      const recorded = await settleSearch(db, time.now(), lease, search, settlement);
      time.release(lease.token);
      if (settlement.kind === 'found' || settlement.kind === 'send_again' || settlement.kind === 'alone')
        time.endAttempt(lease.postId);
      else time.lookAgain(lease.postId, 'afterMs' in settlement ? settlement.afterMs : 0);
      return recorded;
    },
    releaseTurn: async (lease) => {
      await releaseTurn(db, lease);
      time.release(lease.token);
    },
  } satisfies Partial<Store>;
}
