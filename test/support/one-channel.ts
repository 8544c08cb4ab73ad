import { explanation } from '../../src/domain/job/explanation.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { IncidentRules } from '../../src/domain/post/incident.ts';
import { DEFAULT_INCIDENT_RULES } from '../../src/domain/post/incident.ts';
import type { Post, PostSettlement } from '../../src/domain/post/post.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import type { EpochMs } from '../../src/domain/base/time.ts';
import { decideSearch } from '../../src/domain/post/reconcile.ts';
import type { MessageTs } from '../../src/domain/post/message-ts.ts';
import type { Store } from '../../src/ports/store/store.ts';
import type { Turn, TurnClaim } from '../../src/ports/store/outbox.ts';
import { createStore } from '../../src/store/create-store.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { DEFAULT_DURATIONS } from '../../src/wiring/durations.ts';
import { jobNumber } from './desk.ts';
import { aReport } from './reports.ts';
import { AT_EASE } from './turns.ts';

const CONNECTION = 'prod';
const ANA = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
const IN_MEMORY = 'sqlite::memory:';

type Search = Extract<Turn, { readonly kind: 'search' }>;
/** A turn that changes what Slack shows. */
export type Message = Exclude<Turn, { readonly kind: 'search' }>;

/** A store with one channel that watches some jobs, on a clock that only a test moves. */
export class OneChannel implements AsyncDisposable {
  readonly db: Db;
  readonly store: Store;
  now: EpochMs;
  #tokens = 0;

  private constructor(address: string, now: EpochMs) {
    this.now = now;
    this.db = openDatabase(address);
    const clock = () => this.now;
    this.store = createStore(onSqlite(this.db, address), { clock, monotonic: clock });
  }

  /** Watched are the jobs 1 to `count`, and what the channel is told of that is told. */
  static async open(count: number, address = IN_MEMORY): Promise<OneChannel> {
    const channel = new OneChannel(address, 1_700_000_000_000);
    const { db, store, now } = channel;
    await migrateToLatest(db);
    await store.openWorkspace({ id: ANA.workspaceId, name: 'Acme', at: now });
    await store.openConnection({ id: CONNECTION, name: 'x', endpoint: 'https://x', projectId: 'p', at: now });
    const jobIds = Array.from({ length: count }, (_, index) => jobNumber(index + 1));
    for (const jobId of jobIds) await channel.#poll(jobId, []);
    await store.subscribe({ actor: ANA, language: 'en', connectionId: CONNECTION, jobIds, now });
    await channel.pass(MINUTE);
    return channel;
  }

  /** The same store again, opened by another process at `now`. */
  static reopen(address: string, now: EpochMs): OneChannel {
    const channel = new OneChannel(address, now);
    // Its tokens and ids are no other process's.
    channel.#tokens = 1_000_000;
    return channel;
  }

  async fail(...numbers: readonly number[]): Promise<void> {
    for (const number of numbers) await this.failJob(jobNumber(number));
  }

  async failJob(jobId: JobId, connectionId = CONNECTION): Promise<void> {
    const failed = { from: 'A', to: 'INCRE_TRANSFER_FAILED' };
    await this.#poll(jobId, [{ kind: 'status_changed', ...failed, ...this.#moment() }], connectionId);
  }

  /** From a failure that began a moment ago. */
  async recover(...numbers: readonly number[]): Promise<void> {
    const failed = { from: 'INCRE_TRANSFER_FAILED', failedAt: this.now - 1, startSeen: true, workingAt: this.now };
    for (const number of numbers)
      await this.#poll(jobNumber(number), [{ kind: 'recovered', ...failed, ...this.#moment() }]);
  }

  /** The channel watches a job through another connection as well, which gives no answer from now on, and is told of both. */
  async watchBlindly(connectionId: string): Promise<JobId> {
    const { store, now } = this;
    const jobId = jobNumber(99);
    await store.openConnection({ id: connectionId, name: 'y', endpoint: 'https://y', projectId: 'q', at: now });
    await this.#poll(jobId, [], connectionId);
    await store.subscribe({ actor: ANA, language: 'en', connectionId, jobIds: [jobId], now });
    const rules = { pollMs: MINUTE, polls: 1, leastMs: 0, maxPassMs: MINUTE };
    const sight = { at: now + 1, why: explanation('timeout') };
    await store.noteSight({ connectionId, sight, nextTryAt: null, rules });
    await this.pass(MINUTE);
    return jobId;
  }

