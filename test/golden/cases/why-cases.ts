import { MINUTE } from '../../../src/domain/base/time.ts';
import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import type { RuleEvent } from '../../../src/domain/job/rule-event.ts';
import { HOLD_REASONS } from '../../../src/domain/post/incident.ts';
import { RULE_SILENCES } from '../../../src/domain/rules/decision.ts';
import type { Decision, RuleName } from '../../../src/domain/rules/decision.ts';
import type { RulesOfJob } from '../../../src/domain/rules/rule-memory.ts';
import { DEFAULT_RULES } from '../../../src/domain/rules/rule-settings.ts';
import type { Sample } from '../../../src/domain/rules/sample.ts';
import { whySilent } from '../../../src/domain/rules/why-silent.ts';
import type { Silence } from '../../../src/domain/rules/why-silent.ts';
import type { Telling, ToldEvent } from '../../../src/ports/store/told.ts';
import { whyMessage, whyProblem } from '../../../src/slack/messages/answers/why-message.ts';
import { inWords } from '../../../src/slack/messages/kit/in-words.ts';
import type { JobWhy } from '../../../src/use-cases/showing/show-why.ts';
import { copying, data, feed, minutely, minutes } from '../../support/rule-feed.ts';
import { aJob, ORDERS, reported } from '../../support/reports.ts';
import {
  anEvent,
  FAILURE,
  JUDGED_GONE,
  keysAfter,
  lagging,
  listed,
  parts,
  read,
  replicating,
  START,
  TIMEOUT,
} from './facts.ts';
import type { Said, Step } from './facts.ts';

/** What is remembered of samples that were read one after the other, the last one at `START`. */
function remembered(samples: readonly Sample[]): Remembered {
  const last = samples.at(-1)?.at ?? 0;
  const read = samples.map((sample) => ({ ...sample, at: START + sample.at - last }));
  const { state, last: decisions } = feed(read);
  return {
    remembered: { state, window: { isMissedTold: false }, decisions },
    looks: read.slice(-6).map(({ at, group, lagMs }, index) => ({
      at,
      status: index === 2 ? null : (STATUSES[group] ?? 'INCRE_TRANSFER_STARTED'),
      lagMs: index === 2 ? null : lagMs,
    })),
  };
}

type Remembered = Pick<JobWhy, 'looks'> & { readonly remembered: RulesOfJob };

const NOTHING: Pick<JobWhy, 'looks' | 'remembered'> = { remembered: null, looks: [] };

const STATUSES: Readonly<Partial<Record<Sample['group'], string>>> = {
  full_copy: 'FULL_TRANSFER_STARTED',
  paused: 'PAUSING',
  failed: 'INCRE_TRANSFER_FAILED',
};

const REPLICATES: readonly Step[] = [replicating, [20, lagging(48_000)]];
const COPIES: readonly Step[] = [[0, reported('FULL_TRANSFER_STARTED', { parts })]];

const BELOW = remembered(minutely(minutes(60, (minute) => 30 + (minute % 20))));

const LAG_HIGH_FOUND: RuleEvent = {
  kind: 'lag_high',
  since: START - 50 * MINUTE,
  lagMs: 400_000,
  levelMs: 120_000,
  holdMs: 600_000,
};
const LAG_HIGH: JobEvent = {
  kind: 'rule',
  rules: '',
  found: LAG_HIGH_FOUND,
  ...anEvent,
  at: START - 40 * MINUTE,
};

const told = (number: number, event: JobEvent, ...tellings: readonly Telling[]): ToldEvent & { hidden: number } => ({
  number,
  event,
  jobName: 'orders',
  channels: tellings.map((telling, index) => ({ channelId: `C${index + 1}`, telling })),
  hidden: 0,
});

const TOLD: Telling = { kind: 'told', at: START - 40 * MINUTE, messageTs: '1795400100.000100' };

const NOTHING_CHOSEN_HERE = { here: {}, ofChannel: {} };

