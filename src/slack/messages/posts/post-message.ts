import { endsSubscriptions } from '../../../domain/job/job-event.ts';
import type { Job } from '../../../domain/job/job.ts';
import { shortId } from '../../../domain/job/job-id.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import { isWorking, statusGroup } from '../../../domain/job/job-status.ts';
import { NO_AFTERMATH } from '../../../domain/post/post.ts';
import type { DeliveryFacts, NamedJob, Post } from '../../../domain/post/post.ts';
import { lagNote } from '../../../domain/job/lag-note.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { JobReading } from '../../../use-cases/polling/read-jobs.ts';
import { ACTIONS, encodeJobs, encodePost } from '../kit/button-value.ts';
import { backLines } from './blind-lines.ts';
import { incidentInFull, incidentParts, recoveriesParts } from './incident-text.ts';
import { announcementLines } from './announcement.ts';
import { describeEvent } from './event-text.ts';
import type { EventText } from './event-text.ts';
import { consoleButton } from '../kit/job-buttons.ts';
import { boldName } from '../kit/job-names.ts';
import type { ButtonSpec, Part, SlackMessage } from '../kit/message.ts';
import { message } from '../kit/message.ts';
import { ago, dateAndTime, escapeMrkdwn, safeName, timeOfDay } from '../kit/mrkdwn.ts';
import { stateOnly, statusWords } from '../jobs/status-words.ts';
import type { Voice } from '../kit/texts.ts';

/** Begins the `block_id` that carries a post's id, so that the message can be found again in the channel. */
export const POST_MARKER = 'drs_post:';
/**
 * The type of the metadata that carries it too: letters, digits and `_` only (docs.slack.dev, "Message metadata").
 */
export const METADATA_EVENT_TYPE = 'drs_post';

/** Those that are kept current: their headline says how it is. */
const CURRENT_KINDS: ReadonlySet<EventFacts['event']['kind']> = new Set<EventFacts['event']['kind']>([
  'flapping',
  'unreadable',
]);
/** Earlier steps of a job named in one message. */
const MOST_STEPS = 3;

type EventFacts = Extract<DeliveryFacts, { readonly kind: 'event' }>;

/**
 * Renders a post. What it says follows from its facts: the event never changes, a failure's cause and recovery are added
 * when they are known. How a job was when somebody asked is said where that differs, with its time.
 *
 * @param now how the post's jobs are at the moment; empty when it is sent first
 */
export function postMessage(voice: Voice, post: ShownPost, now: readonly JobReading[] = []): SlackMessage {
  if (post.kind !== 'news') return groupMessage(voice, post, now);
  const back = backParts(voice, post.facts);
  const steps = stepsOfOneJob(post.facts);
  const told =
    back.length > 0
      ? back
      : steps.length > 0
        ? backlogParts(voice, steps, post.channelId, now)
        : post.facts.flatMap((facts) => toPart(voice, facts, post.channelId, now));
  return message([...told, ...nowParts(voice, post, now), ...footerParts(voice, post, now)], {
    marker: `${POST_MARKER}${post.id}`,
  });
}

/** The same where the jobs are as the store has them. */
export function editedPostMessage(voice: Voice, post: ShownPost, jobs: readonly Job[]): SlackMessage {
  return postMessage(
    voice,
    post,
    jobs.map((job) => ({ kind: 'known', job })),
  );
}

/** What of a post is shown. */
export type ShownPost = Pick<Post, 'id' | 'channelId' | 'kind' | 'facts' | 'around' | 'askedAt'>;

/** What befell many jobs, in one message. */
function groupMessage(voice: Voice, post: ShownPost, now: readonly JobReading[]): SlackMessage {
  const told = eventsOf(post.facts);
  const shown = eventsOf(post.around.shown);
  const jobs = post.askedAt === null ? [] : now.flatMap((reading) => (reading.kind === 'known' ? [reading.job] : []));
  const { watched } = post.around;
  const parts =
    post.kind === 'incident'
      ? incidentParts(voice, { facts: [...shown, ...told], jobs, watched })
      : recoveriesParts(voice, told, shown);
  return message(
    [
      ...parts,
      {
        kind: 'buttons',
        buttons: [
          { text: voice.say('button.show_all'), actionId: ACTIONS.showAll, value: encodePost(post.id) },
          { text: voice.say('button.refresh'), actionId: ACTIONS.refreshPost, value: encodePost(post.id) },
        ],
      },
      ...footerParts(voice, post, now),
    ],
    { marker: `${POST_MARKER}${post.id}` },
  );
}

/** Every job of a post about many, for whoever wants to see them all. */
export function fullPostMessage(voice: Voice, post: ShownPost, jobs: readonly Job[]): SlackMessage {
  const facts = eventsOf([...post.around.shown, ...post.facts]);
  return message([...incidentInFull(voice, { facts, jobs, watched: post.around.watched })]);
}

function eventsOf(facts: readonly DeliveryFacts[]): readonly EventFacts[] {
  return facts.flatMap((one) => (one.kind === 'event' ? [one] : []));
}

