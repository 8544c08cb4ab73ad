import { HOUR, SECOND } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import type { Job } from '../job/job.ts';
import type { JobEvent } from '../job/job-event.ts';
import type { JobState } from '../job/job-state.ts';
import type { JobTerms } from '../job/job-terms.ts';
import type { RuleEvent } from '../job/rule-event.ts';
import { followCourse, NEW_COURSE } from '../rules/course.ts';
import type { Decision, RuleName } from '../rules/decision.ts';
import { NO_EPISODES } from '../rules/episodes.ts';
import { estimateRemaining } from '../rules/estimate.ts';
import { expiryOf } from '../rules/expiry.ts';
import { NOT_CAUGHT_UP } from '../rules/caught-up.ts';
import { NO_MEMORY } from '../rules/rule-memory.ts';
import type { RuleMemory, RulesOfJob } from '../rules/rule-memory.ts';
import type { Facts } from '../rules/rule-input.ts';
import type { RuleSettings } from '../rules/rule-settings.ts';
import { sampleOf } from '../rules/sample.ts';
import type { Sample } from '../rules/sample.ts';
import { eventsOf, NEW_RULE_STATE, stepRules } from '../rules/step-rules.ts';
import type { RuleState } from '../rules/step-rules.ts';
import { DEFAULT_RULES_KEY, NO_OWN_RULES, toRuleSettings } from '../rules/subscription-rules.ts';
import type { SubscriptionRules } from '../rules/subscription-rules.ts';
import { COARSE, FINE, WHOLE } from '../rules/thin-samples.ts';
import { stepWindow } from '../rules/window.ts';
import type { Assessment } from './assess.ts';
import { eventFacts } from './event-facts.ts';

/** Rules other than the defaults that some subscription to the job has, under the key that it is told by. */
export interface OwnRules {
  readonly key: string;
  readonly rules: SubscriptionRules;
}

/** What judging a watched job takes beside its state. */
export interface RuleNeeds {
  readonly memory: RuleMemory;
  /** Each key once. */
  readonly own: readonly OwnRules[];
  /** Some channel is told passing statuses as they come. */
  readonly isEveryStatusWanted: boolean;
}

/** What the rules made of a poll of one job. */
export interface Judgement {
  readonly memory: RuleMemory;
  /** Samples that leave the memory for the store, oldest first: those of whole hours. */
  readonly aged: readonly Sample[];
  readonly events: readonly JobEvent[];
  /** What the rules decided, whoever's they are. */
  readonly decisions: readonly RuleSteps['decisions'][];
}

type RuleSteps = ReturnType<typeof stepRules>;

/** When and how a job is judged. */
export interface JudgeAt {
  readonly now: EpochMs;
  /** The usual time between two polls of the job, in ms. */
  readonly pollMs: number;
  /** Its samples since `samplesWantedSince`; null: none are wanted. */
  readonly samples: readonly Sample[] | null;
}

/** Looks that are remembered. */
const MAX_LOOKS = 10;

/**
 * Takes the state that a poll led to through every set of rules that somebody has, the defaults among them. Nothing comes of a look
 * without a report, of a job that is over or about to be, or while it flaps; what begins again is judged anew.
 */
export function judge(
  job: Job,
  assessed: Pick<Assessment, 'state' | 'events'>,
  needs: RuleNeeds,
  at: JudgeAt,
): Judgement {
  const { state } = assessed;
  const { now } = at;
  const isReport = state.checkedAt === now && state.report !== null;
  const begun = job.state.over !== null && state.over === null ? { ...needs.memory, ...FORGOTTEN } : needs.memory;
  const memory = { ...begun, looks: addLook(begun.looks, isReport ? state : null, now) };
  if (!isReport || state.report === null || state.over !== null || state.ending !== null)
    return { memory, aged: [], events: [], decisions: [] };
  const sample = sampleOf(state.report, now);
  const { recent, aged } = addSample(memory.recent, sample);
  const isWindowJudged = wantsWindow(needs, now);
  const steps = [{ key: DEFAULT_RULES_KEY, rules: NO_OWN_RULES }, ...needs.own].map(({ key, rules }) => ({
    key,
    ...stepOne(job, { state, memory, sample, key, rules, isWindowJudged }, at),
  }));
  return {
    memory: {
      rules: Object.fromEntries(steps.map(({ key, next }) => [key, next])),
      looks: memory.looks,
      recent,
    },
    aged,
    events: [
      ...(needs.isEveryStatusWanted ? passing(job, assessed, now) : []),
      ...steps.flatMap(({ key, events }) =>
        events.map((found): JobEvent => {
          const facts = eventFacts(job.state, state, { now, times: job.times });
          return { kind: 'rule', rules: key, found, ...facts };
        }),
      ),
    ],
    decisions: steps.map(({ decisions }) => decisions),
  };
}

/** A status that nothing else is told of: a passing one, or the one that follows it. */
function passing(job: Job, { state, events }: Pick<Assessment, 'state' | 'events'>, now: EpochMs): readonly JobEvent[] {
  const [from, to] = [job.state.report?.status ?? null, state.report?.status ?? null];
  const isToldOtherwise = events.length > 0 || state.flapping !== null || state.recovering !== null;
  if (from === null || to === null || from === to || job.state.over !== null || isToldOtherwise) return [];
  const facts = eventFacts(job.state, state, { now, times: job.times });
  return [{ kind: 'status_changed', from, to, isPassing: true, ...facts }];
}