interface Asked extends Partial<Omit<JobWhy, 'job'>>, Partial<Silence> {}

const why =
  (steps: readonly Step[], asked: Asked = {}): Said =>
  (texts) => {
    const job = asked.job ?? aJob({ name: 'orders', jobType: 'migration' }, read(...steps).state);
    const { isWatched = true, pause = null, owed = null, remembered } = { ...BELOW, ...asked };
    const silent = whySilent({ job, isWatched, pause, owed, decisions: remembered?.decisions ?? null });
    return whyMessage(
      texts,
      {
        kind: 'why',
        jobId: ORDERS,
        job,
        silent,
        lastToldAt: null,
        ...BELOW,
        rules: DEFAULT_RULES,
        events: [],
        total: asked.events?.length ?? 0,
        chosen: NOTHING_CHOSEN_HERE,
        now: START,
        ...asked,
      },
      'C1',
    );
  };

/** Some decisions, whatever led to them. */
const decidedBy = (of: (index: number) => Decision): Readonly<Record<RuleName, Decision>> => ({
  lag_high: of(0),
  rising: of(1),
  stands_still: of(2),
  jumping: of(3),
  not_measurable: of(4),
  catching_up: of(5),
  stalled: of(6),
  caught_up: of(7),
  reminder: of(8),
  deadline: of(9),
});

/** Below the level, but for what the rules decided. */
const deciding = (decisions: RulesOfJob['decisions']): Remembered => ({
  ...BELOW,
  remembered: { ...BELOW.remembered, decisions },
});

const silences = (from: number): Remembered =>
  deciding(
    decidedBy((index) => ({
      kind: 'silent',
      reason: RULE_SILENCES[(index + from) % RULE_SILENCES.length] ?? 'off',
    })),
  );

/** What becomes of an event in a channel for one reason after the other. */
const outcomes = (reasons: readonly string[]): readonly Telling[] =>
  reasons.map((reason) => ({ kind: 'not_told', at: START, reason }));
const holds = (reasons: readonly (string | null)[]): readonly Telling[] =>
  reasons.map((holdReason) => ({ kind: 'owed', holdReason }));

