import type { EpochMs } from '../../../domain/base/time.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import type { Job } from '../../../domain/job/job.ts';
import type { StatusGroup } from '../../../domain/job/job-status.ts';
import { NOT_CHECKED } from '../../../domain/rules/cut-over.ts';
import type { CutOverCheck } from '../../../domain/rules/cut-over.ts';
import { DEFAULT_READY_RULE, stretchedHoldMs } from '../../../domain/rules/rule-settings.ts';
import type { RuleSettings } from '../../../domain/rules/rule-settings.ts';
import type { Readiness } from '../../../domain/rules/readiness.ts';
import type { KnownComparisons } from '../../../use-cases/showing/read-comparisons.ts';
import type { JobReadiness, ReadinessAnswer } from '../../../use-cases/showing/show-readiness.ts';
import type { Outlook } from '../../../use-cases/showing/read-outlook.ts';
import {
  comparisonCell,
  MAX_REASONS,
  comparisonText,
  notCheckedLine,
  obstacle,
  smallLag,
  whyNotReady,
} from '../jobs/readiness-text.ts';
import type { Judged } from '../jobs/readiness-text.ts';
import { noReport, noSuchJob } from '../jobs/unknown-job.ts';
import { ACTIONS, JOBS_VALUE } from '../kit/button-value.ts';
import { consoleButton, sharedByPart, shareButton } from '../kit/job-buttons.ts';
import { askedJobId, plainName } from '../kit/job-names.ts';
import { footer, linesPart, message } from '../kit/message.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { ago, unescapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { unshownParts } from './pattern-parts.ts';
import { unresolvedParts } from './reference-problem.ts';
import type { StatusView } from './status-message.ts';

/** By what a job does that does not replicate, or replicates and is not ready. */
const EMOJI: Readonly<Partial<Record<StatusGroup, string>>> = {
  full_copy: '🔵',
  full_copy_done: '🔵',
  replicating: '🟠',
  paused: '⏸️',
  failed: '🔴',
  ended: '⏹️',
  gone: '🔴',
};

/** A job with a report, and the verdict on it. */
interface JudgedJob {
  readonly job: Job;
  readonly outlook: Outlook;
  readonly readiness: Readiness;
  readonly comparisons: KnownComparisons;
}

/** Whether people may switch over: of one job with each reason, of several in one table. */
export function readyMessage(texts: Texts, answer: ReadinessAnswer, view: StatusView): SlackMessage {
  const { jobs } = answer;
  const judged = jobs.flatMap(toJudged);
  const [first, ...others] = judged;
  return message([
    ...(first === undefined ? [] : others.length === 0 ? oneJob(texts, first) : severalJobs(texts, judged, view.now)),
    ...jobs.flatMap(({ reading }) => unknownPart(texts, reading)),
    ...unshownParts(texts, answer.unshown ?? []),
    ...unresolvedParts(texts, answer, 'ready', view.channelId),
    ...(view.sharedBy === undefined ? [] : [sharedByPart(texts, view.sharedBy)]),
    ...buttonParts(texts, jobs, view),
  ]);
}

function toJudged({ reading, outlook, comparisons }: JobReadiness): readonly JudgedJob[] {
  if (reading.kind !== 'known' || outlook === null || outlook.readiness === null) return [];
  return [{ job: reading.job, outlook, readiness: outlook.readiness, comparisons }];
}

function unknownPart(texts: Texts, reading: JobReadiness['reading']): readonly Part[] {
  if (reading.kind === 'no_such_job') return [linesPart([noSuchJob(texts, reading)])];
  return reading.kind === 'no_report' ? [linesPart([noReport(texts, reading, 'ready')])] : [];
}

/** The verdict first, then what it stands on, and what nobody checked. */
function oneJob(texts: Texts, judged: JudgedJob): readonly Part[] {
  const { job, readiness } = judged;
  const headline = headlineOf(texts, judged);
  const { checkedAt } = job.state;
  const small = checkedAt === null ? [] : [footer(texts.get('detail.checked', { ago: ago(checkedAt) }))];
  if (readiness.kind === 'not_known')
    return [{ kind: 'news', headline, lines: notKnownLines(texts, job, readiness) }, ...small];
  if (readiness.kind === 'no_cut_over')
    return [{ kind: 'news', headline, lines: [texts.get('ready.dr_note')] }, ...small];
  const lines = [
    checksLine(texts, judged, readiness),
    notAskedLine(texts, job),
    comparedLine(texts, judged.comparisons),
    readiness.against.length === 0 && readiness.cutOver.isAlwaysZero ? texts.get('ready.always_zero') : null,
    isReplicating(readiness) ? notCheckedLine(texts, readiness.cutOver.notChecked) : null,
  ];
  return [{ kind: 'news', headline, lines: lines.filter((line) => line !== null) }, ...small];
}

