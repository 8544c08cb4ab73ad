import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { liveOn } from '../power-cut/channel-life.ts';
import type { Mark } from '../power-cut/channel-life.ts';
import { afterPowerCut, DATABASE, LEFT, recordLife } from '../power-cut/disk-record.ts';
import type { Recorded } from '../power-cut/disk-record.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'power-cut-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Everything that is said in the channel once it watches, whether the power is cut or not. */
const SAID = ['1 failed', '2 failed', '3 failed', 'unsubscribed'].map((what) => `send news: ${what}`);

const hasStrace = spawnSync('strace', ['-V']).status === 0;

describe.skipIf(!hasStrace)('what waits for the disk (needs strace)', () => {
  let calls: readonly Recorded[] = [];
  beforeAll(async () => void (calls = await recordLife(folder)), 60_000);

  test('a poll does not, what is about to be said in Slack does', () => {
    expect(syncsBetween(calls, 'asks', 'committed')).toEqual([0, 0, 0]);
    for (const syncs of syncsBetween(calls, 'committed', 'sent')) expect(syncs).toBeGreaterThan(0);
  });

  test('a power cut at any moment loses nothing that was told, and tells nothing twice', async () => {
    const cuts = cutsOf(calls);
    expect(cuts.length).toBeGreaterThan(20);
    for (const count of cuts)
      for (const left of LEFT) expect([count, left, await lifeAfter(calls, count, left)]).toEqual([count, left, SAID]);
  }, 240_000);
});

/** Where files may differ: before and behind each sync and each mark. */
function cutsOf(calls: readonly Recorded[]): readonly number[] {
  const begun = calls.findIndex((call) => call.kind === 'mark');
  const cuts = calls.flatMap((call, index) => (call.kind === 'sync' || call.kind === 'mark' ? [index, index + 1] : []));
  return [...new Set(cuts)].filter((count) => count > begun);
}

/** How many syncs each stretch has that begins and ends with these marks. */
function syncsBetween(calls: readonly Recorded[], from: Mark['kind'], to: Mark['kind']): readonly number[] {
  const stretches: number[] = [];
  let syncs: number | null = null;
  for (const call of calls) {
    if (call.kind === 'sync' && syncs !== null) syncs += 1;
    if (call.kind === 'mark' && call.mark.kind === to && syncs !== null) {
      stretches.push(syncs);
      syncs = null;
    }
    if (call.kind === 'mark' && call.mark.kind === from) syncs = 0;
  }
  return stretches;
}

async function lifeAfter(calls: readonly Recorded[], count: number, left: (typeof LEFT)[number]) {
  const place = mkdtempSync(join(folder, 'cut-'));
  for (const [name, bytes] of afterPowerCut(calls, count, left)) writeFileSync(join(place, name), bytes);
  const marks = calls.slice(0, count).flatMap((call) => (call.kind === 'mark' ? [call.mark] : []));
  const sent = await liveOn(`sqlite:${join(place, DATABASE)}`, marks);
  rmSync(place, { recursive: true });
  return sent;
}