  async unsubscribe(): Promise<void> {
    const request = { actor: ANA, jobs: 'all' as const, reason: 'unsubscribed' as const, announce: true };
    await this.store.unsubscribe({ ...request, now: this.now });
  }

  claim(rules: IncidentRules = DEFAULT_INCIDENT_RULES): Promise<TurnClaim> {
    const [token, newPostId] = [`turn-${++this.#tokens}`, `post-${this.#tokens}`];
    const news = { rules, passBeganAt: null };
    return this.store.claimTurn({ ...AT_EASE, workspaceId: ANA.workspaceId, token, newPostId, now: this.now, news });
  }

  /** The first message that is to be sent next, once it has been collected. */
  async nextSend(): Promise<Extract<Turn, { readonly kind: 'send' }>> {
    this.now += 10_000;
    const turn = await this.claim();
    if (turn.kind !== 'send') throw new Error(`nothing to send, but ${turn.kind}`);
    return turn;
  }

  /**
   * So much time passes. Returns what was done in Slack, as `send incident: 1 failed, 2 failed`.
   *
   * @param settle how Slack ends a request; it takes everything unless given
   * @param look the messages that Slack shows of a post; nothing may be looked for unless given
   */
  async pass(
    ms: number,
    settle: (turn: Message) => PostSettlement | null = () => null,
    look: ((postId: string) => readonly MessageTs[]) | null = null,
  ): Promise<readonly string[]> {
    const done: string[] = [];
    const end = this.now + ms;
    while (done.length < 1_000) {
      const turn = await this.claim();
      if (turn.kind === 'idle') {
        const next = this.now + Math.max(1, turn.nextInMs ?? ms);
        this.now = Math.min(next, end);
        if (next > end) return done;
        continue;
      }
      if (turn.kind === 'search') {
        if (look === null) throw new Error('something is looked for');
        await this.#search(turn, look(turn.lease.postId));
        continue;
      }
      done.push(describe(turn));
      await this.store.settlePost(turn.lease, turn.post, settle(turn) ?? this.#taken(turn));
    }
    throw new Error('it does not come to rest');
  }

  async #search({ lease, open, search }: Search, found: readonly MessageTs[]): Promise<void> {
    const page = { kind: 'read' as const, found, ownSeen: true, cursor: null };
    const settlement = decideSearch(open, page, this.now, () => 0, DEFAULT_DURATIONS);
    await this.store.settleSearch(lease, search, settlement);
  }

  #taken(turn: Message): PostSettlement {
    if (turn.kind === 'remove') return { kind: 'removed', messageTs: turn.messageTs };
    const newTs = `${Math.floor(this.now / 1_000)}.${String(++this.#tokens).padStart(6, '0')}`;
    const messageTs = turn.kind === 'edit' ? turn.messageTs : newTs;
    return { kind: 'delivered', messageTs, channelId: ANA.channelId, at: this.now };
  }

  #moment() {
    const unseen = { report: aReport(), previous: null, lastLag: null, percentBefore: null };
    return { at: this.now, ...unseen, lagNote: 'settled' as const };
  }

  async #poll(jobId: JobId, events: readonly JobEvent[], connectionId = CONNECTION): Promise<void> {
    const token = `poll-${++this.#tokens}`;
    await this.store.claimJob({ connectionId, jobId, token, leaseMs: MINUTE, now: this.now, maxAgeMs: 0 });
    const state = { ...UNSEEN_JOB, report: aReport({ jobId }), checkedAt: this.now };
    const results = [{ jobId, state, events, nextPollAt: this.now + MINUTE, askAlone: false, refusals: 0 }];
    await this.store.commitPoll({ token, connectionId, now: this.now, results });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
  }
}

/** As `send incident: 1 failed, 2 failed`. */
export function describe(turn: Message): string {
  if (turn.kind === 'remove') return 'remove';
  return `${turn.kind} ${turn.post.kind}: ${factsOf(turn.post).join(', ')}`;
}

function factsOf({ facts }: Post): readonly string[] {
  return facts.map((one) => {
    if (one.kind === 'announcement') return one.announcement.kind;
    const number = Number(one.job.jobId.slice(24, 31));
    return `${number} ${one.event.kind === 'status_changed' ? 'failed' : one.event.kind}`;
  });
}