function headlineOf(texts: Texts, { job, readiness }: JudgedJob): string {
  const name = plainName(job);
  const emoji = emojiOf(readiness);
  switch (readiness.kind) {
    case 'no_cut_over':
      return `${emoji} ${texts.get('ready.headline.no_cut_over', { name })}`;
    case 'not_known':
      return `${emoji} ${texts.get('ready.headline.not_known', { name, readings: readiness.readings, needed: readiness.needed })}`;
    case 'judged':
      return readiness.against.length === 0
        ? `${emoji} ${texts.get('ready.headline.ready', { name })}`
        : `${emoji} ${texts.get('ready.headline.not_ready', { name, why: whyNotReady(texts, job, readiness) })}`;
  }
}

function emojiOf(readiness: Readiness): string {
  if (readiness.kind !== 'judged') return readiness.kind === 'not_known' ? '⚫' : '⚪';
  const [first] = readiness.against;
  if (first === undefined) return '🏁';
  return first.kind === 'status' ? (EMOJI[first.group] ?? '⚪') : '🟠';
}

/** Nobody reads a job over time that no channel watches. */
function notKnownLines(
  texts: Texts,
  job: Job,
  { needed }: Extract<Readiness, { readonly kind: 'not_known' }>,
): readonly string[] {
  const subscribe = texts.command(`subscribe ${jobName(job)}`);
  return [
    job.waitingSince === null ? texts.get('ready.not_watched', { subscribe }) : texts.get('ready.soon', { needed }),
  ];
}

/** Of what is as it should be so much is said, in this order. */
const SAID = ['replicating', 'lag_small', 'not_rising', 'no_error', 'just_checked'] as const;

/** `✘ lag ≤ 10 s for 15 min ✔ replicating`: what speaks against it first, but for what the headline names. */
function checksLine(texts: Texts, { job, outlook: { rules } }: JudgedJob, readiness: Judged): string | null {
  if (!isReplicating(readiness)) return null;
  const { against, cutOver } = readiness;
  // The rest has a line of its own.
  const bad = against
    .filter(({ kind }, index) => kind === 'lag_high' || index >= MAX_REASONS)
    .filter(({ kind }) => kind !== 'differs' && kind !== 'not_asked')
    .map((one) => `✘ ${one.kind === 'lag_high' ? wanted(texts, rules) : obstacle(texts, job, one)}`);
  const isKept = (check: CutOverCheck['check']) =>
    cutOver.checks.some((one) => one.check === check && one.isGood) &&
    !(check === 'just_checked' && against.some(({ kind }) => kind === 'not_asked')) &&
    !(check === 'no_error' && against.some(({ kind }) => kind === 'flapping' || kind === 'just_failed'));
  const good = SAID.filter(isKept).map((check) =>
    check === 'lag_small' ? smallLag(texts, readiness, rules) : texts.get(`ready.check.${check}`),
  );
  return [...bad, ...good.map((said) => `✔ ${said}`)].join('  ');
}

/** What a lag must be that is too high. */
function wanted(texts: Texts, rules: RuleSettings): string {
  const { levelMs, holdMs } = rules.ready ?? DEFAULT_READY_RULE;
  const hold = texts.duration(stretchedHoldMs(holdMs, rules));
  return texts.get('ready.lag_small', { level: texts.duration(levelMs), time: hold });
}

function isReplicating({ against }: Judged): boolean {
  return !against.some(({ kind }) => kind === 'status');
}

function notAskedLine(texts: Texts, { state: { unknown, checkedAt } }: Job): string | null {
  if (unknown === null) return null;
  const seen = checkedAt === null ? '' : ago(checkedAt);
  return texts.get('detail.not_asked', { why: texts.explain(unknown.why), seen });
}

/** What DRS itself compared; null where it compared nothing, which is among what was not checked. */
function comparedLine(texts: Texts, known: KnownComparisons): string | null {
  switch (known.kind) {
    case 'read': {
      const found = known.comparisons.map((one) => comparisonText(texts, one));
      return found.length === 0 ? null : texts.get('ready.compared', { found: found.join(' · ') });
    }
    case 'failed':
      return texts.get('ready.compared_failed', { why: texts.explain(known.why) });
    case 'not_here':
    case 'late':
      return texts.get(`ready.compared_${known.kind}`);
    case 'not_asked':
      return null;
  }
}

