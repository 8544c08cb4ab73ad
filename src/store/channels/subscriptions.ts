import type { Selectable } from 'kysely';

import type { Job, JobKey } from '../../domain/job/job.ts';
import { isDirectMessage } from '../../domain/conversation.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import {
  changeRules,
  choiceBeside,
  differingRules,
  NOTHING_CHOSEN,
  rulesInForce,
} from '../../domain/rules/rule-choice.ts';
import type { RuleChoice } from '../../domain/rules/rule-choice.ts';
import { standingOf, worstFirst } from '../../domain/job/standing.ts';
import { findCause } from '../jobs/failures.ts';
import type { EndedJob, NamedJob, RuledJob, StandingJob } from '../../domain/post/post.ts';
import { alarmLevelOf } from '../../domain/rules/subscription-rules.ts';
import type { SubscriptionRules } from '../../domain/rules/subscription-rules.ts';
import type { ChannelKey, ListedSubscription, NamedSubscription, Subscription } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Actor, SubscribeResult } from '../../ports/store/subscriptions.ts';
import { announce, ensureChannel } from '../rows/announce.ts';
import { audit } from '../rows/audit.ts';
import { chosenLanguage, setLanguage } from './channels.ts';
import { decodeChoice, decodeJobId, decodeRules, decodeState } from '../rows/codec.ts';
import { toJob, unreadState } from '../jobs/jobs.ts';
import { isAwaited } from '../jobs/awaited-subscriptions.ts';
import { findChannelRules, ruleColumns } from './rules.ts';
import { noteLetGo } from '../rows/rule-endings.ts';
import { suppressOwed } from './suppress-deliveries.ts';
import { ofChannel, ofJob, sameJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Schema, Tx } from '../rows/schema.ts';

type SubscribeRequest = Request<'subscribe'>;

export async function subscribe(db: Db, request: SubscribeRequest): Promise<readonly SubscribeResult[]> {
  return await db.transaction().execute(async (tx) => {
    await ensureChannel(tx, request.actor, request.now);
    await rememberReader(tx, request);
    const ofAll = await findChannelRules(tx, request.actor);
    const results: SubscribeResult[] = [];
    for (const jobId of request.jobIds) results.push(await subscribeTo(tx, request, jobId, ofAll));
    await announceAdded(tx, request, results, ofAll);
    await announceChanged(tx, request, results);
    return results;
  });
}

async function announceAdded(
  tx: Tx,
  request: SubscribeRequest,
  results: readonly SubscribeResult[],
  ofAll: RuleChoice,
): Promise<void> {
  const jobs: StandingJob[] = [];
  for (const result of results) if (result.kind === 'subscribed') jobs.push(await toStanding(tx, request, result));
  if (jobs.length === 0) return;
  const announcement = {
    kind: 'subscribed' as const,
    by: request.actor.userId,
    jobs: worstFirst(jobs, ({ standing }) => standing ?? 'passing'),
    rules: choiceBeside(ofAll, changeRules(NOTHING_CHOSEN, request.rules ?? {})),
  };
  await announce(tx, request.actor, request.connectionId, announcement, request.now);
}

async function announceChanged(
  tx: Tx,
  { actor, connectionId, now }: SubscribeRequest,
  results: readonly SubscribeResult[],
): Promise<void> {
  const jobs = results.flatMap((result): readonly RuledJob[] => {
    if (result.kind !== 'changed') return [];
    return [{ ...toNamed(result.job), before: result.before.rules, after: result.after.rules }];
  });
  if (jobs.length > 0) await announce(tx, actor, connectionId, { kind: 'rules', by: actor.userId, jobs }, now);
}

/** How a job stands at the moment it begins to be watched: what is bad then is news to the channel. */
async function toStanding(
  tx: Tx,
  { actor, language }: SubscribeRequest,
  { job, subscription }: Extract<SubscribeResult, { readonly kind: 'subscribed' }>,
): Promise<StandingJob> {
  const { failure } = job.state;
  const cause = failure === null ? null : await findCause(tx, job, (await chosenLanguage(tx, actor)) ?? language);
  const standing = standingOf(job.state, alarmLevelOf(subscription.rules));
  return { ...toNamed(job), standing, failure, cause, terms: job.terms };
}

/** Direct messages with a person are in that person's language, unless another was chosen there. */
async function rememberReader(tx: Tx, { actor, language, now }: SubscribeRequest): Promise<void> {
  const { workspaceId, channelId, userId } = actor;
  await ensureChannel(tx, { workspaceId, channelId: userId }, now);
  await setLanguage(tx, { workspaceId, channelId: userId }, language);
  if (isDirectMessage(channelId) && (await chosenLanguage(tx, actor)) === null) await setLanguage(tx, actor, language);
}

