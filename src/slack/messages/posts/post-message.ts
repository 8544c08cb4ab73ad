import type { EpochMs } from '../../../domain/base/time.ts';
import { endsSubscriptions } from '../../../domain/job/job-event.ts';
import type { Job } from '../../../domain/job/job.ts';
import { shortId } from '../../../domain/job/job-id.ts';
import type { RuleEvent } from '../../../domain/job/rule-event.ts';
import { isWorking, statusGroup } from '../../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import { stateNote } from '../../../domain/job/state-note.ts';
import { NO_AFTERMATH } from '../../../domain/post/post.ts';
import type { DeliveryFacts, NamedJob, Post } from '../../../domain/post/post.ts';
import type { JobReading } from '../../../use-cases/polling/read-jobs.ts';
import { lifePart } from '../jobs/life-table.ts';
import { stateOnly, stateWithEmoji, statusWords } from '../jobs/status-words.ts';
import { ACTIONS, JOBS_VALUE, POST_VALUE } from '../kit/button-value.ts';
import { consoleButton, logButton, rawButton } from '../kit/job-buttons.ts';
import { askedJobId, boldName, plainName } from '../kit/job-names.ts';
import { linesPart, message } from '../kit/message.ts';
import type { ButtonSpec, News, Part, SlackMessage } from '../kit/message.ts';
import { ago, dateAndTime, escapeMrkdwn, timeOfDay } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { announcementButtons, announcementLines } from './announcement.ts';
import { backLines } from './blind-lines.ts';
import { eventsOf, isFailure } from './event-facts.ts';
import type { EventFacts } from './event-facts.ts';
import { describeEvent } from './event-text.ts';
import { incidentInFull, incidentParts, recoveriesParts } from './incident-text.ts';
import { foundWords, RULE_EMOJI } from './found-words.ts';

/** Begins the `block_id` that carries a post's id, so that the message can be found again in the channel. */
const POST_MARKER = 'drs_post:';
/**
 * The type of the metadata that carries it too: letters, digits and `_` only (docs.slack.dev, "Message metadata").
 */
export const METADATA_EVENT_TYPE = 'drs_post';

/** Which post a message is, as its blocks say; null for none. */
export function markedPost(blocks: readonly { readonly block_id?: string | undefined }[]): string | null {
  const marked = blocks.find((block) => block.block_id?.startsWith(POST_MARKER) === true)?.block_id;
  return marked?.slice(POST_MARKER.length) ?? null;
}

/** Those that are kept current: their headline says how it is. */
const CURRENT_KINDS: ReadonlySet<EventFacts['event']['kind']> = new Set<EventFacts['event']['kind']>([
  'flapping',
  'unreadable',
]);
/** Earlier steps of a job named in one message. */
const MAX_STEPS = 3;

/** What of a post is shown. */
export type ShownPost = Pick<Post, 'id' | 'channelId' | 'kind' | 'facts' | 'around' | 'askedAt'>;

/**
 * Renders a post. What it says follows from its facts: the event never changes, a failure's cause and recovery are added
 * when they are known. How a job was when somebody asked is said where that differs, with its time.
 *
 * @param now how the post's jobs are at the moment; empty when it is sent first
 */
export function postMessage(texts: Texts, post: ShownPost, now: readonly JobReading[] = []): SlackMessage {
  if (post.kind !== 'news') return groupMessage(texts, post, now);
  const back = backParts(texts, post.facts);
  const told = back.length > 0 ? back : bySubject(post.facts).flatMap((facts) => toParts(texts, facts, post, now));
  return message([...told, ...nowParts(texts, post, now), ...footerParts(texts, post, now)], {
    marker: `${POST_MARKER}${post.id}`,
  });
}

/** The same where the jobs are as the store has them. */
export function editedPostMessage(texts: Texts, post: ShownPost, jobs: readonly Job[]): SlackMessage {
  const now = jobs.map((job) => ({ kind: 'known' as const, job }));
  return postMessage(texts, post, now);
}

