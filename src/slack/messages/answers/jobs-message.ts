import { shortId } from '../../../domain/job/job-id.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import type { JobPage } from '../../../use-cases/showing/list-jobs.ts';
import { ACTIONS, encodePage } from '../kit/button-value.ts';
import { mention } from '../posts/announcement.ts';
import { shareButton, subscribeLabel } from '../kit/job-buttons.ts';
import type { ButtonSpec, Part, SlackMessage } from '../kit/message.ts';
import { message } from '../kit/message.ts';
import { ago, code, safeName } from '../kit/mrkdwn.ts';
import { isListedAsOver } from '../../../domain/names/listed-job.ts';
import { statusName } from '../jobs/status-words.ts';
import type { Voice } from '../kit/texts.ts';

/**
 * What DRS lists, a page at a time, with a button to subscribe each.
 *
 * @param sharedBy who showed it to everybody; undefined while only one person sees it
 */
export function jobsMessage(voice: Voice, page: JobPage, channelId: string, sharedBy?: string): SlackMessage {
  return message([
    headlinePart(voice, page),
    ...page.jobs.map((job) => jobRow(voice, job, page, channelId)),
    ...footers(voice, page),
    ...(sharedBy === undefined
      ? [buttons(voice, page, channelId)]
      : [{ kind: 'footer' as const, line: voice.say('answer.shared', { who: mention(sharedBy) }) }]),
  ]);
}

function headlinePart(voice: Voice, { total, text, listedAt, isListPending }: JobPage): Part {
  const said = text === null ? {} : { text: code(text) };
  if (total > 0) {
    const key = text === null ? 'jobs.headline' : 'jobs.headline_matching';
    return { kind: 'news', headline: voice.say(key, { count: total, ...said }) };
  }
  if (isListPending) return { kind: 'lines', lines: [voice.say('jobs.list_pending')] };
  if (listedAt === null) return { kind: 'lines', lines: [] };
  if (text !== null)
    return { kind: 'lines', lines: [voice.say('jobs.none_matching', { ...said, jobs: voice.typed('jobs') })] };
  const { asked, others } = voice.surroundings.projects();
  const none = voice.say('jobs.none', { project: safeName(asked) });
  const elsewhere = others === '' ? [] : [voice.say('jobs.other_projects', { projects: safeName(others) })];
  return { kind: 'lines', lines: [none, ...elsewhere] };
}

function jobRow(voice: Voice, job: JobPage['jobs'][number], page: JobPage, channelId: string): Part {
  const spoken = statusName(voice, job.status, job.jobType);
  const type =
    job.jobType === 'migration' || job.jobType === 'sync' || job.jobType === 'cloudDataGuard'
      ? [voice.say(`jobs.type.${job.jobType}`)]
      : [];
  const subJobs = job.subJobs > 0 ? [voice.say('detail.sub_jobs', { count: job.subJobs })] : [];
  const small = [...type, ...subJobs, shortId(job.jobId)].join(' · ');
  const value = encodePage({ text: page.text, offset: page.offset, target: job.jobId });
  const button: ButtonSpec | null = job.subscribed
    ? { text: voice.say('button.unsubscribe'), actionId: ACTIONS.unsubscribeListed, value }
    : isListedAsOver(job)
      ? null
      : { text: subscribeLabel(voice, channelId), actionId: ACTIONS.subscribeListed, value };
  return {
    kind: 'row',
    line: `${spoken.emoji} *${safeName(jobName(job))}* – ${spoken.state}\n${small}`,
    ...(button === null ? {} : { button }),
  };
}

function footers(voice: Voice, { jobs, offset, total, listedAt, failure, isListPending }: JobPage): readonly Part[] {
  const page =
    listedAt === null || jobs.length === 0
      ? []
      : [voice.say('jobs.page', { from: offset + 1, to: offset + jobs.length, count: total, ago: ago(listedAt) })];
  const failed =
    failure === null
      ? []
      : [
          voice.sentences(
            voice.say('jobs.not_listed', { why: voice.explain(failure) }),
            voice.say('jobs.not_listed_hint'),
          ),
        ];
  const pending = isListPending && total > 0 ? [voice.say('jobs.list_pending')] : [];
  return [...page, ...failed, ...pending].map((line) => ({ kind: 'footer', line }));
}

function buttons(
  voice: Voice,
  { text, offset, previous, next, jobs, isListPending }: JobPage,
  channelId: string,
): Part {
  const page = (
    label: 'button.previous' | 'button.next' | 'button.refresh',
    to: number | null,
    actionId: string,
  ): readonly ButtonSpec[] =>
    to === null ? [] : [{ text: voice.say(label), actionId, value: encodePage({ text, offset: to }) }];
  const share = { actionId: ACTIONS.shareJobs, value: encodePage({ text, offset }) };
  return {
    kind: 'buttons',
    buttons: [
      ...page('button.previous', previous, `${ACTIONS.pageJobs}:previous`),
      ...page('button.next', next, `${ACTIONS.pageJobs}:next`),
      ...(isListPending ? page('button.refresh', offset, `${ACTIONS.pageJobs}:again`) : []),
      ...(jobs.length === 0 ? [] : shareButton(voice, channelId, share)),
    ],
  };
}