async function subscribeTo(
  tx: Tx,
  request: SubscribeRequest,
  jobId: JobId,
  ofAll: RuleChoice,
): Promise<SubscribeResult> {
  const { actor, connectionId, now } = request;
  const row = await tx
    .selectFrom('jobs')
    .selectAll()
    .where((eb) => eb.and(ofJob({ connectionId, jobId })))
    .executeTakeFirstOrThrow();
  const job = toJob(row, jobId);
  const existing = await findSubscription(tx, actor, job);
  if (existing !== null) return await changeSubscription(tx, request, { job, before: existing, ofAll });
  if (job.state.over !== null) return { kind: 'already_over', job };
  const chosen = changeRules(NOTHING_CHOSEN, request.rules ?? {});
  const subscription = await tx
    .insertInto('subscriptions')
    .values({
      workspace_id: actor.workspaceId,
      channel_id: actor.channelId,
      connection_id: connectionId,
      kind: 'job',
      job_id: jobId,
      created_by: actor.userId,
      created_at: now,
      ...ruleColumns(ofAll, chosen),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (row.next_poll_at === null) await setNextPoll(tx, job, now, now);
  await audit(tx, actor, 'subscribe', job, now, null, { subscribed: true, rules: rulesInForce(ofAll, chosen) });
  return { kind: 'subscribed', job, subscription: toSubscription(subscription, jobId) };
}

/** Subscribing again with other rules gives the subscription those, whoever made it. */
async function changeSubscription(
  tx: Tx,
  { actor, now, rules: changes = {} }: SubscribeRequest,
  { job, before, ofAll }: { readonly job: Job; readonly before: Subscription; readonly ofAll: RuleChoice },
): Promise<SubscribeResult> {
  const chosen = changeRules(before.chosen, changes);
  const rules = rulesInForce(ofAll, chosen);
  const after = { ...before, chosen, rules };
  await tx.updateTable('subscriptions').set(ruleColumns(ofAll, chosen)).where('id', '=', before.id).execute();
  if (differingRules(before.rules, rules).length === 0) return { kind: 'already_subscribed', job, subscription: after };
  await noteLetGo(tx, actor, job, now);
  await audit(tx, actor, 'rules', job, now, { rules: before.rules }, { rules });
  return { kind: 'changed', job, before, after };
}

export async function unsubscribe(db: Db, request: Request<'unsubscribe'>): Promise<readonly NamedSubscription[]> {
  const { actor, now, reason } = request;
  return await db.transaction().execute(async (tx) => {
    const candidates = [...(await listSubscriptions(tx, actor)), ...(await listAwaitedSubscriptions(tx, actor, now))];
    const ended = candidates.filter((one) => isMeant(request.jobs, one));
    if (ended.length === 0) return [];
    const ids = ended.map((one) => one.id);
    const end = { ended_at: now, end_reason: reason, ended_by: actor.userId };
    await tx.updateTable('subscriptions').set(end).where('id', 'in', ids).execute();
    for (const one of ended) {
      await stopPollingUnwatched(tx, one, now);
      const before = { subscribed: true, by: one.createdBy };
      await audit(tx, actor, 'unsubscribe', one, now, before, { subscribed: false, reason });
    }
    await suppressOwed(tx, actor, ended, reason, now);
    if (request.announce) await announceEnd(tx, actor, ended, now);
    return ended;
  });
}

function isMeant(jobs: Request<'unsubscribe'>['jobs'], one: Subscription): boolean {
  if (jobs !== 'all' && 'ids' in jobs) return jobs.ids.includes(one.id);
  return jobs === 'all' || jobs.some((job) => job.connectionId === one.connectionId && job.jobId === one.jobId);
}

async function announceEnd(tx: Tx, actor: Actor, ended: readonly NamedSubscription[], now: EpochMs): Promise<void> {
  const [first] = ended;
  if (first === undefined) return;
  const announcement = {
    kind: 'unsubscribed' as const,
    by: actor.userId,
    jobs: ended.map((one) => endedJob(one, actor)),
  };
  await announce(tx, actor, first.connectionId, announcement, now);
}

/** Whose it was is worth a word only where it was somebody else's. */
function endedJob(one: NamedSubscription, { userId }: Actor): EndedJob {
  return { ...named(one), madeBy: one.createdBy === userId ? null : one.createdBy };
}

export async function listWatchingChannels(db: Db, workspaceId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('subscriptions')
    .select('channel_id')
    .where('workspace_id', '=', workspaceId)
    .where('ended_at', 'is', null)
    .groupBy('channel_id')
    .orderBy('channel_id')
    .execute();
  return rows.map((row) => row.channel_id);
}

export async function findSubscribed(
  db: Db,
  { workspaceId, channelId }: ChannelKey,
  connectionId: string,
  jobIds: readonly JobId[],
): Promise<ReadonlyMap<JobId, SubscriptionRules>> {
  if (jobIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('subscriptions')
    .select(['job_id', 'rules'])
    .where('connection_id', '=', connectionId)
    .where('job_id', 'in', jobIds)
    .where((eb) => eb.and(ofChannel({ workspaceId, channelId })))
    .where('ended_at', 'is', null)
    .execute();
  return new Map(
    rows.flatMap(({ job_id, rules }) => {
      const jobId = decodeJobId(job_id);
      return jobId === null ? [] : [[jobId, decodeRules(rules)] as const];
    }),
  );
}

/** A channel's active subscriptions, oldest first. */
export async function listSubscriptions(db: Db, channel: ChannelKey): Promise<readonly ListedSubscription[]> {
  const rows = await selectWithJobs(db)
    .where((eb) => eb.and(inChannel(channel)))
    .where('subscriptions.ended_at', 'is', null)
    .execute();
  return rows.flatMap(toListed);
}

/** Those that come back when their jobs do, in the same form. */
export async function listAwaitedSubscriptions(
  db: Db,
  channel: ChannelKey,
  now: EpochMs,
): Promise<readonly ListedSubscription[]> {
  const rows = await selectWithJobs(db)
    .where((eb) => eb.and(inChannel(channel)))
    .where(isAwaited(now))
    .execute();
  return rows.flatMap(toListed);
}

export async function listWorkspaceSubscriptions(db: Db, workspaceId: string): Promise<readonly ListedSubscription[]> {
  const rows = await selectWithJobs(db)
    .where('subscriptions.workspace_id', '=', workspaceId)
    .where('subscriptions.ended_at', 'is', null)
    .clearOrderBy()
    .orderBy('subscriptions.channel_id')
    .orderBy('subscriptions.id')
    .execute();
  return rows.flatMap(toListed);
}

function inChannel({ workspaceId, channelId }: ChannelKey) {
  return { 'subscriptions.workspace_id': workspaceId, 'subscriptions.channel_id': channelId };
}

/** Subscriptions, oldest first, with what a list shows of each job. */
function selectWithJobs(db: Db) {
  return db
    .selectFrom('subscriptions')
    .innerJoin('jobs', (join) => join.on(sameJob('jobs', 'subscriptions')))
    .leftJoin('listed_jobs as listed', (join) => join.on(sameJob('listed', 'subscriptions')))
    .selectAll('subscriptions')
    .select([
      'jobs.name as job_name',
      'jobs.job_type',
      'jobs.state as job_state',
      'jobs.status as job_status',
      'listed.engines',
    ])
    .orderBy('subscriptions.id');
}

/** None for one whose job has no id. */
function toListed(
  row: Awaited<ReturnType<ReturnType<typeof selectWithJobs>['executeTakeFirstOrThrow']>>,
): readonly ListedSubscription[] {
  const jobId = decodeJobId(row.job_id);
  if (jobId === null) return [];
  const state = decodeState(row.job_state) ?? unreadState(row.job_status);
  return [{ ...toSubscription(row, jobId), jobName: row.job_name, jobType: row.job_type, engines: row.engines, state }];
}

/** What a message calls the job of a subscription. */
export function named({ connectionId, jobId, jobName, jobType }: NamedSubscription): NamedJob {
  return { connectionId, jobId, name: jobName, jobType };
}

function toNamed({ connectionId, jobId, name, jobType }: Job): NamedJob {
  return { connectionId, jobId, name, jobType };
}

async function findSubscription(db: Db, channel: ChannelKey, job: JobKey): Promise<Subscription | null> {
  const row = await db
    .selectFrom('subscriptions')
    .selectAll()
    .where((eb) => eb.and({ ...ofChannel(channel), ...ofJob(job) }))
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : toSubscription(row, job.jobId);
}

async function setNextPoll(tx: Tx, { connectionId, jobId }: JobKey, at: EpochMs | null, setAt: EpochMs): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ next_poll_at: at, waiting_since: at, poll_set_at: setAt })
    .where((eb) => eb.and(ofJob({ connectionId, jobId })))
    .execute();
}

/** A job that is gone is still asked about while some channel awaits it. */
async function stopPollingUnwatched(tx: Tx, job: JobKey, now: EpochMs): Promise<void> {
  const watcher = await tx
    .selectFrom('subscriptions')
    .select('id')
    .where((eb) => eb.and(ofJob(job)))
    .where((eb) => eb.or([eb('ended_at', 'is', null), isAwaited(now)]))
    .executeTakeFirst();
  if (watcher === undefined) await setNextPoll(tx, job, null, now);
}

function toSubscription(row: Selectable<Schema['subscriptions']>, jobId: JobId): Subscription {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    channelId: row.channel_id,
    connectionId: row.connection_id,
    jobId,
    createdBy: row.created_by,
    createdAt: row.created_at,
    chosen: decodeChoice(row.chosen_rules),
    rules: decodeRules(row.rules),
  };
}