/** Where the incident is that shows this post among its own. */
function partOf(voice: Voice, { around, channelId }: ShownPost): readonly string[] {
  const url = around.partOfTs === null ? null : voice.messageUrl(channelId, around.partOfTs);
  return url === null ? [] : [voice.say('incident.part_of', { url })];
}

/** A time in which nobody looked, and what changed in it: the causes of failures stand below, for they have no post of their own. */
function backParts(voice: Voice, facts: readonly DeliveryFacts[]): readonly Part[] {
  const back = facts.flatMap((one) =>
    one.kind === 'announcement' && one.announcement.kind === 'back' ? [one.announcement] : [],
  )[0];
  return back === undefined ? [] : [{ kind: 'lines', lines: backLines(voice, back, eventsOf(facts)) }];
}

/** What befell one job at several moments, to be told in one message; empty for anything else. */
function stepsOfOneJob(facts: readonly DeliveryFacts[]): readonly EventFacts[] {
  const steps = facts.flatMap((one) => (one.kind === 'event' ? [one] : []));
  const isOneJob = new Set(steps.map(({ job }) => `${job.connectionId}/${job.jobId}`)).size === 1;
  const isBacklog = new Set(steps.map(({ event }) => event.at)).size > 1;
  return steps.length === facts.length && isOneJob && isBacklog ? steps : [];
}

/** The last step is the news, with why and until when; those before it are one line. */
function backlogParts(
  voice: Voice,
  steps: readonly EventFacts[],
  channelId: string,
  now: readonly JobReading[],
): readonly Part[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  const before = steps.slice(0, -1);
  const shown = before.slice(-MOST_STEPS);
  const more = before.length - shown.length;
  const told = shown.map((step) =>
    voice.say('backlog.step', { at: timeOfDay(step.event.at), what: stepState(voice, step) }),
  );
  const said = [...(more > 0 ? [voice.say('names.more', { count: more })] : []), ...told];
  const { headline, lines } = describe(voice, last, channelId, now);
  const kept = lines.filter((_line, index) => index === 0 || index === lines.length - 1);
  return [{ kind: 'news', headline, lines: [...kept, said.join(' · ')] }];
}

/** A step in a word or two. */
function stepState(voice: Voice, { job, event }: EventFacts): string {
  const isState = event.kind === 'status_changed' || event.kind === 'status_lasting' || event.kind === 'recovered';
  if (event.report === null || !isState)
    return describeEvent(voice, job, event, { aftermath: NO_AFTERMATH, channelId: '' }).headline;
  const { emoji, state } = statusWords(voice, event.report, job.jobType, event.lagNote);
  return `${emoji} ${state}`;
}

function currentOf({ job }: EventFacts, now: readonly JobReading[]): Job | null {
  const reading = now.find((one) => jobIdOf(one) === job.jobId);
  return reading?.kind === 'known' ? reading.job : null;
}

function toPart(voice: Voice, facts: DeliveryFacts, channelId: string, now: readonly JobReading[]): Part {
  return facts.kind === 'announcement'
    ? { kind: 'lines', lines: announcementLines(voice, facts.announcement, channelId) }
    : { kind: 'news', ...describe(voice, facts, channelId, now) };
}

function describe(voice: Voice, facts: EventFacts, channelId: string, now: readonly JobReading[]): EventText {
  const { job, event, aftermath } = facts;
  const current = currentOf(facts, now);
  const { headline, lines } = describeEvent(voice, job, event, { aftermath, channelId, current });
  return { headline, lines: withNamesake(voice, lines, aftermath.namesake) };
}

/** Who reads that a job is over must not take the other one of its name for it; the last line has room for that. */
function withNamesake(voice: Voice, lines: readonly string[], namesake: NamedJob | null): readonly string[] {
  if (namesake === null) return lines;
  const said = voice.say('told.namesake', { name: boldName(namesake), id: shortId(namesake.jobId) });
  const last = lines.at(-1);
  return [...lines.slice(0, -1), last === undefined ? said : voice.sentences(last, said)];
}

function namesakeButtons(voice: Voice, told: Iterable<EventFacts>): readonly ButtonSpec[] {
  const namesakes = [...told].flatMap(({ aftermath: { namesake } }) => (namesake === null ? [] : [namesake]));
  const [only, ...others] = namesakes;
  if (only === undefined || others.length > 0) return [];
  const value = encodeJobs({ jobs: [only.jobId], target: only.jobId });
  return [{ text: voice.say('button.watch_namesake'), actionId: ACTIONS.watchNamesake, value }];
}

