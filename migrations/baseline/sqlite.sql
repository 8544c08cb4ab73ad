create table answered_requests (
  workspace_id text not null,
  request_key text not null,
  at bigint not null,
  primary key (workspace_id, request_key)
);
create index answered_requests_at on answered_requests (workspace_id, at);

create table audit (
  id integer primary key,
  at bigint not null,
  workspace_id text not null,
  channel_id text not null,
  user_id text not null,
  action text not null,
  connection_id text not null,
  job_id text,
  before text,
  after text,
  job_name text
);
create index audit_of_channel on audit (workspace_id, channel_id, id);
create trigger audit_no_delete before delete on audit
  begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_no_update before update on audit
  begin select raise(abort, 'the audit is append-only'); end;

create table compatibility (
  oldest_reader text not null
);

create table connections (
  id text not null,
  name text not null,
  endpoint text not null,
  project_id text not null,
  created_at bigint not null,
  list_tried_at bigint,
  listed_at bigint,
  list_failure text,
  alive_at bigint,
  event_number bigint not null default 0,
  primary key (id)
);

create table blind_episodes (
  id integer primary key,
  connection_id text not null,
  started_at bigint not null,
  ended_at bigint,
  reason text not null,
  episode text,
  told_number bigint,
  foreign key (connection_id) references connections (id)
);
create unique index blind_episodes_open on blind_episodes (connection_id) where ended_at is null;

create table job_list_readings (
  connection_id text not null,
  job_type text not null,
  began_at bigint not null,
  primary key (connection_id, job_type),
  foreign key (connection_id) references connections (id)
);

create table job_memories (
  connection_id text not null,
  job_id text not null,
  memory text not null,
  primary key (connection_id, job_id)
);

create table jobs (
  connection_id text not null,
  job_id text not null,
  parent_id text,
  role text,
  job_type text,
  name text,
  status text,
  state text not null,
  event_number integer not null default 0,
  asked_at bigint,
  next_poll_at bigint,
  ended_at bigint,
  ask_alone integer not null default 0,
  refusals integer not null default 0,
  lease_token text,
  lease_until bigint,
  created_at bigint not null,
  detail_at bigint,
  detail_tried_at bigint,
  started_at bigint,
  full_copy_done_at bigint,
  poll_set_at bigint not null default 0,
  leased_at bigint not null default 0,
  missing_since bigint,
  answered_at bigint,
  listed_at bigint,
  waiting_since bigint,
  unreadable_at bigint,
  primary key (connection_id, job_id),
  foreign key (connection_id) references connections (id)
);
create index jobs_leased on jobs (lease_token) where lease_token is not null;
create index jobs_queue on jobs (connection_id, ask_alone, waiting_since, job_id, next_poll_at, poll_set_at) where next_poll_at is not null;
create index jobs_unwatched on jobs (coalesce(asked_at, created_at)) where next_poll_at is null;

create table failures (
  connection_id text not null,
  job_id text not null,
  event_number integer not null,
  recovered_at bigint,
  causes text not null default '{}',
  wanted_since bigint,
  next_try_at bigint,
  lease_token text,
  lease_until bigint,
  try_set_at bigint not null default 0,
  leased_at bigint not null default 0,
  tries integer not null default 0,
  closed_by text,
  primary key (connection_id, job_id, event_number),
  foreign key (connection_id, job_id) references jobs (connection_id, job_id)
);
create index failures_overcome on failures (recovered_at) where recovered_at is not null;
create index failures_wanted on failures (connection_id, next_try_at) where wanted_since is not null;

create table job_events (
  connection_id text not null,
  job_id text not null,
  number integer not null,
  kind text not null,
  facts text not null,
  occurred_at bigint not null,
  job_name text,
  namesake text,
  primary key (connection_id, job_id, number),
  foreign key (connection_id, job_id) references jobs (connection_id, job_id)
);
create index job_events_by_age on job_events (occurred_at);

create table listed_jobs (
  connection_id text not null,
  job_id text not null,
  job_type text not null,
  name text,
  name_key text,
  status text,
  is_over integer not null,
  parent_id text,
  listed_at bigint,
  primary key (connection_id, job_id),
  foreign key (connection_id) references connections (id)
);
create index listed_jobs_of_parent on listed_jobs (connection_id, parent_id) where parent_id is not null;

create table pauses (
  workspace_id text not null,
  channel_id text not null,
  post_id text not null,
  reason text not null,
  since bigint not null,
  refused_at bigint not null,
  tries integer not null default 0,
  due_at bigint,
  set_at bigint not null default 0,
  told_at bigint,
  primary key (workspace_id, channel_id, post_id)
);

create table samples (
  connection_id text not null,
  job_id text not null,
  began_at bigint not null,
  every_ms integer not null,
  samples text not null,
  primary key (connection_id, job_id, began_at)
);
create index samples_by_age on samples (every_ms, began_at);

create table set_aside (
  id integer primary key,
  connection_id text,
  what text not null,
  row_key text not null,
  content text not null,
  at bigint not null,
  told_at bigint,
  workspace_id text
);

create table signals (
  connection_id text not null,
  kind text not null,
  since bigint not null,
  primary key (connection_id, kind),
  foreign key (connection_id) references connections (id)
);