/** What is not known any more of a job that begins again. */
const FORGOTTEN: Pick<RuleMemory, 'rules'> = { rules: NO_MEMORY.rules };

function addLook(looks: RuleMemory['looks'], seen: JobState | null, at: EpochMs): RuleMemory['looks'] {
  const { status = null, lagMs = null } = seen?.report ?? {};
  return [...looks.slice(1 - MAX_LOOKS), { at, status, lagMs }];
}

/** One set of rules, and what it is to judge. */
interface Case extends OwnRules {
  readonly state: JobState;
  readonly memory: RuleMemory;
  readonly sample: Sample;
  readonly isWindowJudged: boolean;
}

function stepOne(
  job: Job,
  { state, memory, sample, key, rules, isWindowJudged }: Case,
  { now, pollMs, samples }: JudgeAt,
): {
  readonly next: RulesOfJob;
  readonly decisions: Readonly<Record<RuleName, Decision>>;
  readonly events: readonly RuleEvent[];
} {
  const settings = toRuleSettings(rules, { pollMs, jobType: job.jobType });
  const known = memory.rules[key] ?? beginRules(memory, settings, samples ?? memory.recent);
  const facts = factsOf(state, job.terms);
  // Nothing is told of a job that flaps, so nothing must be found in its figures; what its status means is followed.
  const judged = facts.isFlapping ? { ...sample, lagMs: null, parts: [] } : sample;
  const { state: next, decisions } = stepRules(known.state, judged, settings, facts);
  const isJudged = isWindowJudged && rules.by !== undefined && samples !== null && !facts.isFlapping;
  const window = isJudged ? stepWindow(known.window, estimateRemaining(samples), rules.by.at, now) : null;
  const found = facts.isFlapping ? [] : eventsOf(decisions);
  return {
    next: { state: next, window: window?.state ?? known.window, decisions },
    decisions,
    events: window?.decision.kind === 'tell' ? [...found, window.decision.event] : found,
  };
}

/** What is known of the job beside the sample. */
function factsOf({ report, failure, flapping }: JobState, terms: JobTerms): Facts {
  const isPartFailed = (report?.failedSubJobs?.failed.length ?? 0) > 0;
  const isPartUnmeasured = (report?.subJob?.unmeasured ?? 0) > 0;
  const hasError = failure !== null || (report?.errorCode ?? null) !== null || isPartFailed || isPartUnmeasured;
  return {
    hasError,
    isPartFailed,
    isPartUnmeasured,
    isFlapping: flapping !== null,
    expiry: expiryOf(report?.status ?? '', terms),
  };
}

/**
 * Rules that nobody had before know what the defaults know of the job, and the last hours of its lag; whatever was told by the
 * defaults was told to somebody else. What is so at that moment is found at the next sample.
 */
function beginRules({ rules }: RuleMemory, settings: RuleSettings, samples: readonly Sample[]): RulesOfJob {
  const defaults = rules[DEFAULT_RULES_KEY]?.state ?? null;
  const window = { isMissedTold: false };
  if (defaults === null) return { state: NEW_RULE_STATE, window, decisions: null };
  const since = (samples.at(-1)?.at ?? 0) - WHOLE.untilMs;
  const lately = samples.filter(({ at }) => at >= since);
  const state: RuleState = {
    ...defaults,
    course: lately.reduce((course, sample) => followCourse(course, sample, settings).course, NEW_COURSE),
    lag: NO_EPISODES,
    jumping: null,
    unmeasured: { isTold: false },
    copy: { ...defaults.copy, isStallTold: false, isTailTold: false },
    caughtUp: { ...NOT_CAUGHT_UP, erredAt: defaults.caughtUp.erredAt },
  };
  return { state, window, decisions: null };
}

/** The samples of the hour that goes on, with one more, and those before it. Their times are whole seconds: twice as many fit. */
function addSample(
  recent: readonly Sample[],
  sample: Sample,
): { readonly recent: readonly Sample[]; readonly aged: readonly Sample[] } {
  const at = Math.floor(sample.at / SECOND) * SECOND;
  const last = recent.at(-1);
  const known = last !== undefined && last.at >= at ? recent.filter((one) => one.at < at) : recent;
  const all = [...known, { ...sample, at }];
  const hour = Math.floor(at / HOUR) * HOUR;
  if ((all[0]?.at ?? hour) >= hour) return { recent: all, aged: [] };
  return { recent: all.filter((one) => one.at >= hour), aged: all.filter((one) => one.at < hour) };
}

/**
 * Since when the samples of a job are wanted for judging it now: all of them where a window is judged, the last hours where rules
 * begin; null: none, as nearly always.
 */
export function samplesWantedSince(needs: RuleNeeds, now: EpochMs): EpochMs | null {
  if (wantsWindow(needs, now)) return now - COARSE.untilMs;
  return needs.own.some(({ key }) => needs.memory.rules[key] === undefined) ? now - WHOLE.untilMs : null;
}

/** Whether a window is to be judged now: once in 5 min while the job is copied. */
function wantsWindow({ memory, own }: RuleNeeds, now: EpochMs): boolean {
  const last = memory.recent.at(-1);
  if (last?.group !== 'full_copy' || own.every(({ rules }) => rules.by === undefined)) return false;
  return Math.floor(last.at / FINE.bucketMs) !== Math.floor(now / FINE.bucketMs);
}
