import type { DeliveryFacts, NamedJob, Post } from '../../domain/post.ts';
import { endsSubscriptions } from '../../domain/job-event.ts';
import type { ProgressReport } from '../../domain/progress-report.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Look } from '../../use-cases/look-at-jobs.ts';
import { ACTIONS, encodePost } from '../actions/button-value.ts';
import { announcementLine } from './announcement.ts';
import { describeEvent } from './event-text.ts';
import type { Part, SlackMessage } from './message.ts';
import { message } from './message.ts';
import { ago, dateAndTime, escapeMrkdwn } from './mrkdwn.ts';
import { shortId } from '../../domain/job-id.ts';
import { jobName } from '../../domain/job-name.ts';
import { stateOnly, statusWords } from './status-words.ts';

/** Begins the `block_id` that carries a post's id, so that the message can be found again in the channel. */
const POST_MARKER = 'drs_post:';

/**
 * Renders a post. What it says follows from its facts alone and never changes; only the *Now* line moves.
 *
 * @param now how the post's jobs are at the moment; empty when it is sent first
 */
export function postMessage(post: Pick<Post, 'id' | 'facts'>, now: readonly Look[] = []): SlackMessage {
  const told = post.facts.flatMap(toParts);
  return message([...told, ...nowParts(post, now)], { marker: `${POST_MARKER}${post.id}` });
}

function toParts(facts: DeliveryFacts): readonly Part[] {
  if (facts.kind === 'announcement') return [{ kind: 'lines', lines: [announcementLine(facts.announcement)] }];
  const { headline, lines } = describeEvent(facts.job, facts.event);
  const footer = footerLine(facts.job, facts.event.report, facts.event.previous?.status ?? null, facts.event.at);
  return [
    { kind: 'news', headline, lines },
    { kind: 'footer', line: footer },
  ];
}

function footerLine(job: NamedJob, report: ProgressReport | null, previous: string | null, at: EpochMs): string {
  const status = report?.status ?? null;
  const change = [previous, status].filter((one, index) => one !== null && (index === 1 || one !== status));
  return [
    change.map((one) => escapeMrkdwn(one ?? '')).join(' → '),
    report?.taskMode === null || report?.taskMode === undefined ? '' : escapeMrkdwn(report.taskMode),
    shortId(job.jobId),
    dateAndTime(at),
  ]
    .filter((piece) => piece !== '')
    .join(' · ');
}

function nowParts(post: Pick<Post, 'id' | 'facts'>, now: readonly Look[]): readonly Part[] {
  const latest = new Map(
    post.facts.flatMap((facts) => (facts.kind === 'event' ? [[facts.job.jobId, facts] as const] : [])),
  );
  const open = [...latest.values()].filter((facts) => !endsSubscriptions(facts.event));
  if (open.length === 0) return [];
  const lines = open.map(({ job, event }, index): Part => {
    const look = now.find((one) => lookedAt(one) === job.jobId);
    const text = look === undefined ? asTold(event.report, event.at) : asLooked(look);
    const whose = open.length > 1 ? ` ${escapeMrkdwn(jobName(job))}` : '';
    return { kind: 'footer', line: `Now${whose}: ${text}`, blockId: `drs_now:${index}` };
  });
  return [
    ...lines,
    { kind: 'buttons', buttons: [{ text: 'Refresh', actionId: ACTIONS.refreshPost, value: encodePost(post.id) }] },
  ];
}

function lookedAt(look: Look): string {
  return look.kind === 'known' ? look.job.jobId : look.jobId;
}

function asTold(report: ProgressReport | null, at: EpochMs): string {
  return report === null ? 'unknown' : present(report, at);
}

function asLooked(look: Look): string {
  switch (look.kind) {
    case 'no_such_job':
      return `⚫ DRS says there is no such job (${escapeMrkdwn(look.code)})`;
    case 'no_report':
      return `⚪ unknown – ${escapeMrkdwn(look.sentence)}`;
    case 'known': {
      const { report, unknown, checkedAt, over } = look.job.state;
      if (over === 'gone') return '⚫ gone – DRS no longer knows this job';
      if (unknown !== null) return `⚪ unknown since ${dateAndTime(unknown.since)} – ${escapeMrkdwn(unknown.sentence)}`;
      return report === null || checkedAt === null ? 'unknown' : present(report, checkedAt);
    }
  }
}

function present(report: ProgressReport, checkedAt: EpochMs): string {
  return `${statusWords(report).emoji} ${stateOnly(report)} · checked ${ago(checkedAt)}`;
}