/** One table, the worst first, and under it once what is so of all of them. */
function severalJobs(texts: Texts, judged: readonly JudgedJob[], now: EpochMs): readonly Part[] {
  const sorted = judged.toSorted((one, other) => rank(one) - rank(other));
  const ready = judged.filter(isReady).length;
  const [worst] = sorted;
  const of = judged.filter(({ readiness }) => readiness.kind !== 'no_cut_over').length;
  const counted = texts.get('ready.headline.several', { ready, of });
  const headline =
    worst === undefined || isReady(worst)
      ? `🏁 ${counted}`
      : `${emojiOf(worst.readiness)} ${texts.get('ready.headline.several_worst', {
          counted,
          name: plainName(worst.job),
          why: verdictOf(texts, worst),
        })}`;
  const head = [texts.get('incident.job'), texts.get('ready.column.verdict'), texts.get('ready.column.compared')];
  const rows = sorted.map((one) => [
    jobName(one.job),
    `${emojiOf(one.readiness)} ${inCell(verdictOf(texts, one))}`,
    one.comparisons.kind === 'read' ? comparisonCell(texts, one.comparisons.comparisons, now) : '–',
  ]);
  return [
    { kind: 'news', headline },
    { kind: 'table', rows: [head, ...rows], alignRight: [] },
    ...footersOf(texts, judged).map(footer),
  ];
}

function footersOf(texts: Texts, judged: readonly JudgedJob[]): readonly string[] {
  const kinds = new Set(judged.map(({ comparisons }) => comparisons.kind));
  const unread = (['not_here', 'late'] as const).filter((kind) => kinds.has(kind));
  const failed = judged.flatMap(({ comparisons }) => (comparisons.kind === 'failed' ? [comparisons] : []))[0] ?? null;
  const missing = new Set(
    judged.flatMap(({ readiness }) => (readiness.kind === 'judged' ? readiness.cutOver.notChecked : [])),
  );
  const notChecked = NOT_CHECKED.filter((one) => missing.has(one));
  const unwatched = judged.some(({ job, readiness }) => readiness.kind === 'not_known' && job.waitingSince === null);
  return [
    ...unread.map((kind) => texts.get(`ready.compared_${kind}`)),
    ...(failed === null ? [] : [comparedLine(texts, failed) ?? '']),
    ...(unwatched ? [texts.get('ready.not_watched', { subscribe: texts.command('subscribe <job>') })] : []),
    ...(notChecked.length === 0 ? [] : [notCheckedLine(texts, notChecked)]),
  ];
}

function verdictOf(texts: Texts, { job, readiness, outlook }: JudgedJob): string {
  switch (readiness.kind) {
    case 'no_cut_over':
      return texts.get('ready.cell.no_cut_over');
    case 'not_known':
      return texts.get('ready.cell.not_known', { readings: readiness.readings, needed: readiness.needed });
    case 'judged':
      return readiness.against.length === 0
        ? smallLag(texts, readiness, outlook.rules)
        : whyNotReady(texts, job, readiness);
  }
}

/** A cell is no mrkdwn, so nothing in it is code. */
function inCell(text: string): string {
  return unescapeMrkdwn(text.replaceAll('`', ''));
}

function isReady({ readiness }: JudgedJob): boolean {
  return readiness.kind === 'judged' && readiness.against.length === 0;
}

/** What cannot be switched over comes before what is not known, that before what is ready; a DR job is nobody's worry. */
function rank(judged: JudgedJob): number {
  const { readiness, job } = judged;
  if (readiness.kind === 'no_cut_over') return Infinity;
  if (readiness.kind === 'not_known') return 2;
  const [first] = readiness.against;
  if (first === undefined) return 3;
  const lag = Math.min(1, (job.state.report?.lagMs ?? 0) / Number.MAX_SAFE_INTEGER);
  return first.kind === 'status' && first.group === 'failed' ? -1 : first.kind === 'status' ? 0 : 1 - lag;
}

function buttonParts(texts: Texts, jobs: readonly JobReadiness[], view: StatusView): readonly Part[] {
  const [first, ...others] = jobs;
  if (first === undefined || jobs.every(({ reading }) => reading.kind === 'no_such_job')) return [];
  const value = JOBS_VALUE.encode({ jobs: jobs.map(({ reading }): JobId => askedJobId(reading)) });
  const buttons = [
    { text: texts.get('button.refresh'), actionId: ACTIONS.refreshReady, value },
    ...(view.isPrivate ? shareButton(texts, view.channelId, { actionId: ACTIONS.shareReady, value }) : []),
    ...(others.length === 0 && first.reading.kind === 'known' ? consoleButton(texts, first.reading.job) : []),
  ];
  return [{ kind: 'buttons', buttons }];
}
