import type { Language } from '../domain/base/language.ts';
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
import { readFigures } from './upkeep/figures.ts';
import { findPlace, probeWrite } from './upkeep/place.ts';
import { findSchemaVersion } from './migrations.ts';
import { claimTurn } from './outbox/claim-turn.ts';
import { askPost } from './outbox/changes.ts';
import { findPost } from './outbox/delivery-facts.ts';
import { holdChannel, releaseHeldChannel, resumeChannel } from './channels/pause-channel.ts';
import { prune } from './upkeep/prune.ts';
import { findHistoryAccess, listHistoryAccess } from './outbox/history-access.ts';
import { releaseTurn, settlePost, settleSearch } from './outbox/settlements.ts';
import type { Database } from './database.ts';
import type { Db } from './rows/schema.ts';
import { clearAlert, raiseAlert, reportRefusedPosts } from './upkeep/operator-alerts.ts';
import { reportSetAside } from './rows/set-aside.ts';
import { WorkClock } from './rows/work-clock.ts';
import {
  findSubscribed,
  listAwaitedSubscriptions,
  listSubscriptions,
  listWatchingChannels,
  listWorkspaceSubscriptions,
  subscribe,
  unsubscribe,
} from './channels/subscriptions.ts';

/** What a store needs beside its database. */
export interface StoreOptions {
  /** The store's own clock in ms, for leases, pacing and timed work. */
  readonly clock: () => number;
  /** The process's monotonic clock in ms; without it the clock counts as one that is never set. */
  readonly monotonic?: () => number;
  /** What channels read that chose no language. */
  readonly language?: Language;
}

/** The store on a database that is open and up to date. */
export function createStore(database: Database, { clock, monotonic = clock, language = 'en' }: StoreOptions): Store {
  const { db } = database;
  const time = new WorkClock({ clock, monotonic });
  const place = database.openPlace(clock());
  return {
    openWorkspace: (workspace) => openWorkspace(db, workspace),
    openConnection: (connection) => openConnection(db, connection),
    findLastProjectId: (endpoint) => findLastProjectId(db, endpoint),
    ...jobMethods(db, time, language),
    askPost: (postId) => askPost(db, time.now(), postId),
    findHistoryAccess: (channel) => findHistoryAccess(db, channel),
    listHistoryAccess: (workspaceId) => listHistoryAccess(db, workspaceId),
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
    giveRoomBack: () => database.giveRoomBack(),
    claimRequest: (request) => claimRequest(db, request),
    countPending: (channel) => countPending(db, channel),
    readFigures: (of) => readFigures(db, of),
    probeWrite: () => probeWrite(database),
    findPlace: () => findPlace(db, place),
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
