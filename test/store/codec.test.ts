import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { assess } from '../../src/domain/poll/assess.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import { parseResults } from '../../src/drs/drs-response.ts';
import {
  addCause,
  decodeAnnouncement,
  decodeCauses,
  decodeEvent,
  decodeLanguage,
  decodeState,
  decodeWhy,
  encode,
} from '../../src/store/rows/codec.ts';
import { ORDERS } from '../support/reports.ts';

/** What DRS, or something in between, may write where a figure belongs. */
const FIGURE = fc.oneof(
  fc.double(),
  fc.integer().map(String),
  fc.string({ unit: fc.constantFrom('9', '0', '1'), minLength: 1, maxLength: 320 }),
  fc.constantFrom('', '-1', 'NA', null, '1e400', 'Infinity', '9'.repeat(310), 1e308),
  fc.jsonValue({ maxDepth: 1 }),
);
/** Texts with NUL and halves of characters. */
const WORDS = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a\0b', '\uD800', 'x\uDC00y'));
const TEXT = fc.oneof(WORDS, FIGURE);
const STATUS = fc.oneof(
  fc.constantFrom(
    'INCRE_TRANSFER_STARTED',
    'INCRE_TRANSFER_FAILED',
    'FULL_TRANSFER_STARTED',
    'RELEASE_RESOURCE_COMPLETE',
  ),
  TEXT,
);
const ITEM = fc.record(
  {
    transfer_status: STATUS,
    progress: FIGURE,
    incre_trans_delay: FIGURE,
    incre_trans_delay_millis: FIGURE,
    task_mode: TEXT,
    process_time: TEXT,
    remaining_time: TEXT,
    error_code: TEXT,
    error_msg: TEXT,
    progress_map: fc.dictionary(fc.string(), fc.record({ completed: FIGURE, remaining_time: TEXT })),
    something_new: fc.oneof(fc.jsonValue(), FIGURE, TEXT),
  },
  { requiredKeys: [] },
);
const LOOK = fc.tuple(ITEM, fc.integer({ min: 1, max: 900_000 }));

/** What a text holds that was written by `encode`. */
function plain(value: object): unknown {
  return JSON.parse(encode(value));
}

test('whatever DRS answers, what is kept of it can be read again', () => {
  fc.assert(
    fc.property(fc.array(LOOK, { minLength: 1, maxLength: 8 }), (looks) => {
      let [state, now] = [UNSEEN_JOB, 1_700_000_000_000];
      for (const [item, pause] of looks) {
        now += pause;
        const answer = parseResults([{ ...item, job_id: ORDERS }], [ORDERS]).get(ORDERS) ?? {
          kind: 'omitted' as const,
        };
        const assessed = assess(state, answer, now);
        const read = decodeState(encode(assessed.state));
        expect(read).not.toBeNull();
        expect(plain(read ?? {})).toEqual(plain(assessed.state));
        for (const event of assessed.events) expect(decodeEvent(encode(event))?.kind).toBe(event.kind);
        state = read ?? UNSEEN_JOB;
      }
    }),
  );
});

test('a number that is none and a text that no database holds are written as what can be read', () => {
  fc.assert(
    fc.property(fc.double(), WORDS, (number, status) => {
      const read = decodeState(encode({ ...UNSEEN_JOB, toldStatus: status, failure: { status, since: number } }));
      expect(read).not.toBeNull();
      expect(Number.isFinite(read?.failure?.since)).toBe(true);
      expect(read?.toldStatus).not.toMatch(/\0|\p{Surrogate}/u);
    }),
  );
});

test('nothing that stands in a row makes reading it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      for (const read of [decodeState, decodeEvent, decodeAnnouncement, decodeCauses, decodeWhy, decodeLanguage])
        expect(() => read(text)).not.toThrow();
    }),
  );
});

describe('what an older version wrote', () => {
  test('is read without the histogram of lags that it held', () => {
    const lags = { maxMs: 9_000, counts: { '3': 7 } };
    expect(decodeState(encode({ ...UNSEEN_JOB, lags }))).toEqual(UNSEEN_JOB);
    const ended = { kind: 'ended', at: 5, report: null, previous: null, lastLag: null, verdict: 'had_failed' };
    const summary = { from: 1, fromStart: true, phases: {}, lag: { maxMs: 9_000, mostMs: 8_000 } };
    expect(decodeEvent(encode({ ...ended, summary }))).toMatchObject({
      kind: 'ended',
      summary: { lag: { maxMs: 9_000, lastDays: null } },
    });
  });
});

describe('what a newer version wrote', () => {
  test('is told as something that is not known, with the name of its kind', () => {
    const event = encode({ kind: 'lag_high', at: 5, report: null, previous: null, lastLag: null, since: 3 });
    expect(decodeEvent(event)).toMatchObject({ kind: 'other', name: 'lag_high', at: 5 });
    expect(decodeAnnouncement(encode({ kind: 'digest', of: 'today' }))).toEqual({ kind: 'other', name: 'digest' });
    expect(decodeAnnouncement(encode({ kind: 'signal', signal: { kind: 'quota_used_up' } }))).toEqual({
      kind: 'signal',
      signal: { kind: 'other', name: 'quota_used_up' },
    });
    expect(decodeWhy(encode({ key: 'moon_phase', values: {} })).key).toBe('other');
    expect(decodeLanguage('fr')).toBeNull();
  });

  test('stays beside what this version adds', () => {
    const stored = encode({ fr: { code: null, text: 'panne' } });
    const added = addCause(stored, 'en', { code: null, text: 'broken' });
    expect(decodeCauses(added)).toEqual({ en: { code: null, text: 'broken' } });
    expect(JSON.parse(added)).toHaveProperty('fr');
  });
});