/** What befell many jobs, in one message. */
function groupMessage(texts: Texts, post: ShownPost, now: readonly JobReading[]): SlackMessage {
  const told = eventsOf(post.facts);
  const shown = eventsOf(post.around.shown);
  const jobs = post.askedAt === null ? [] : now.flatMap((reading) => (reading.kind === 'known' ? [reading.job] : []));
  const parts =
    post.kind === 'incident'
      ? incidentParts(texts, { facts: [...shown, ...told], jobs, watched: post.around.watched })
      : recoveriesParts(texts, told, shown);
  const value = POST_VALUE.encode({ post: post.id });
  const buttons = [
    { text: texts.get('button.show_all'), actionId: ACTIONS.showAll, value },
    { text: texts.get('button.refresh'), actionId: ACTIONS.refreshPost, value },
  ];
  return message([...parts, { kind: 'buttons', buttons }, ...footerParts(texts, post, now)], {
    marker: `${POST_MARKER}${post.id}`,
  });
}

/** Every job of a post about many, for whoever wants to see them all. */
export function fullPostMessage(texts: Texts, post: ShownPost, jobs: readonly Job[]): SlackMessage {
  const facts = eventsOf([...post.around.shown, ...post.facts]);
  return message(incidentInFull(texts, { facts, jobs, watched: post.around.watched }));
}

/** The last of the events of each job. */
function latestByJob(events: readonly EventFacts[]): readonly EventFacts[] {
  return [...new Map(events.map((one) => [one.job.jobId, one])).values()];
}

/** A time in which nobody looked, and what changed in it: the causes of failures stand below, for they have no post of their own. */
function backParts(texts: Texts, facts: readonly DeliveryFacts[]): readonly Part[] {
  for (const one of facts)
    if (one.kind === 'announcement' && one.announcement.kind === 'back')
      return [linesPart(backLines(texts, one.announcement, eventsOf(facts)))];
  return [];
}

