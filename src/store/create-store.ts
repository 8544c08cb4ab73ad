import type { Language } from '../domain/base/language.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { TRIALS_MS } from '../domain/post/pause.ts';
import type { Store } from '../ports/store/store.ts';
import type { Database } from './database.ts';
import type { Db } from './rows/schema.ts';
import { claimRequest } from './channels/answered-requests.ts';
import * as settings from './channels/channel-settings.ts';
import * as channels from './channels/channels.ts';
import { moveChannel } from './channels/move-channel.ts';
import * as pauses from './channels/pauses.ts';
import * as rules from './channels/rules.ts';
import * as subscriptions from './channels/subscriptions.ts';
import { listPausesToTell, tellPause } from './channels/tell-pauses.ts';
import { findAbsence } from './jobs/absence.ts';
import { commitPoll } from './jobs/commit-poll.ts';
import * as details from './jobs/details.ts';
import { claimWantedReads, keepTerms, saveReads } from './jobs/event-reads.ts';
import * as failures from './jobs/failures.ts';
import * as jobs from './jobs/jobs.ts';
import * as jobList from './jobs/listed-jobs.ts';
import { findRuleNeeds } from './jobs/rule-needs.ts';
import { readMemory, readSamples } from './jobs/samples.ts';
import { claimJobListRefresh, saveJobList } from './jobs/save-job-list.ts';
import { findSchemaVersion } from './migrations.ts';
import { askPost } from './outbox/changes.ts';
import { claimTurn } from './outbox/claim-turn.ts';
import { findPost } from './outbox/delivery-facts.ts';
import { findHistoryAccess, listHistoryAccess } from './outbox/history-access.ts';
import * as settlements from './outbox/settlements.ts';
import { listTold } from './outbox/told-of-job.ts';
import * as auditing from './rows/audit.ts';
import { reportSetAside } from './rows/set-aside.ts';
import { WorkClock } from './rows/work-clock.ts';
import * as episodes from './upkeep/blind-episodes.ts';
import { readFigures } from './upkeep/figures.ts';
import * as alerts from './upkeep/operator-alerts.ts';
import { findPlace, probeWrite } from './upkeep/place.ts';
import { prune } from './upkeep/prune.ts';

/** What a store needs beside its database. */
export interface StoreOptions {
  /** The store's own clock in ms, for leases, pacing and timed work. */
  readonly clock: () => number;
  /** The process's monotonic clock in ms; without it the clock counts as one that is never set. */
  readonly monotonic?: () => number;
  /** What channels read that chose no language. */
  readonly language?: Language;
  /** What is refused is tried again after these, in ms. */
  readonly trialsMs?: readonly number[];
}

