import { HOLD_REASONS } from '../../../domain/post/incident.ts';
import { NO_AFTERMATH } from '../../../domain/post/post.ts';
import type { Decision, RuleName, RuleSilence } from '../../../domain/rules/decision.ts';
import { RULE_NAMES } from '../../../domain/rules/decision.ts';
import { figuresOf } from '../../../domain/rules/rule-figures.ts';
import type { RuleFigures } from '../../../domain/rules/rule-figures.ts';
import { isEmpty } from '../../../domain/rules/rule-choice.ts';
import type { WhySilent } from '../../../domain/rules/why-silent.ts';
import type { Look } from '../../../domain/rules/rule-memory.ts';
import type { Telling } from '../../../ports/store/told.ts';
import type { JobWhy, WhyProblem } from '../../../use-cases/showing/show-why.ts';
import { isMessageKey } from '../../../words/plain-texts.ts';
import { statusName } from '../jobs/status-words.ts';
import { describeEvent } from '../posts/event-text.ts';
import { ACTIONS, CHART_VALUE, JOBS_VALUE } from '../kit/button-value.ts';
import { plainName, withMore } from '../kit/job-names.ts';
import { footer, linesPart, message } from '../kit/message.ts';
import type { Part, SlackMessage } from '../kit/message.ts';
import { choiceWords } from '../kit/rule-words.ts';
import { ago, channelLink, code, dateAndTime, timeOfDay, unescapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { unresolvedParts } from './reference-problem.ts';

/** Events, channels of each, and looks that are shown. */
const MAX_EVENTS = 6;
const MAX_CHANNELS = 4;
const MAX_LOOKS = 5;

/** Why a job was told as it was: the reason first, then what each rule decided, and what was told where. */
export function whyMessage(texts: Texts, why: JobWhy, channelId: string): SlackMessage {
  const { jobId, job, looks } = why;
  const value = JOBS_VALUE.encode({ jobs: [jobId] });
  const chart = CHART_VALUE.encode({ job: jobId, measure: null, span: null });
  return message([
    { kind: 'news', headline: headlineOf(texts, why) },
    ...ruleParts(texts, why),
    ...eventParts(texts, why, channelId),
    {
      kind: 'buttons',
      buttons: [
        { text: texts.get('button.refresh'), actionId: ACTIONS.refreshWhy, value },
        { text: texts.get('button.status'), actionId: ACTIONS.showStatus, value },
        { text: texts.get('button.chart'), actionId: ACTIONS.refreshChart, value: chart },
      ],
    },
    ...looksParts(texts, looks, job?.jobType ?? null),
  ]);
}

/** A name that fits no job, or several. */
export function whyProblem(texts: Texts, problem: WhyProblem, channelId: string): SlackMessage {
  return message(unresolvedParts(texts, problem, 'why', channelId));
}

/** `orders – nothing more was told here since 02:03: lag 48 s is not over 2 min`. */
function headlineOf(texts: Texts, why: JobWhy): string {
  const { jobId, job, silent, lastToldAt } = why;
  const name = plainName(job ?? { jobId, name: null });
  switch (silent.kind) {
    case 'not_watched':
    case 'over':
      return texts.get(`asked.${silent.kind}`, { name });
    case 'posts_held':
      return texts.get('asked.posts_held', { name, reason: code(silent.reason) });
    case 'owed':
      return texts.get('asked.owed', { name, hold: holdWords(texts, silent.reason) });
    default: {
      const because = silentWords(texts, silent, why);
      return lastToldAt === null
        ? texts.get('asked.never_told', { name, because })
        : texts.get('asked.told_last', { name, at: dateAndTime(lastToldAt), because });
    }
  }
}

type Quiet = Extract<WhySilent, { readonly kind: 'not_judged' | 'not_seen' | 'passing' | 'judged' }>;

function silentWords(texts: Texts, silent: Quiet, why: JobWhy): string {
  switch (silent.kind) {
    case 'not_judged':
      return texts.get('asked.not_judged');
    case 'not_seen':
      return texts.get('asked.not_seen', { since: dateAndTime(silent.since) });
    case 'passing':
      return texts.get('asked.passing', { status: statusName(texts, silent.status, why.job?.jobType ?? null).state });
    case 'judged':
      return judgedWords(texts, silent, why);
  }
}

/** What the rule that answers decided, with its figures. */
function judgedWords(
  texts: Texts,
  { rule, decision }: Extract<WhySilent, { readonly kind: 'judged' }>,
  why: JobWhy,
): string {
  const figures = ruleFigures(rule, why);
  if (decision.kind === 'silent' && figures !== null) {
    const key = `asked.${figures.kind}.${decision.reason}`;
    if (isMessageKey(key)) return texts.get(key, figureValues(texts, figures));
  }
  return texts.get('asked.by_rule', {
    rule: texts.get(`judged.rule.${rule}`),
    decided: decidedWords(texts, decision),
  });
}

function ruleFigures(rule: RuleName, { remembered, rules, now }: JobWhy): RuleFigures | null {
  return remembered === null ? null : figuresOf(rule, remembered.state, rules, now);
}

function decidedWords(texts: Texts, decision: Decision): string {
  return texts.get(decision.kind === 'tell' ? 'judged.told_now' : `judged.silence.${decision.reason}`);
}

/** Nothing was judged by figures then. */
const WITHOUT_FIGURES: ReadonlySet<RuleSilence> = new Set<RuleSilence>(['off', 'not_newer', 'not_measurable']);

/** What one rule decided, and by which figures. */
interface Judged {
  readonly rule: RuleName;
  readonly decision: Decision;
  readonly figures: RuleFigures | null;
}

/** A table of the rules that have something to say; the others in one line. */
function ruleParts(texts: Texts, why: JobWhy): readonly Part[] {
  const decisions = why.remembered?.decisions ?? null;
  if (decisions === null) return chosenParts(texts, why);
  const rules = RULE_NAMES.map((rule): Judged => {
    const decision = decisions[rule];
    const isBlank = decision.kind === 'silent' && WITHOUT_FIGURES.has(decision.reason);
    return { rule, decision, figures: isBlank ? null : ruleFigures(rule, why) };
  });
  const others = rules.filter((one) => !isShown(one)).map(({ rule }) => texts.get(`judged.rule.${rule}`));
  const rows = rules
    .filter(isShown)
    .map(({ rule, decision, figures }) => [
      texts.get(`judged.rule.${rule}`),
      decidedWords(texts, decision),
      unescapeMrkdwn(figureWords(texts, figures)),
    ]);
  const head = (['rule', 'decided', 'figures'] as const).map((column) => texts.get(`judged.head.${column}`));
  return [
    ...(rows.length === 0 ? [] : [{ kind: 'table' as const, rows: [head, ...rows], alignRight: [] }]),
    ...chosenParts(texts, why),
    ...(others.length === 0 ? [] : [footer(texts.get('judged.others', { rules: others.join(', ') }))]),
  ];
}

/** What was chosen here, and for the channel: by that, and else by the built-in rules, the job is judged. */
function chosenParts(texts: Texts, { chosen: { here, ofChannel } }: JobWhy): readonly Part[] {
  return [
    ...(isEmpty(here) ? [] : [footer(texts.get('asked.chosen_here', { rules: choiceWords(texts, here) }))]),
    ...(isEmpty(ofChannel)
      ? []
      : [footer(texts.get('asked.chosen_for_channel', { rules: choiceWords(texts, ofChannel) }))]),
  ];
}

/** What is not so, and has no figure to show for it, needs no row. */
function isShown({ decision, figures }: Judged): boolean {
  if (decision.kind === 'tell') return true;
  return decision.reason !== 'other_status' && (decision.reason !== 'not_so' || figures !== null);
}

function figureWords(texts: Texts, figures: RuleFigures | null): string {
  return figures === null ? '' : texts.get(`judged.figures.${figures.kind}`, figureValues(texts, figures));
}

function figureValues(texts: Texts, figures: RuleFigures): Readonly<Record<string, string | number>> {
  const duration = (ms: number) => texts.duration(ms);
  switch (figures.kind) {
    case 'level': {
      const { levelMs, holdMs } = figures.rule;
      return { lag: duration(figures.lagMs), level: duration(levelMs), hold: duration(holdMs) };
    }
    case 'ceiling': {
      const { levelMs, holdMs } = figures.rule;
      return { max: duration(figures.maxMs), level: duration(levelMs), hold: duration(holdMs) };
    }
    case 'change':
      return { from: duration(figures.fromMs), to: duration(figures.toMs), over: duration(figures.overMs) };
    case 'range':
      return { least: duration(figures.leastMs), most: duration(figures.mostMs), over: duration(figures.overMs) };
    case 'same':
      return { lag: duration(figures.lagMs), polls: figures.polls };
    case 'unmeasured':
    case 'catching_up':
      return { duration: duration(figures.forMs) };
    case 'copy': {
      const percent = Math.floor(Math.min(...figures.parts.map((part) => part.percent)));
      return { percent, still: duration(figures.stillMs), limit: duration(figures.limitMs) };
    }
    case 'outage': {
      const lasted = duration(figures.forMs);
      const said = figures.startSeen ? lasted : texts.get('told.at_least', { duration: lasted });
      return { state: texts.get(`gap.${figures.of}`), duration: said };
    }
  }
}

/** What was told, newest first, and what became of it in each channel that the person may know of. */
function eventParts(texts: Texts, { jobId, job, events, total }: JobWhy, channelId: string): readonly Part[] {
  const shown = events.slice(0, MAX_EVENTS);
  if (shown.length === 0) return [linesPart([texts.get('asked.nothing_happened')])];
  return [
    linesPart(
      shown.map(({ event, jobName: nameThen, channels, hidden }) => {
        const named = {
          connectionId: job?.connectionId ?? '',
          jobId,
          name: nameThen ?? job?.name ?? null,
          jobType: job?.jobType ?? null,
        };
        const { headline } = describeEvent(texts, { job: named, event, aftermath: NO_AFTERMATH }, channelId);
        const told = channels.map((one) => `${channelLink(one.channelId)} ${tellingWords(texts, one)}`);
        const others = hidden > 0 ? [texts.get('asked.hidden', { count: hidden })] : [];
        const where = [...withMore(texts, told, MAX_CHANNELS), ...others].join(', ');
        const said = { at: dateAndTime(event.at), headline, where };
        return texts.get(where === '' ? 'asked.event_nowhere' : 'asked.event', said);
      }),
    ),
    ...(total > shown.length ? [footer(texts.get('asked.events_cut', { shown: shown.length, total }))] : []),
  ];
}

function tellingWords(
  texts: Texts,
  { channelId, telling }: { readonly channelId: string; readonly telling: Telling },
): string {
  switch (telling.kind) {
    case 'told': {
      const url = telling.messageTs === null ? null : texts.messageUrl(channelId, telling.messageTs);
      const at = timeOfDay(telling.at);
      return url === null ? texts.get('asked.told', { at }) : texts.get('asked.told_link', { url, at });
    }
    case 'not_told': {
      const key = `untold.${telling.reason}`;
      return texts.get('asked.not_told', { why: isMessageKey(key) ? texts.get(key) : code(telling.reason) });
    }
    case 'owed':
      return texts.get('asked.waits', { hold: holdWords(texts, telling.holdReason) });
  }
}

function holdWords(texts: Texts, reason: string | null): string {
  const known = HOLD_REASONS.find((one) => one === reason);
  return texts.get(known === undefined ? 'hold.none' : `hold.${known}`);
}

/** `Last looks: 02:13 lag 48 s · 02:12 no report`, newest first. */
function looksParts(texts: Texts, looks: readonly Look[], jobType: string | null): readonly Part[] {
  const newest = looks.slice(-MAX_LOOKS).toReversed();
  const [last] = newest;
  if (last === undefined) return [];
  const said = newest.map(({ at, status, lagMs }) => {
    const state =
      status === null
        ? texts.get('asked.no_report')
        : lagMs === null
          ? statusName(texts, status, jobType).state
          : texts.get('asked.look_lag', { lag: texts.duration(lagMs) });
    return `${timeOfDay(at)} ${state}`;
  });
  return [
    footer(
      texts.get('asked.looks', {
        looks: said.join(' · '),
        checked: texts.get('detail.checked', { ago: ago(last.at) }),
      }),
    ),
  ];
}