create table workspaces (
  id text not null,
  name text not null,
  paused_at bigint,
  pause_reason text,
  created_at bigint not null,
  last_ts text,
  posts_paced_to bigint not null default 0,
  edits_paced_to bigint not null default 0,
  posts_paced_at bigint not null default 0,
  edits_paced_at bigint not null default 0,
  reads_paced_to bigint not null default 0,
  reads_paced_at bigint not null default 0,
  reads_every_ms bigint not null default 0,
  primary key (id)
);

create table channels (
  workspace_id text not null,
  channel_id text not null,
  paused_at bigint,
  pause_reason text,
  next_send_at bigint not null default 0,
  read_back_at bigint,
  language text,
  created_at bigint not null,
  greeted_at bigint,
  conversation_id text,
  last_ts text,
  read_back_refusal text,
  send_set_at bigint not null default 0,
  read_back_refused_at bigint,
  announced bigint not null default 0,
  moved_to text,
  rules text not null default '{}',
  primary key (workspace_id, channel_id),
  foreign key (workspace_id) references workspaces (id)
);

create table posts (
  id text not null,
  workspace_id text not null,
  channel_id text not null,
  kind text not null,
  about text not null,
  thread_ts text,
  message_ts text,
  ended text,
  reason text,
  copies text,
  attempt_at bigint,
  known_ts text,
  until_ts text,
  look_at bigint,
  searched_since bigint,
  search_cursor text,
  due_at bigint,
  lease_token text,
  lease_until bigint,
  created_at bigint not null,
  settled_at bigint,
  reported_at bigint,
  joinable bigint not null default 0,
  wanted_version bigint not null default 0,
  shown_version bigint not null default 0,
  attempt_version bigint not null default 0,
  attempts bigint not null default 0,
  plain bigint not null default 0,
  reposts bigint not null default 0,
  resent bigint not null default 0,
  looks bigint not null default 0,
  look_set_at bigint not null default 0,
  set_at bigint not null default 0,
  tries bigint not null default 0,
  leased_at bigint not null default 0,
  part_of text,
  asked_at bigint,
  primary key (id),
  foreign key (workspace_id, channel_id) references channels (workspace_id, channel_id)
);
create index posts_asked on posts (asked_at) where asked_at is not null;
create index posts_by_age on posts (settled_at) where settled_at is not null;
create index posts_due on posts (workspace_id, due_at) where due_at is not null;
create unique index posts_joinable on posts (workspace_id, channel_id, kind, about) where joinable = 1;
create index posts_looked_for on posts (workspace_id, look_at) where look_at is not null;
create index posts_of_channel on posts (workspace_id, channel_id);
create index posts_of_recoveries on posts (about) where kind = 'recoveries';
create index posts_refused on posts (settled_at) where ended = 'refused' and reported_at is null;
create index posts_shown_in on posts (part_of) where part_of is not null;
create index posts_unshown on posts (workspace_id, channel_id) where message_ts is null and ended is null;

create table deliveries (
  id integer primary key,
  workspace_id text not null,
  channel_id text not null,
  connection_id text not null,
  subject text not null,
  number integer not null,
  announcement text,
  post_id text,
  at_version bigint not null default 0,
  hold_until bigint not null default 0,
  hold_set_at bigint not null default 0,
  outcome text,
  reason text,
  created_at bigint not null,
  settled_at bigint,
  hold_reason text,
  unique (workspace_id, channel_id, connection_id, subject, number),
  foreign key (post_id) references posts (id),
  foreign key (workspace_id, channel_id) references channels (workspace_id, channel_id)
);
create index deliveries_of_event on deliveries (connection_id, subject, number);
create index deliveries_of_post on deliveries (post_id);
create index deliveries_pending on deliveries (workspace_id, channel_id, id) where outcome is null;

create table subscriptions (
  id integer primary key,
  workspace_id text not null,
  channel_id text not null,
  connection_id text not null,
  kind text not null,
  job_id text,
  pattern text,
  rules text not null default '{}',
  created_by text not null,
  created_at bigint not null,
  ended_at bigint,
  end_reason text,
  ended_by text,
  chosen_rules text not null default '{}',
  rules_key text not null default '',
  least_class integer not null default 0,
  all_events integer not null default 0,
  foreign key (connection_id) references connections (id),
  foreign key (connection_id, job_id) references jobs (connection_id, job_id),
  foreign key (workspace_id, channel_id) references channels (workspace_id, channel_id)
);
create unique index subscriptions_active on subscriptions (connection_id, job_id, workspace_id, channel_id) where ended_at is null;
create index subscriptions_ended on subscriptions (ended_at) where ended_at is not null;
create index subscriptions_of_channel on subscriptions (workspace_id, channel_id) where ended_at is null;
create index subscriptions_of_gone_jobs on subscriptions (connection_id, job_id) where end_reason = 'job_gone';
create index subscriptions_of_job on subscriptions (connection_id, job_id);
create index subscriptions_of_own_rules on subscriptions (connection_id, job_id) where ended_at is null and rules_key <> '' or all_events = 1;

insert into compatibility (oldest_reader) values ('0013-compatibility');
