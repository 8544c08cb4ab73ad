import { z } from 'zod';

import { STATUS_GROUPS } from '../../domain/job/job-status.ts';
import type { StatusGroup } from '../../domain/job/job-status.ts';
import type { Reading } from '../../domain/job/readings.ts';
import type { PartPercent } from '../../domain/job/rule-event.ts';
import type { Sample } from '../../domain/rules/sample.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { parsed } from './codec.ts';

/** Stands for parts that are those of the sample before. */
const SAME = 0;

/**
 * Samples as one flat list, which takes a tenth of what objects would: a group where it changes, then for each sample the
 * seconds since the one before (1970 for the first) and, while replicating, its lag or, while copying, its parts.
 */
export function packSamples(samples: readonly Sample[]): readonly unknown[] {
  const packed: unknown[] = [];
  let group: StatusGroup | null = null;
  let second = 0;
  let parts: readonly PartPercent[] = [];
  for (const sample of samples) {
    if (sample.group !== group) {
      packed.push(sample.group);
      parts = [];
    }
    ({ group } = sample);
    const now = Math.floor(sample.at / SECOND);
    packed.push(now - second);
    second = now;
    if (group === 'replicating') packed.push(sample.lagMs);
    if (group === 'full_copy') packed.push(areSame(sample.parts, parts) ? SAME : packParts(sample.parts));
    ({ parts } = sample);
  }
  return packed;
}

function packParts(parts: readonly PartPercent[]): readonly unknown[] {
  return parts.flatMap(({ name, percent }) => [name, percent]);
}

function areSame(ones: readonly PartPercent[], others: readonly PartPercent[]): boolean {
  return (
    ones === others ||
    (ones.length === others.length &&
      ones.every(({ name, percent }, index) => name === others[index]?.name && percent === others[index]?.percent))
  );
}

/** Packed samples; null when they are none. */
export const packedSamples = z.unknown().transform(unpackSamples);

/** The samples of a packed list; null when it is none. Of a status that this version does not know they are of an unknown one. */
export function unpackSamples(packed: unknown): readonly Sample[] | null {
  if (!isList(packed)) return null;
  const samples: Sample[] = [];
  let group: StatusGroup = 'unknown';
  let second = 0;
  let parts: readonly PartPercent[] = [];
  for (let index = 0; index < packed.length; index++) {
    const item = packed[index];
    if (typeof item === 'string') {
      group = toGroup(item);
      parts = [];
      continue;
    }
    if (!isNumber(item)) return null;
    second += item;
    if (!Number.isSafeInteger(second) || !Number.isSafeInteger(second * SECOND)) return null;
    let lagMs: number | null = null;
    if (group === 'replicating') {
      const lag = packed[++index];
      if (!isLag(lag)) return null;
      lagMs = lag;
    }
    if (group === 'full_copy') {
      const next = unpackParts(packed[++index], parts);
      if (next === null) return null;
      parts = next;
    }
    samples.push({ at: second * SECOND, group, lagMs, parts });
  }
  return samples;
}

function toGroup(name: string): StatusGroup {
  return STATUS_GROUPS.find((group) => group === name) ?? 'unknown';
}

function unpackParts(item: unknown, before: readonly PartPercent[]): readonly PartPercent[] | null {
  if (item === SAME) return before;
  if (!isList(item) || item.length % 2 !== 0) return null;
  const parts: PartPercent[] = [];
  for (let index = 0; index < item.length; index += 2) {
    const [name, percent] = [item[index], item[index + 1]];
    if (typeof name !== 'string' || !isNumber(percent)) return null;
    parts.push({ name, percent });
  }
  return parts;
}

/**
 * Times and lags as one flat list: for each by how many ms the time since the one before (`from` for the first) differs from the
 * time before that, which is little where polls come at an even pace, and its lag.
 */
export function packTimes(readings: readonly Reading[], from: EpochMs): readonly (number | null)[] {
  const packed: (number | null)[] = [];
  let [before, stepBefore] = [from, 0];
  for (const { at, lagMs } of readings) {
    const step = at - before;
    packed.push(step - stepBefore, lagMs);
    [before, stepBefore] = [at, step];
  }
  return packed;
}

/** The readings of such a list, in whole ms; null when it is none. */
export function unpackReadings(packed: unknown, from: EpochMs): readonly Reading[] | null {
  if (!isList(packed) || packed.length % 2 !== 0 || !isTime(from)) return null;
  const readings: Reading[] = [];
  let [at, step] = [from, 0];
  for (let index = 0; index < packed.length; index += 2) {
    const more = packed[index];
    const lagMs = packed[index + 1];
    if (!isNumber(more) || !isLag(lagMs)) return null;
    step += more;
    at += step;
    if (!isTime(step) || !isTime(at)) return null;
    // JSON has no -0.
    readings.push({ at: Math.round(at) + 0, lagMs });
  }
  return readings;
}

/** Readings as they were packed at first: for each the ms since the one before (1970 for the first), and its lag. */
export const packedReadings = z.unknown().transform((packed): readonly Reading[] => {
  const readings: Reading[] = [];
  if (!isList(packed)) return readings;
  let at = 0;
  for (let index = 0; index + 1 < packed.length; index += 2) {
    const [since, lagMs] = [packed[index], packed[index + 1]];
    if (!isNumber(since) || !isLag(lagMs)) return readings;
    at += since;
    readings.push({ at, lagMs });
  }
  return readings;
});

/** Packs samples as the text of a row. */
export function encodeSamples(samples: readonly Sample[]): string {
  return JSON.stringify(packSamples(samples));
}

/** Reads the samples of a row; none when they cannot be read. */
export function decodeSamples(text: string): readonly Sample[] {
  return unpackSamples(parsed(text)) ?? [];
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Beyond this, ms can no longer be counted one by one. */
function isTime(ms: number): boolean {
  return Math.abs(ms) <= Number.MAX_SAFE_INTEGER;
}

/** A text may hold numbers that are too large to be any. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A number, or null where none was read. */
export function isLag(value: unknown): value is number | null {
  return value === null || isNumber(value);
}