/** What is told of each job together, where it is told first; each announcement by itself. */
function bySubject(facts: readonly DeliveryFacts[]): readonly (readonly DeliveryFacts[])[] {
  const groups = new Map<unknown, DeliveryFacts[]>();
  for (const one of facts) {
    const key = one.kind === 'event' ? `${one.job.connectionId}/${one.job.jobId}` : one;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

function toParts(
  texts: Texts,
  facts: readonly DeliveryFacts[],
  { channelId }: ShownPost,
  now: readonly JobReading[],
): readonly Part[] {
  const steps = stepsOfOneJob(facts);
  const told = facts.filter((one) => !isSaidBy(one, facts));
  return steps.length > 0
    ? backlogParts(texts, steps, channelId, now)
    : told.flatMap((one) => partsOf(texts, one, channelId, now));
}

/** That a job has caught up says that its lag is fine again. */
function isSaidBy(one: DeliveryFacts, facts: readonly DeliveryFacts[]): boolean {
  const isFound = (fact: DeliveryFacts, kind: RuleEvent['kind']) =>
    fact.kind === 'event' && fact.event.kind === 'rule' && fact.event.found.kind === kind;
  return isFound(one, 'lag_cleared') && facts.some((other) => isFound(other, 'caught_up'));
}

/** What befell one job at several moments, to be told in one message; empty for anything else. */
function stepsOfOneJob(facts: readonly DeliveryFacts[]): readonly EventFacts[] {
  const steps = eventsOf(facts);
  const isOneJob = new Set(steps.map(({ job }) => `${job.connectionId}/${job.jobId}`)).size === 1;
  const isBacklog = new Set(steps.map(({ event }) => event.at)).size > 1;
  return steps.length === facts.length && isOneJob && isBacklog ? steps : [];
}

/** The last step is the news, with why and until when; those before it are one line. */
function backlogParts(
  texts: Texts,
  steps: readonly EventFacts[],
  channelId: string,
  now: readonly JobReading[],
): readonly Part[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  const before = steps.slice(0, -1);
  const more = before.length - MAX_STEPS;
  const said = before.slice(-MAX_STEPS).map((step) => {
    return texts.get('backlog.step', { at: timeOfDay(step.event.at), what: stepText(texts, step) });
  });
  if (more > 0) said.unshift(texts.get('names.more', { count: more }));
  const { headline, lines } = describeCurrent(texts, last, channelId, now);
  const kept = lines.filter((_line, index) => index === 0 || index === lines.length - 1);
  return [newsPart(last, { headline, lines: [...kept, said.join(' · ')] }), ...lifeParts(texts, last)];
}

/** A step in a word or two. */
function stepText(texts: Texts, { job, event, aftermath: { alarmMs } }: EventFacts): string {
  if (event.kind === 'rule') return `${RULE_EMOJI[event.found.kind]} ${foundWords(texts, event.found)}`;
  const isState = event.kind === 'status_changed' || event.kind === 'status_lasting' || event.kind === 'recovered';
  return event.report !== null && isState
    ? stateWithEmoji(texts, event.report, job.jobType, event.lagNote, alarmMs)
    : describeEvent(texts, { job, event, aftermath: NO_AFTERMATH }, '').headline;
}

function partsOf(texts: Texts, facts: DeliveryFacts, channelId: string, now: readonly JobReading[]): readonly Part[] {
  if (facts.kind === 'event')
    return [newsPart(facts, describeCurrent(texts, facts, channelId, now)), ...lifeParts(texts, facts)];
  const { announcement } = facts;
  return [
    linesPart(announcementLines(texts, announcement, channelId)),
    { kind: 'buttons', buttons: announcementButtons(texts, announcement) },
  ];
}

/** The name in bold, because that is looked for first. */
function newsPart({ job }: EventFacts, news: News): Part {
  const bold = plainName(job);
  return news.headline.includes(bold) ? { kind: 'news', ...news, bold } : { kind: 'news', ...news };
}

/** The life of a job that has ended; a disaster recovery has none to tell. */
function lifeParts(texts: Texts, { job, event }: EventFacts): readonly Part[] {
  return event.kind !== 'ended' || event.summary === null || isDisasterRecovery(job.jobType)
    ? []
    : [lifePart(texts, event.summary)];
}

/** An event with what is known of its job now. */
function describeCurrent(texts: Texts, facts: EventFacts, channelId: string, now: readonly JobReading[]): News {
  const reading = now.find((one) => askedJobId(one) === facts.job.jobId);
  const { headline, lines } = describeEvent(texts, facts, channelId, reading?.kind === 'known' ? reading.job : null);
  return { headline, lines: withNamesake(texts, lines, facts.aftermath.namesake) };
}

/** Who reads that a job is over must not take the other one of its name for it; the last line has room for that. */
function withNamesake(texts: Texts, lines: readonly string[], namesake: NamedJob | null): readonly string[] {
  if (namesake === null) return lines;
  const said = texts.get('told.namesake', { name: boldName(namesake), id: shortId(namesake.jobId) });
  const last = lines.at(-1);
  return [...lines.slice(0, -1), last === undefined ? said : texts.joinSentences(last, said)];
}

function namesakeButtons(texts: Texts, told: readonly EventFacts[]): readonly ButtonSpec[] {
  const [only, ...others] = told.flatMap(({ aftermath: { namesake } }) => (namesake === null ? [] : [namesake]));
  if (only === undefined || others.length > 0) return [];
  const value = JOBS_VALUE.encode({ jobs: [only.jobId], target: only.jobId });
  return [{ text: texts.get('button.watch_namesake'), actionId: ACTIONS.watchNamesake, value }];
}

/** The end of something that was to be an exact copy, which nobody has compared. */
function endsUnchecked({ job, event }: EventFacts): boolean {
  return event.kind === 'ended' && !isDisasterRecovery(job.jobType);
}

/** When it happened, when somebody asked since, and the incident that it is a part of; the id is for Slack's search. */
function footerParts(texts: Texts, post: ShownPost, now: readonly JobReading[]): readonly Part[] {
  const { facts, askedAt, around, channelId } = post;
  const told = eventsOf(facts);
  if (told.length === 0 || told.length < facts.length) return [];
  const [id, ...others] = new Set(told.map(({ job }) => job.jobId));
  const looks = now.flatMap((reading) => (reading.kind === 'known' ? (reading.job.state.checkedAt ?? []) : []));
  const checkedAt = askedAt === null || looks.length === 0 ? null : Math.min(...looks);
  const url = around.partOfTs === null ? null : texts.messageUrl(channelId, around.partOfTs);
  const line = [
    dateAndTime(Math.max(...told.map(({ event }) => event.at))),
    ...(checkedAt === null ? [] : [texts.get('detail.checked', { ago: ago(checkedAt) })]),
    ...(told.some(endsUnchecked) ? [texts.get('life.not_checked')] : []),
    ...(url === null ? [] : [texts.get('incident.part_of', { url })]),
  ].join(' · ');
  return [
    { kind: 'footer', line },
    ...(id === undefined || others.length > 0 ? [] : [{ kind: 'search' as const, line: escapeMrkdwn(id) }]),
  ];
}

/** How the jobs are now where that differs, and what can be done. */
function nowParts(texts: Texts, post: ShownPost, now: readonly JobReading[]): readonly Part[] {
  const latest = latestByJob(eventsOf(post.facts));
  const [only, ...others] = latest;
  if (only === undefined) return [];
  const open = latest.filter((facts) => !endsSubscriptions(facts.event));
  const lines = open
    .flatMap((facts) => stateSince(texts, post, facts, now) ?? [])
    .map(({ job, state, at }, index): Part => {
      const whose = open.length > 1 ? ` ${plainName(job)}` : '';
      const line = texts.get('now.line', { at: dateAndTime(at), whose, state });
      return { kind: 'footer', line, blockId: `drs_now:${index}` };
    });
  const refresh = {
    text: texts.get('button.refresh'),
    actionId: ACTIONS.refreshPost,
    value: POST_VALUE.encode({ post: post.id }),
  };
  const buttons = [
    ...(open.length === 0 ? [] : [refresh]),
    ...namesakeButtons(texts, latest),
    ...(others.length === 0 && isOpenFailure(only) ? [logButton(texts, only.job)] : []),
  ];
  const more = others.length === 0 ? [rawButton(texts, only.job), ...consoleButton(texts, only.job)] : [];
  return [...lines, { kind: 'buttons', buttons, more }];
}

/** Nothing has overtaken the failure that a message tells. */
function isOpenFailure({ event, aftermath: { closed } }: EventFacts): boolean {
  return isFailure(event) && closed === null;
}

/** How a job was when somebody asked; null where nobody did, or where the message says the same above. */
function stateSince(
  texts: Texts,
  { facts: told, askedAt }: ShownPost,
  facts: EventFacts,
  now: readonly JobReading[],
): { readonly job: NamedJob; readonly state: string; readonly at: EpochMs } | null {
  const reading = now.find((one) => askedJobId(one) === facts.job.jobId);
  // The line about a time in which nobody looked says how the jobs are; so does a headline that is kept current.
  const isSaid = told.some((one) => one.kind === 'announcement') || CURRENT_KINDS.has(facts.event.kind);
  if (askedAt === null || reading === undefined || isSaid || isAsTold(texts, facts, reading)) return null;
  const checkedAt = reading.kind === 'known' ? reading.job.state.checkedAt : null;
  return { job: facts.job, state: describeReading(texts, reading, facts.aftermath.alarmMs), at: checkedAt ?? askedAt };
}

/** Whether the job is as the message says it was, in the same words. */
function isAsTold(
  texts: Texts,
  { job, event, aftermath: { closed, alarmMs } }: EventFacts,
  reading: JobReading,
): boolean {
  if (reading.kind !== 'known') return false;
  const { report, unknown, over } = reading.job.state;
  if (report === null || unknown !== null || over !== null) return false;
  if (closed !== null) {
    const group = statusGroup(report.status);
    return closed.how === 'recovered' ? isWorking(group) : group === closed.how;
  }
  const said = event.report === null ? null : stateOnly(texts, event.report, job.jobType, event.lagNote, alarmMs);
  const note = stateNote(reading.job.state, alarmMs);
  return event.kind !== 'renamed' && said === stateOnly(texts, report, job.jobType, note, alarmMs);
}

function describeReading(texts: Texts, reading: JobReading, alarmMs: number): string {
  switch (reading.kind) {
    case 'no_such_job':
      return `🔴 ${texts.get('now.no_such_job', { code: escapeMrkdwn(reading.code) })}`;
    case 'no_report':
      return `⚪ ${texts.get('now.unknown_why', { why: texts.explain(reading.why) })}`;
    case 'known': {
      const { report, unknown, over } = reading.job.state;
      if (over === 'gone') return `🔴 ${texts.get('now.gone')}`;
      if (unknown?.isLasting === true) {
        const since = dateAndTime(unknown.since);
        return `⚪ ${texts.get('now.unknown_since', { since, why: texts.explain(unknown.why) })}`;
      }
      if (report === null) return texts.get('now.unknown');
      const { jobType, state } = reading.job;
      const note = stateNote(state, alarmMs);
      const { emoji } = statusWords(texts, report, jobType, note, alarmMs);
      const known = `${emoji} ${stateOnly(texts, report, jobType, note, alarmMs)}`;
      return unknown === null ? known : `${known} · ${texts.get('now.not_asked', { why: texts.explain(unknown.why) })}`;
    }
  }
}
