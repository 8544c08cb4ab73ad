import { z } from 'zod';

import { STATUS_GROUPS } from '../../domain/job/job-status.ts';
import type { StatusGroup } from '../../domain/job/job-status.ts';
import type { Reading } from '../../domain/job/readings.ts';
import type { PartPercent } from '../../domain/job/rule-event.ts';
import type { Sample } from '../../domain/rules/sample.ts';
import { SECOND } from '../../domain/base/time.ts';

/** Stands for parts that are those of the sample before. */
const SAME = 0;
const partItems = z.array(z.union([z.string(), z.number()]));

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

/** Packed samples; null when they are none. Of a status that this version does not know they are of an unknown one. */
export const packedSamples = z.unknown().transform((packed): readonly Sample[] | null => {
  return isList(packed) ? unpackSamples(packed) : null;
});

function unpackSamples(packed: readonly unknown[]): readonly Sample[] | null {
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
    if (typeof item !== 'number') return null;
    second += item;
    let lagMs: number | null = null;
    if (group === 'replicating') {
      const lag = packed[++index];
      if (typeof lag === 'number') lagMs = lag;
      else if (lag !== null) return null;
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
  const { data } = partItems.safeParse(item);
  if (data === undefined) return null;
  return data.flatMap((name, index) => {
    const percent = data[index + 1];
    return typeof name === 'string' && typeof percent === 'number' ? [{ name, percent }] : [];
  });
}

/** Readings as one flat list: for each the ms since the one before (1970 for the first), and its lag. */
export function packReadings(readings: readonly Reading[]): readonly (number | null)[] {
  const packed: (number | null)[] = [];
  let before = 0;
  for (const { at, lagMs } of readings) {
    packed.push(at - before, lagMs);
    before = at;
  }
  return packed;
}

/** Packed readings, as far as they can be read. Not an array's schema: that would take longer than all the rest of a row. */
export const packedReadings = z.unknown().transform((packed): readonly Reading[] => {
  const readings: Reading[] = [];
  if (!isList(packed)) return readings;
  let at = 0;
  for (let index = 0; index + 1 < packed.length; index += 2) {
    const [since, lagMs] = [packed[index], packed[index + 1]];
    if (typeof since !== 'number' || (typeof lagMs !== 'number' && lagMs !== null)) return readings;
    at += since;
    readings.push({ at, lagMs });
  }
  return readings;
});

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