export const WHY_CASES: Readonly<Record<string, Said>> = {
  'why-lag-below-the-level': why(REPLICATES, {
    lastToldAt: START - 40 * MINUTE,
    events: [
      told(3, LAG_HIGH, TOLD),
      told(2, FAILURE, TOLD, { kind: 'told', at: START, messageTs: null }),
      told(1, FAILURE),
    ],
  }),
  'why-in-words': (texts) => inWords(why(REPLICATES)(texts), new Set(['table'])),
  'why-lag-not-for-long-enough': why(REPLICATES, {
    ...remembered(minutely([...minutes(60, 3), ...minutes(5, (minute) => 200 + 10 * (minute % 2))])),
  }),
  'why-lag-told': why(REPLICATES, {
    lastToldAt: START - 40 * MINUTE,
    ...remembered(minutely([...minutes(60, 3), ...minutes(30, (minute) => 200 + 10 * (minute % 2))])),
    events: [told(3, LAG_HIGH, TOLD)],
  }),
  'why-lag-that-catches-up': why(REPLICATES, {
    ...remembered(
      minutely([...minutes(9, 3), ...minutes(5, 'paused' as const), ...minutes(30, (minute) => 3_000 - 20 * minute)]),
    ),
  }),
  'why-figure-that-stands-still': why(REPLICATES, {
    ...remembered(minutely([...minutes(20, 3), ...minutes(12, 5_400)])),
  }),
  'why-figure-that-jumps': why(REPLICATES, {
    ...remembered(minutely([...minutes(20, 0), 2_000, 0, 2_002, 0, 2_004])),
  }),
  'why-not-measurable': why(REPLICATES, { ...remembered(minutely([...minutes(20, 3), ...minutes(18, null)])) }),
  'why-copy-moves': why(COPIES, { ...remembered(copying(minutes(60, 0).map((_, minute) => data(minute)))) }),
  'why-copy-stands': why(COPIES, {
    ...remembered(copying([...minutes(60, 0).map((_, minute) => data(minute)), ...minutes(40, 0).map(() => data(63))])),
  }),
  'why-copy-stall-told': why(COPIES, {
    ...remembered(
      copying([...minutes(60, 0).map((_, minute) => data(minute)), ...minutes(200, 0).map(() => data(63))]),
    ),
  }),
  'why-paused-a-while': why([replicating, [20, 'PAUSING']], {
    ...remembered(minutely([...minutes(20, 3), ...minutes(40, 'paused' as const)])),
  }),
  'why-failed-from-the-first-look': why([[0, 'INCRE_TRANSFER_FAILED']], {
    ...remembered(minutely(minutes(90, 'failed' as const))),
  }),
  'why-not-watched-here': why(REPLICATES, { isWatched: false }),
  'why-over': why([...REPLICATES, [30, JUDGED_GONE]], NOTHING),
  'why-posts-held': why(REPLICATES, { pause: { reason: 'not_in_channel' } }),
  'why-not-seen': why([...REPLICATES, [30, TIMEOUT], [31, TIMEOUT], [34, TIMEOUT]]),
  'why-never-judged': why(REPLICATES, NOTHING),
  'why-in-a-passing-state': why([[0, 'STARTJOBING']]),
  'why-changed-since-it-was-judged': why(COPIES),
  'why-told-just-now': why(REPLICATES, deciding(decidedBy(() => ({ kind: 'tell', event: LAG_HIGH_FOUND })))),
  'why-silences': why(REPLICATES, silences(0)),
  'why-more-silences': why(REPLICATES, silences(10)),
  'why-with-rules-of-its-own': why(REPLICATES, {
    rules: { ...DEFAULT_RULES, lag: { levelMs: 5 * MINUTE, holdMs: 20 * MINUTE } },
    chosen: {
      here: { lag: { levelMs: 5 * MINUTE, holdMs: 20 * MINUTE } },
      ofChannel: { least: 'warning', stall: 'off' },
    },
    events: [told(57, LAG_HIGH, TOLD)],
    total: 57,
  }),
  'why-with-rules-never-judged': why(REPLICATES, { ...NOTHING, chosen: { here: { ready: 'off' }, ofChannel: {} } }),
  'why-owed': why(REPLICATES, { owed: { holdReason: 'collecting' } }),
  'why-not-told': why(REPLICATES, {
    events: [
      { ...told(5, FAILURE, TOLD), hidden: 1 },
      { ...told(4, FAILURE), hidden: 3 },
      told(3, FAILURE, ...outcomes(keysAfter('untold.'))),
      told(2, FAILURE, ...outcomes(['invented']), ...holds(HOLD_REASONS.slice(0, 3))),
      told(1, FAILURE, ...holds([null, ...HOLD_REASONS.slice(3)])),
    ],
  }),
  'why-more-not-told': why(REPLICATES, { events: [told(3, FAILURE, ...outcomes(keysAfter('untold.').toReversed()))] }),
  'why-of-an-unknown-job': (texts) =>
    whyMessage(
      texts,
      {
        kind: 'why',
        jobId: ORDERS,
        job: null,
        silent: { kind: 'not_watched' },
        lastToldAt: null,
        ...NOTHING,
        rules: DEFAULT_RULES,
        events: [],
        total: 0,
        chosen: NOTHING_CHOSEN_HERE,
        now: START,
      },
      'C1',
    ),
  'why-name-several': (texts) =>
    whyProblem(
      texts,
      {
        kind: 'unresolved',
        problems: [{ kind: 'several', reference: 'orders', matches: [listed(1), listed(2)], more: 0 }],
        oldNames: null,
      },
      'C1',
    ),
};
