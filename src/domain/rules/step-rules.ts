import { stepCatchingUp } from './catching-up.ts';
import type { CatchUp } from './catching-up.ts';
import { NOT_CAUGHT_UP, stepCaughtUp } from './caught-up.ts';
import type { CaughtUp } from './caught-up.ts';
import { followCourse, NEW_COURSE } from './course.ts';
import type { Course } from './course.ts';
import { stepDeadline } from './deadline.ts';
import { keepSilent, RULE_NAMES } from './decision.ts';
import type { Decision, RuleName } from './decision.ts';
import type { RuleEvent } from '../job/rule-event.ts';
import { followHeartbeat, NO_HEARTBEAT } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import { stepJumping } from './jumping.ts';
import type { Jumping } from './jumping.ts';
import { stepLagEpisode } from './lag-episode.ts';
import { isTold, NO_EPISODES } from './episodes.ts';
import type { LagAlarm, LagEpisodes } from './episodes.ts';
import { toRuleInput } from './rule-input.ts';
import type { Facts } from './rule-input.ts';
import { stepNotMeasurable } from './not-measurable.ts';
import type { Unmeasured } from './not-measurable.ts';
import { followOutage, stepReminder } from './outage.ts';
import type { Outage } from './outage.ts';
import type { RuleSettings } from './rule-settings.ts';
import type { Sample } from './sample.ts';
import { NO_COPY, stepStalled } from './stalled.ts';
import type { Copy } from './stalled.ts';
import { stepStandsStill } from './stands-still.ts';
import type { Standstill } from './stands-still.ts';

/** All that the rules remember of one job under one set of settings: plain data, of bounded size, kept with the job. */
export interface RuleState {
  readonly course: Course;
  readonly heartbeat: Heartbeat;
  readonly lag: LagEpisodes;
  readonly standstill: Standstill | null;
  readonly jumping: Jumping | null;
  readonly unmeasured: Unmeasured;
  readonly catchUp: CatchUp | null;
  readonly copy: Copy;
  readonly caughtUp: CaughtUp;
  readonly outage: Outage | null;
}

export const NEW_RULE_STATE: RuleState = {
  course: NEW_COURSE,
  heartbeat: NO_HEARTBEAT,
  lag: NO_EPISODES,
  standstill: null,
  jumping: null,
  unmeasured: { isTold: false },
  catchUp: null,
  copy: NO_COPY,
  caughtUp: NOT_CAUGHT_UP,
  outage: null,
};

/** What every rule made of a sample. */
export interface RuleSteps {
  readonly state: RuleState;
  readonly decisions: Readonly<Record<RuleName, Decision>>;
}

/** Takes one more sample through all rules. A sample that is not newer than the one before changes nothing. */
export function stepRules(before: RuleState, sample: Sample, rules: RuleSettings, facts: Facts): RuleSteps {
  if (before.course.lastAt === sample.at) return { state: before, decisions: nothingNew() };
  const followed = followCourse(before.course, sample, rules);
  // What was read while the job flapped says nothing of it once it does not.
  const course = facts.isFlapping ? { ...followed.course, readings: [] } : followed.course;
  const input = toRuleInput(sample, { ...followed, course }, rules, facts);
  const heartbeat = followHeartbeat(before.heartbeat, input);
  const told = before.lag.open?.told ?? [];
  const standsStill = stepStandsStill(before.standstill, input, told);
  const catchingUp = stepCatchingUp(before.catchUp, input, [
    ...told,
    ...alarmOf(standsStill.decision).map(({ kind }) => kind),
  ]);
  const context = {
    heartbeat,
    isCatchingUp: catchingUp.state !== null,
    standstill: standsStill.state,
    isGainingAgain: catchingUp.decision.kind === 'tell' && catchingUp.decision.event.kind === 'gaining_again',
    alarms: [standsStill.decision, catchingUp.decision].flatMap(alarmOf),
  };
  const lag = stepLagEpisode(before.lag, input, context);
  const jumping = stepJumping(before.jumping, input);
  const notMeasurable = stepNotMeasurable(before.unmeasured, input);
  const stalled = stepStalled(before.copy, input);
  const caughtUp = stepCaughtUp(before.caughtUp, input, {
    isLagFine: lag.state.open === null && !context.isCatchingUp,
    isAlarmTold: isTold(lag.state.open),
    heartbeat,
  });
  const reminder = stepReminder(followOutage(before.outage, input), input);
  const deadline = stepDeadline(reminder.state, input);
  return {
    state: {
      course: input.course,
      heartbeat,
      lag: lag.state,
      standstill: standsStill.state,
      jumping: jumping.state,
      unmeasured: notMeasurable.state,
      catchUp: catchingUp.state,
      copy: stalled.state,
      caughtUp: caughtUp.state,
      outage: deadline.state,
    },
    decisions: {
      lag_high: lag.high,
      rising: lag.rising,
      stands_still: standsStill.decision,
      jumping: jumping.decision,
      not_measurable: notMeasurable.decision,
      catching_up: catchingUp.decision,
      stalled: stalled.decision,
      caught_up: caughtUp.decision,
      // That it is about to be ended says that it is still so.
      reminder: deadline.decision.kind === 'tell' ? keepSilent(null, 'told').decision : reminder.decision,
      deadline: deadline.decision,
    },
  };
}

function alarmOf(decision: Decision): readonly LagAlarm[] {
  if (decision.kind !== 'tell') return [];
  const { event } = decision;
  return event.kind === 'stands_still' || event.kind === 'catch_up_not_gaining' ? [event] : [];
}

/** The events among the decisions, in the order of the rules. */
export function eventsOf(decisions: RuleSteps['decisions']): readonly RuleEvent[] {
  return RULE_NAMES.flatMap((name) => (decisions[name].kind === 'tell' ? [decisions[name].event] : []));
}

const NOT_NEWER: Decision = { kind: 'silent', reason: 'not_newer' };

function nothingNew(): RuleSteps['decisions'] {
  return {
    lag_high: NOT_NEWER,
    rising: NOT_NEWER,
    stands_still: NOT_NEWER,
    jumping: NOT_NEWER,
    not_measurable: NOT_NEWER,
    catching_up: NOT_NEWER,
    stalled: NOT_NEWER,
    caught_up: NOT_NEWER,
    reminder: NOT_NEWER,
    deadline: NOT_NEWER,
  };
}
