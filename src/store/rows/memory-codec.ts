import { z } from 'zod';

import { STATUS_GROUPS } from '../../domain/job/job-status.ts';
import { NOT_CAUGHT_UP } from '../../domain/rules/caught-up.ts';
import { LAG_ALARMS } from '../../domain/rules/episodes.ts';
import { RULE_NAMES, RULE_SILENCES } from '../../domain/rules/decision.ts';
import type { Decision } from '../../domain/rules/decision.ts';
import { NO_MEMORY } from '../../domain/rules/rule-memory.ts';
import type { Look, RuleMemory, RulesOfJob } from '../../domain/rules/rule-memory.ts';
import type { Sample } from '../../domain/rules/sample.ts';
import type { RuleState } from '../../domain/rules/step-rules.ts';
import { partPercents, reader, ruleEvent } from './codec.ts';
import { packedReadings, packedSamples, packReadings, packSamples } from './sample-codec.ts';

/**
 * What the rules remember as text, for a row that is read and written with every poll: short and cheap. What is as it was in the beginning is left out, and readings and samples are lists of numbers.
 */
export function encodeMemory({ rules, looks, recent }: RuleMemory): string {
  return JSON.stringify({
    rules: Object.fromEntries(Object.entries(rules).map(([key, one]) => [key, packRules(one)])),
    looks: looks.length === 0 ? undefined : packLooks(looks),
    recent: recent.length === 0 ? undefined : packSamples(recent),
  });
}

function packRules({ state, window, decisions }: RulesOfJob) {
  const { course, heartbeat, lag, standstill, jumping, unmeasured, catchUp, copy, caughtUp, outage } = state;
  return {
    course: { ...course, readings: packReadings(course.readings) },
    heartbeat: heartbeat.climbingSince === null && heartbeat.teeth.length === 0 ? undefined : heartbeat,
    lag: lag.open === null && lag.past.length === 0 ? undefined : lag,
    standstill: standstill ?? undefined,
    jumping: jumping ?? undefined,
    unmeasured: unmeasured.isTold ? unmeasured : undefined,
    catchUp: catchUp ?? undefined,
    copy: copy.pace === null ? undefined : copy,
    caughtUp: caughtUp.toldAt === null && caughtUp.erredAt === null ? undefined : caughtUp,
    outage: outage ?? undefined,
    window: window.isMissedTold ? window : undefined,
    decisions: decisions === null ? undefined : packDecisions(decisions),
  };
}

/** In the order of the rules. */
function packDecisions(decisions: NonNullable<RulesOfJob['decisions']>): readonly unknown[] {
  return RULE_NAMES.map((name) => {
    const decision = decisions[name];
    return decision.kind === 'silent' ? decision.reason : decision.event;
  });
}

/** A status where it changes, then for each look the ms since the one before (1970 for the first) and its lag. */
function packLooks(looks: readonly Look[]): readonly unknown[] {
  let [status, before]: [string | null | undefined, number] = [undefined, 0];
  return looks.flatMap((look) => {
    const since = look.at - before;
    const isSame = look.status === status;
    ({ status, at: before } = look);
    return isSame ? [since, look.lagMs] : [[look.status], since, look.lagMs];
  });
}

const packedLooks = z
  .array(z.union([z.number(), z.null(), z.tuple([z.string().nullable()])]))
  .catch([])
  .transform((packed): readonly Look[] => {
    const looks: Look[] = [];
    let [status, at]: [string | null, number] = [null, 0];
    for (let index = 0; index < packed.length; index++) {
      const [item, lagMs] = [packed[index], packed[index + 1]];
      if (Array.isArray(item)) [status] = item;
      else if (typeof item === 'number' && (lagMs === null || typeof lagMs === 'number')) {
        at += item;
        looks.push({ at, status, lagMs });
        index += 1;
      }
    }
    return looks;
  });

const since = z.number();
const at = z.number();
const group = z.enum(STATUS_GROUPS).catch('unknown');
const lagAlarm = z.enum(LAG_ALARMS);
const packedDecision = z
  .union([z.enum(RULE_SILENCES), ruleEvent])
  .transform((one): Decision =>
    typeof one === 'string' ? { kind: 'silent', reason: one } : { kind: 'tell', event: one },
  );

/** None where they are of other rules than this version has. */
const packedDecisions = z
  .array(z.unknown())
  .transform((packed) => Object.fromEntries(RULE_NAMES.map((name, index) => [name, packed[index]])))
  .pipe(z.record(z.enum(RULE_NAMES), packedDecision))
  .nullable()
  .catch(null)
  .default(null);

const packedRules = z
  .object({
    course: z.object({
      lastAt: z.number().nullable(),
      group: group.nullable(),
      inRow: z.number(),
      readings: packedReadings,
      settling: z.number(),
    }),
    heartbeat: z
      .object({
        climbingSince: z.number().nullable(),
        teeth: z.array(z.object({ at, lengthMs: z.number() })),
      })
      .default({ climbingSince: null, teeth: [] }),
    lag: z
      .object({
        open: z.object({ since, peakMs: z.number(), told: z.array(lagAlarm) }).nullable(),
        past: z.array(z.object({ clearedAt: z.number(), peakMs: z.number(), lengthMs: z.number() })),
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
    caughtUp: z
      .object({
        toldAt: z.number().nullable(),
        isCaughtUp: z.boolean(),
        isLost: z.boolean().default(false),
        erredAt: z.number().nullable().default(null),
      })
      .default(NOT_CAUGHT_UP),
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
    decisions: packedDecisions,
  })
  .transform(({ window, decisions, ...state }): RulesOfJob => ({
    state: state satisfies RuleState,
    window,
    decisions,
  }));

const memory: z.ZodType<RuleMemory> = z.object({
  rules: z.record(z.string(), packedRules).default({}),
  looks: packedLooks.default([]),
  recent: packedSamples.transform((samples) => samples ?? []).default([]),
});

const readMemory = reader(memory);

/** Reads what the rules remember; what cannot be read is forgotten. */
export function decodeMemory(text: string | null): RuleMemory {
  return text === null ? NO_MEMORY : (readMemory(text) ?? NO_MEMORY);
}

/** Packs samples as the text of a row. */
export function encodeSamples(samples: readonly Sample[]): string {
  return JSON.stringify(packSamples(samples));
}

const readSamples = reader(packedSamples);

/** Reads the samples of a row; none when they cannot be read. */
export function decodeSamples(text: string): readonly Sample[] {
  return readSamples(text) ?? [];
}
