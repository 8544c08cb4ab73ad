import { z } from 'zod';

import { NOT_CAUGHT_UP } from '../../domain/rules/caught-up.ts';
import { LAG_ALARMS } from '../../domain/rules/episodes.ts';
import { STATUS_GROUPS } from '../../domain/job/job-status.ts';
import { RULE_NAMES, RULE_SILENCES } from '../../domain/rules/decision.ts';
import type { Decision } from '../../domain/rules/decision.ts';
import type { Look, RuleMemory, RulesOfJob } from '../../domain/rules/rule-memory.ts';
import type { RuleState } from '../../domain/rules/step-rules.ts';
import { partPercents, reader, ruleEvent } from './codec.ts';
import { packedReadings, packedSamples } from './sample-codec.ts';

const since = z.number();
const at = z.number();
const lagAlarm = z.enum(LAG_ALARMS);

const teeth = z.array(z.object({ at, lengthMs: z.number() }));

/** What rules remember of a job with which something is, or was: most jobs have none of it. */
const remarks = {
  lag: z
    .object({
      open: z.object({ since, peakMs: z.number(), told: z.array(lagAlarm) }).nullable(),
      past: z.array(
        z.object({
          clearedAt: z.number(),
          peakMs: z.number(),
          lengthMs: z.number(),
          isCalm: z.boolean().default(false),
        }),
      ),
    })
    .default({ open: null, past: [] }),
  standstill: z.object({ lagMs: z.number(), since, polls: z.number() }).nullable().default(null),
  jumping: z
    .object({ lastAt: z.number(), isOpen: z.boolean().default(true) })
    .nullable()
    .default(null),
  unmeasured: z.object({ isTold: z.boolean() }).default({ isTold: false }),
  catchUp: z
    .object({
      since,
      hour: z.object({ from: z.number(), leastMs: z.number(), readings: z.number() }).nullable(),
      beforeMs: z.number().nullable(),
      toldAt: z.number().nullable().default(null),
    })
    .nullable()
    .default(null),
  copy: z
    .object({
      pace: z
        .object({
          parts: partPercents,
          seenMs: z.number(),
          stillMs: z.number(),
          isStepSeen: z.boolean(),
          stepsMs: z.array(z.number()),
          longestMs: z.number(),
          steps: z.number(),
        })
        .nullable(),
      isStallTold: z.boolean(),
      isTailTold: z.boolean(),
    })
    .default({ pace: null, isStallTold: false, isTailTold: false }),
  outage: z
    .object({
      kind: z.enum(['failed', 'paused']),
      since,
      startSeen: z.boolean(),
      reminders: z.number(),
      isDeadlineTold: z.boolean(),
    })
    .nullable()
    .default(null),
  window: z.object({ isMissedTold: z.boolean() }).default({ isMissedTold: false }),
};

/** The same as one object, with the teeth of a heartbeat. */
export const remarked = z.object({ teeth: teeth.default([]), ...remarks });

/** What a rule told, as part of what is remembered. */
export const toldDecision = ruleEvent.transform((event): Decision => ({ kind: 'tell', event }));

const firstDecision = z.union([
  z.enum(RULE_SILENCES).transform((reason): Decision => ({ kind: 'silent', reason })),
  toldDecision,
]);

/** None where they are of other rules than this version has. */
const firstDecisions = z
  .array(z.unknown())
  .transform((packed) => Object.fromEntries(RULE_NAMES.map((name, index) => [name, packed[index]])))
  .pipe(z.record(z.enum(RULE_NAMES), firstDecision))
  .nullable()
  .catch(null)
  .default(null);

const firstRules = z
  .object({
    course: z.object({
      lastAt: z.number().nullable(),
      group: z.enum(STATUS_GROUPS).catch('unknown').nullable(),
      inRow: z.number(),
      readings: packedReadings,
      settling: z.number(),
    }),
    heartbeat: z.object({ climbingSince: z.number().nullable(), teeth }).default({ climbingSince: null, teeth: [] }),
    caughtUp: z
      .object({
        toldAt: z.number().nullable(),
        isCaughtUp: z.boolean(),
        isLost: z.boolean().default(false),
        erredAt: z.number().nullable().default(null),
      })
      .default(NOT_CAUGHT_UP),
    ...remarks,
    decisions: firstDecisions,
  })
  .transform(({ window, decisions, ...state }): RulesOfJob => ({
    state: state satisfies RuleState,
    window,
    decisions,
  }));

/** A status where it changes, then for each look the ms since the one before (1970 for the first) and its lag. */
const firstLooks = z
  .array(z.union([z.number(), z.null(), z.tuple([z.string().nullable()])]))
  .catch([])
  .transform((packed): readonly Look[] => {
    const looks: Look[] = [];
    let [status, time]: [string | null, number] = [null, 0];
    for (let index = 0; index < packed.length; index++) {
      const [item, lagMs] = [packed[index], packed[index + 1]];
      if (Array.isArray(item)) [status] = item;
      else if (typeof item === 'number' && (lagMs === null || typeof lagMs === 'number')) {
        time += item;
        looks.push({ at: time, status, lagMs });
        index += 1;
      }
    }
    return looks;
  });

const firstMemory: z.ZodType<RuleMemory> = z.object({
  rules: z.record(z.string(), firstRules).default({}),
  looks: firstLooks.default([]),
  recent: packedSamples.transform((samples) => samples ?? []).default([]),
});

/** Reads what the rules remember as the first version that had rules wrote it, with a name for every figure. */
export const readFirstMemory = reader(firstMemory);