/** When it happened, and when somebody asked since; the id is for Slack's search. */
function footerParts(voice: Voice, post: ShownPost, now: readonly JobReading[]): readonly Part[] {
  const { facts, askedAt } = post;
  const told = eventsOf(facts);
  if (told.length === 0 || told.length < facts.length) return [];
  const [id, ...others] = new Set(told.map(({ job }) => job.jobId));
  const at = Math.max(...told.map(({ event }) => event.at));
  const looks = now.flatMap((reading) => (reading.kind === 'known' ? (reading.job.state.checkedAt ?? []) : []));
  const checked = askedAt === null || looks.length === 0 ? [] : [checkedAgo(voice, Math.min(...looks))];
  return [
    { kind: 'footer', line: [dateAndTime(at), ...checked, ...partOf(voice, post)].join(' · ') },
    ...(id === undefined || others.length > 0 ? [] : [{ kind: 'search' as const, line: escapeMrkdwn(id) }]),
  ];
}

function checkedAgo(voice: Voice, at: EpochMs): string {
  return voice.say('detail.checked', { ago: ago(at) });
}

function nowParts(
  voice: Voice,
  post: Pick<Post, 'id' | 'facts' | 'askedAt'>,
  now: readonly JobReading[],
): readonly Part[] {
  const latest = new Map(
    post.facts.flatMap((facts) => (facts.kind === 'event' ? [[facts.job.jobId, facts] as const] : [])),
  );
  const [only, ...others] = latest.values();
  if (only === undefined) return [];
  const namesake = namesakeButtons(voice, latest.values());
  const console = others.length === 0 ? consoleButton(voice, only.job) : [];
  const open = [...latest.values()].filter((facts) => !endsSubscriptions(facts.event));
  if (open.length === 0) return [{ kind: 'buttons', buttons: [...namesake, ...console] }];
  const lines = open
    .flatMap((facts) => stateSince(voice, post, facts, now) ?? [])
    .map(({ job, state, at }, index): Part => {
      const whose = open.length > 1 ? ` ${safeName(jobName(job))}` : '';
      const line = voice.say('now.line', { at: dateAndTime(at), whose, state });
      return { kind: 'footer', line, blockId: `drs_now:${index}` };
    });
  const refresh = { text: voice.say('button.refresh'), actionId: ACTIONS.refreshPost, value: encodePost(post.id) };
  return [...lines, { kind: 'buttons', buttons: [refresh, ...namesake, ...console] }];
}

/** How a job was when somebody asked; null where nobody did, or where the message says the same above. */
function stateSince(
  voice: Voice,
  { facts: told, askedAt }: Pick<Post, 'facts' | 'askedAt'>,
  facts: EventFacts,
  now: readonly JobReading[],
): { readonly job: NamedJob; readonly state: string; readonly at: EpochMs } | null {
  const reading = now.find((one) => jobIdOf(one) === facts.job.jobId);
  // The line about a time in which nobody looked says how the jobs are; so does a headline that is kept current.
  const isSaid = told.some((one) => one.kind === 'announcement') || CURRENT_KINDS.has(facts.event.kind);
  if (askedAt === null || reading === undefined || isSaid || isAsTold(voice, facts, reading)) return null;
  const checkedAt = reading.kind === 'known' ? reading.job.state.checkedAt : null;
  return { job: facts.job, state: asRead(voice, reading), at: checkedAt ?? askedAt };
}

/** Whether the job is as the message says it was, in the same words. */
function isAsTold(voice: Voice, { job, event, aftermath: { closed } }: EventFacts, reading: JobReading): boolean {
  if (reading.kind !== 'known') return false;
  const { report, unknown, over } = reading.job.state;
  if (report === null || unknown !== null || over !== null) return false;
  if (closed !== null) {
    const group = statusGroup(report.status);
    return closed.how === 'recovered' ? isWorking(group) : group === closed.how;
  }
  const said = event.report === null ? null : stateOnly(voice, event.report, job.jobType, event.lagNote);
  return event.kind !== 'renamed' && said === stateOnly(voice, report, job.jobType, lagNote(reading.job.state));
}

function jobIdOf(reading: JobReading): JobId {
  return reading.kind === 'known' ? reading.job.jobId : reading.jobId;
}

function asRead(voice: Voice, reading: JobReading): string {
  switch (reading.kind) {
    case 'no_such_job':
      return `⚫ ${voice.say('now.no_such_job', { code: escapeMrkdwn(reading.code) })}`;
    case 'no_report':
      return `⚪ ${voice.say('now.unknown_why', { why: voice.explain(reading.why) })}`;
    case 'known': {
      const { report, unknown, over } = reading.job.state;
      if (over === 'gone') return `⚫ ${voice.say('now.gone')}`;
      if (unknown?.isLasting === true) {
        const since = dateAndTime(unknown.since);
        return `⚪ ${voice.say('now.unknown_since', { since, why: voice.explain(unknown.why) })}`;
      }
      if (report === null) return voice.say('now.unknown');
      const { jobType, state } = reading.job;
      const note = lagNote(state);
      const known = `${statusWords(voice, report, jobType, note).emoji} ${stateOnly(voice, report, jobType, note)}`;
      return unknown === null ? known : `${known} · ${voice.say('now.not_asked', { why: voice.explain(unknown.why) })}`;
    }
  }
}