/** The store on a database that is open and up to date. */
export function createStore(
  database: Database,
  { clock, monotonic = clock, language = 'en', trialsMs = TRIALS_MS }: StoreOptions,
): Store {
  const { db } = database;
  const time = new WorkClock({ clock, monotonic });
  const place = database.openPlace(clock());
  return {
    openWorkspace: (workspace) => channels.openWorkspace(db, workspace),
    openConnection: (connection) => channels.openConnection(db, connection),
    findLastProjectId: (endpoint) => channels.findLastProjectId(db, endpoint),
    ...jobMethods(database, time, language),
    askPost: (postId) => askPost(db, time.now(), postId),
    findHistoryAccess: (channel) => findHistoryAccess(db, channel),
    listHistoryAccess: (workspaceId) => listHistoryAccess(db, workspaceId),
    findChannelLanguage: (channel) => settings.findChannelLanguage(db, channel, language),
    setChannelLanguage: (request) => settings.setChannelLanguage(db, language, request),
    findChannelRules: (channel) => rules.findChannelRules(db, channel),
    saveTerms: (request) => keepTerms(db, request),
    setChannelRules: (request) => rules.setChannelRules(db, request),
    greetChannel: (request) => settings.greetChannel(db, request),
    listWorkspaceSubscriptions: (workspaceId) => subscriptions.listWorkspaceSubscriptions(db, workspaceId),
    subscribe: (request) => subscriptions.subscribe(db, request),
    unsubscribe: (request) => subscriptions.unsubscribe(db, request),
    findSubscribed: (channel, connectionId, jobIds) => subscriptions.findSubscribed(db, channel, connectionId, jobIds),
    listSubscriptions: (channel) => subscriptions.listSubscriptions(db, channel),
    listAwaitedSubscriptions: (channel, now) => subscriptions.listAwaitedSubscriptions(db, channel, now),
    findPause: (channel) => channels.findPause(db, channel),
    moveChannel: (request) => moveChannel(db, request),
    tryAtOnce: (request) => pauses.tryAtOnce(db, request),
    listPausesToTell: (request) => listPausesToTell(db, request),
    tellPause: (request) => tellPause(db, request),
    holdChannel: (request) => pauses.holdChannel(db, request),
    releaseHeldChannel: (request) => pauses.releaseHeldChannel(db, request),
    listWatchingChannels: (workspaceId) => subscriptions.listWatchingChannels(db, workspaceId),
    pageAudit: (request) => auditing.pageAudit(db, request),
    listAuditedJobs: (channel) => auditing.listAuditedJobs(db, channel),
    ...turnMethods(db, time, language, trialsMs),
    listTold: (request) => listTold(db, request),
    findPost: (postId) => findPost(db, language, postId),
    noteAlive: (request) => database.withoutSync((loose) => episodes.noteAlive(loose, request)),
    noteSight: (request) => episodes.noteSight(db, request),
    tellSight: (request) => episodes.tellSight(db, request),
    raiseAlert: (request) => alerts.raiseAlert(db, request),
    clearAlert: (request) => alerts.clearAlert(db, request),
    reportRefusedPosts: (request) => alerts.reportRefusedPosts(db, request),
    reportSetAside: (request) => reportSetAside(db, request),
    prune: (request) => prune(db, request),
    giveRoomBack: () => database.giveRoomBack(),
    claimRequest: (request) => claimRequest(db, request),
    countPending: (channel) => channels.countPending(db, channel),
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

/** What concerns jobs, listed or polled. What was read of DRS, and who reads, may be lost: it is read again. */
function jobMethods(database: Database, time: WorkClock, language: Language) {
  const { db } = database;
  const withoutSync = <T>(work: (loose: Db) => Promise<T>) => database.withoutSync(work);
  // The clock is read first: correcting it may itself wait for the database.
  const loosely = async <T>(work: (loose: Db, clock: EpochMs) => Promise<T>): Promise<T> => {
    const clock = await time.read(db);
    return await withoutSync((loose) => work(loose, clock));
  };
  return {
    findJob: (job) => jobs.findJob(db, job),
    findJobs: (connectionId, jobIds) => jobs.findJobs(db, connectionId, jobIds),
    claimJobListRefresh: (request) => withoutSync((loose) => claimJobListRefresh(loose, request)),
    saveJobList: (request) => withoutSync((loose) => saveJobList(loose, request)),
    findJobListState: (connectionId) => jobList.findJobListState(db, connectionId),
    findJobsLike: (connectionId, text, limit) => jobList.findJobsLike(db, connectionId, text, limit),
    findNamedAt: (connectionId, jobIds) => jobList.findNamedAt(db, connectionId, jobIds),
    findNamedJobs: (connectionId) => jobList.findNamedJobs(db, connectionId),
    findListedJobs: (connectionId, text) => jobList.findListedJobs(db, connectionId, text),
    findSubJobs: (connectionId, jobIds) => jobList.findSubJobs(db, connectionId, jobIds),
    claimDetails: (request) => withoutSync((loose) => details.claimDetails(loose, request)),
    saveDetails: (request) => withoutSync((loose) => details.saveDetails(loose, request)),
    readSamples: (job, since) => readSamples(db, job, since, time.now()),
    readMemory: (job) => readMemory(db, job),
    findRuleNeeds: (asked) => findRuleNeeds(db, asked),
    findCause: (job, reader) => failures.findCause(db, job, reader),
    claimWantedCauses: async (request) => {
      const wanted = await loosely((loose, clock) => failures.claimWantedCauses(loose, clock, language, request));
      if (wanted.length > 0) time.hold(request.token, request.leaseMs);
      return wanted;
    },
    saveCauses: async (request) => {
      await withoutSync((loose) => failures.saveCauses(loose, time.now(), request));
      time.release(request.token);
    },
    claimWantedReads: async (request) => {
      const wanted = await loosely((loose, clock) => claimWantedReads(loose, clock, request));
      if (wanted.length > 0) time.hold(request.token, request.leaseMs);
      return wanted;
    },
    saveReads: async (request) => {
      await withoutSync((loose) => saveReads(loose, time.now(), request));
      time.release(request.token);
    },
    findAbsence: (request) => findAbsence(db, request),
    countDueJobs: (connectionId, now) => jobs.countDueJobs(db, connectionId, now),
    claimDueJobs: async (request) => {
      const claimed = await loosely((loose, clock) => jobs.claimDueJobs(loose, clock, request));
      if (claimed.length > 0) time.hold(request.token, request.leaseMs);
      return claimed;
    },
    claimJob: async (request) => {
      const claim = await loosely((loose, clock) => jobs.claimJob(loose, clock, request));
      if (claim.kind === 'claimed') time.hold(request.token, request.leaseMs);
      return claim;
    },
    isJobLeased: async (job) => await jobs.isJobLeased(db, await time.read(db), job),
    commitPoll: async (poll) => {
      const committed = await withoutSync((loose) => commitPoll(loose, time.now(), poll));
      time.release(poll.token);
      return committed;
    },
    renewJobs: async (request) => {
      time.hold(request.token, request.leaseMs);
      await loosely((loose, clock) => jobs.renewJobs(loose, clock, request));
    },
    releaseJobs: async (token) => {
      await withoutSync((loose) => jobs.releaseJobs(loose, token));
      time.release(token);
    },
  } satisfies Partial<Store>;
}

/** Turns: what is sent, looked for, changed and taken away. */
function turnMethods(db: Db, time: WorkClock, language: Language, trialsMs: readonly number[]) {
  const timing = () => ({ clock: time.now(), trialsMs });
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
      const recorded = await settlements.settlePost(db, timing(), lease, post, settlement);
      time.release(lease.token);
      if (settlement.kind === 'delivered') time.heardSlack(post.id, settlement.messageTs);
      if (settlement.kind === 'look_for_it') time.lookAgain(post.id, settlement.afterMs);
      else time.endAttempt(post.id);
      return recorded;
    },
    settleSearch: async (lease, search, settlement) => {
      const recorded = await settlements.settleSearch(db, timing(), lease, search, settlement);
      time.release(lease.token);
      if (settlement.kind === 'found' || settlement.kind === 'send_again' || settlement.kind === 'alone')
        time.endAttempt(lease.postId);
      else time.lookAgain(lease.postId, 'afterMs' in settlement ? settlement.afterMs : 0);
      return recorded;
    },
    releaseTurn: async (lease) => {
      await settlements.releaseTurn(db, lease);
      time.release(lease.token);
    },
  } satisfies Partial<Store>;
}
