import type { Generated, Kysely, Transaction } from 'kysely';

/** The tables as migrations/ makes them. Times are ms since 1970, flags 0 or 1, JSON is text. */
export interface Schema {
  connections: {
    id: string;
    name: string;
    endpoint: string;
    project_id: string;
    list_tried_at: number | null;
    listed_at: number | null;
    list_failure: string | null;
    alive_at: number | null;
    event_number: Generated<number>;
    created_at: number;
  };
  workspaces: {
    id: string;
    name: string;
    last_ts: string | null;
    posts_paced_to: Generated<number>;
    edits_paced_to: Generated<number>;
    posts_paced_at: Generated<number>;
    edits_paced_at: Generated<number>;
    reads_paced_to: Generated<number>;
    reads_paced_at: Generated<number>;
    reads_every_ms: Generated<number>;
    created_at: number;
  };
  channels: {
    workspace_id: string;
    channel_id: string;
    next_send_at: Generated<number>;
    send_set_at: Generated<number>;
    conversation_id: string | null;
    last_ts: string | null;
    read_back_at: number | null;
    read_back_refusal: string | null;
    read_back_refused_at: number | null;
    announced: Generated<number>;
    language: string | null;
    greeted_at: number | null;
    /** What was chosen for all of its subscriptions that say nothing themselves. */
    rules: Generated<string>;
    /** What the conversation is called now; null where that is its id. */
    moved_to: string | null;
    created_at: number;
  };
  /** What Slack refuses: a workspace (no channel), a channel (no post), or one post. */
  pauses: {
    workspace_id: string;
    channel_id: string;
    post_id: string;
    reason: string;
    since: number;
    refused_at: number;
    tries: Generated<number>;
    /** Null: no trial, whatever time passes. */
    due_at: number | null;
    set_at: Generated<number>;
    told_at: number | null;
  };
  jobs: {
    connection_id: string;
    job_id: string;
    parent_id: string | null;
    role: string | null;
    job_type: string | null;
    name: string | null;
    status: string | null;
    state: string;
    event_number: Generated<number>;
    asked_at: number | null;
    next_poll_at: number | null;
    waiting_since: number | null;
    poll_set_at: Generated<number>;
    ended_at: number | null;
    ask_alone: Generated<number>;
    refusals: Generated<number>;
    lease_token: string | null;
    lease_until: number | null;
    leased_at: Generated<number>;
    detail_at: number | null;
    detail_tried_at: number | null;
    started_at: number | null;
    full_copy_done_at: number | null;
    missing_since: number | null;
    answered_at: number | null;
    unreadable_at: number | null;
    listed_at: number | null;
    expired_days: number | null;
    prepaid: number | null;
    terms_at: number | null;
    created_at: number;
  };
  /** What the rules remember: the part of a job that changes with every poll. */
  job_memories: {
    connection_id: string;
    job_id: string;
    memory: string;
  };
  /** Samples older than that: those of one stretch of time in each row. */
  samples: {
    connection_id: string;
    job_id: string;
    began_at: number;
    /** How far apart they are, in ms. */
    every_ms: number;
    samples: string;
  };
  listed_jobs: {
    connection_id: string;
    job_id: string;
    job_type: string;
    name: string | null;
    name_key: string | null;
    status: string | null;
    is_over: number;
    parent_id: string | null;
    listed_at: number | null;
    engines: string | null;
  };
  job_list_readings: {
    connection_id: string;
    job_type: string;
    began_at: number;
  };
  failures: {
    connection_id: string;
    job_id: string;
    event_number: number;
    recovered_at: number | null;
    closed_by: string | null;
    causes: Generated<string>;
    wanted_since: number | null;
    next_try_at: number | null;
    try_set_at: Generated<number>;
    tries: Generated<number>;
    lease_token: string | null;
    lease_until: number | null;
    leased_at: Generated<number>;
  };
  /** What is read of DRS about an event after it was told. */
  event_reads: {
    connection_id: string;
    job_id: string;
    event_number: number;
    /** One of DEEDS, of which it is to be found who did it; null for none. */
    deed: string | null;
    /** The last look before it, and the one that showed it. */
    last_seen_at: number | null;
    seen_at: number;
    wants_terms: number;
    doer_name: string | null;
    doer_at: number | null;
    wanted_since: number | null;
    next_try_at: number | null;
    try_set_at: Generated<number>;
    tries: Generated<number>;
    lease_token: string | null;
    lease_until: number | null;
    leased_at: Generated<number>;
  };
  job_events: {
    connection_id: string;
    job_id: string;
    number: number;
    kind: string;
    facts: string;
    occurred_at: number;
    job_name: string | null;
    namesake: string | null;
  };
  blind_episodes: {
    id: Generated<number>;
    connection_id: string;
    started_at: number;
    ended_at: number | null;
    reason: string;
    episode: string | null;
    told_number: number | null;
  };
  subscriptions: {
    id: Generated<number>;
    workspace_id: string;
    channel_id: string;
    connection_id: string;
    kind: string;
    job_id: string | null;
    pattern: string | null;
    rules: Generated<string>;
    /** What was chosen for it alone; `rules` are in force. */
    chosen_rules: Generated<string>;
    /** Of the rules, see `rulesKey`. */
    rules_key: Generated<string>;
    /** The least urgent class that is told, as its place in EVENT_CLASSES. */
    least_class: Generated<number>;
    all_events: Generated<number>;
    created_by: string;
    created_at: number;
    ended_at: number | null;
    end_reason: string | null;
    ended_by: string | null;
  };
  posts: {
    id: string;
    workspace_id: string;
    channel_id: string;
    kind: string;
    about: string;
    joinable: Generated<number>;
    part_of: string | null;
    thread_ts: string | null;
    message_ts: string | null;
    wanted_version: Generated<number>;
    shown_version: Generated<number>;
    attempt_version: Generated<number>;
    attempts: Generated<number>;
    attempt_at: number | null;
    known_ts: string | null;
    until_ts: string | null;
    plain: Generated<number>;
    reposts: Generated<number>;
    resent: Generated<number>;
    look_at: number | null;
    look_set_at: Generated<number>;
    looks: Generated<number>;
    searched_since: number | null;
    search_cursor: string | null;
    copies: string | null;
    /** When somebody asked how its jobs are; null once something happened to one of them since. */
    asked_at: number | null;
    due_at: number | null;
    set_at: Generated<number>;
    tries: Generated<number>;
    lease_token: string | null;
    lease_until: number | null;
    leased_at: Generated<number>;
    ended: string | null;
    reason: string | null;
    created_at: number;
    settled_at: number | null;
    reported_at: number | null;
  };
  deliveries: {
    id: Generated<number>;
    workspace_id: string;
    channel_id: string;
    connection_id: string;
    /** A job's id, the connection's own id, or `channel`: what is said to one channel only. */
    subject: string;
    number: number;
    announcement: string | null;
    post_id: string | null;
    at_version: Generated<number>;
    hold_until: Generated<number>;
    hold_set_at: Generated<number>;
    /** Why it is held, or was last; null in a post. */
    hold_reason: string | null;
    /** `told`, or `not_told` for the reason beside it; null while it is owed. */
    outcome: string | null;
    reason: string | null;
    created_at: number;
    settled_at: number | null;
  };
  signals: {
    connection_id: string;
    kind: string;
    since: number;
  };
  compatibility: {
    oldest_reader: string;
  };
  set_aside: {
    id: Generated<number>;
    connection_id: string | null;
    workspace_id: string | null;
    what: string;
    row_key: string;
    content: string;
    at: number;
    told_at: number | null;
  };
  answered_requests: {
    workspace_id: string;
    request_key: string;
    at: number;
  };
  audit: {
    id: Generated<number>;
    at: number;
    workspace_id: string;
    channel_id: string;
    user_id: string;
    action: string;
    connection_id: string;
    job_id: string | null;
    job_name: string | null;
    before: string | null;
    after: string | null;
  };
}

export type Db = Kysely<Schema>;
export type Tx = Transaction<Schema>;
