import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { assess, LASTING_STATUS_MS, UNRELEASED_COPY_MS } from '../../src/domain/poll/assess.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import { SILENCES } from '../../src/domain/job/silence.ts';
import type { Silence } from '../../src/domain/job/silence.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import type { ProgressAnswer } from '../../src/domain/job/progress-answer.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { reported } from '../support/reports.ts';

const NO_SUCH_JOB: ProgressAnswer = { kind: 'item_error', code: 'DRS.M00289', message: null };

/** Reports read a minute apart, the first as baseline; a number waits that many ms instead of the minute. */
function live(...story: readonly (string | number | ProgressAnswer)[]): {
  state: JobState;
  events: readonly JobEvent[];
  silence: Silence | null;
} {
  let state = UNSEEN_JOB;
  let now = 1_000_000;
  let silence: Silence | null = null;
  const events: JobEvent[] = [];
  for (const step of story) {
    if (typeof step === 'number') {
      now += step - MINUTE;
      continue;
    }
    const result = assess(state, typeof step === 'string' ? reported(step) : step, now);
    ({ state, silence } = result);
    events.push(...result.events);
    now += MINUTE;
  }
  return { state, events, silence };
}

function told(...story: readonly (string | number | ProgressAnswer)[]): readonly string[] {
  return live(...story).events.map((event) => {
    switch (event.kind) {
      case 'status_changed':
        return event.to;
      case 'ended':
        return `ended:${event.verdict}`;
      default:
        return event.kind;
    }
  });
}

describe('a status', () => {
  test('that is the baseline tells nothing', () => {
    expect(told('FULL_TRANSFER_STARTED')).toEqual([]);
    expect(told('INCRE_TRANSFER_FAILED')).toEqual([]);
  });

  test('that stays tells nothing', () => {
    expect(told('INCRE_TRANSFER_STARTED', 'INCRE_TRANSFER_STARTED', 'INCRE_TRANSFER_STARTED')).toEqual([]);
  });

  test('of a clean migration is told in at most six messages', () => {
    const life = [
      'CREATING',
      'CONFIGURATION',
      'STARTJOBING',
      'FULL_TRANSFER_STARTED',
      'FULL_TRANSFER_COMPLETE',
      ...Array.from({ length: 8 }, () => 'INCRE_TRANSFER_STARTED'),
      'RELEASE_RESOURCE_STARTED',
      'RELEASE_RESOURCE_COMPLETE',
      'RELEASE_RESOURCE_COMPLETE',
    ];
    expect(told(...life)).toEqual([
      'FULL_TRANSFER_STARTED',
      'FULL_TRANSFER_COMPLETE',
      'INCRE_TRANSFER_STARTED',
      'ended:stopped_in_sync',
    ]);
  });

  test('that passes quickly is not told, and neither is the return from it', () => {
    expect(
      told('INCRE_TRANSFER_STARTED', 'NODE_UPGRADE_START', 'NODE_UPGRADE_COMPLETE', 'INCRE_TRANSFER_STARTED'),
    ).toEqual([]);
  });

  test('that should pass and lasts 15 minutes is told once, and so is the return from it', () => {
    const story = [
      'INCRE_TRANSFER_STARTED',
      'NODE_UPGRADE_START',
      LASTING_STATUS_MS,
      'NODE_UPGRADE_START',
      'NODE_UPGRADE_START',
      'INCRE_TRANSFER_STARTED',
    ];
    expect(told(...story)).toEqual(['status_lasting', 'INCRE_TRANSFER_STARTED']);
  });

  test('that nobody knows is told once each time it is entered, and kept verbatim', () => {
    const { state } = live('INCRE_TRANSFER_STARTED', 'TELEPORTING');
    expect(state.report?.status).toBe('TELEPORTING');
    expect(told('INCRE_TRANSFER_STARTED', 'TELEPORTING', 'INCRE_TRANSFER_STARTED', 'TELEPORTING')).toEqual([
      'TELEPORTING',
      'INCRE_TRANSFER_STARTED',
      'TELEPORTING',
    ]);
    expect(told('INCRE_TRANSFER_STARTED', 'TELEPORTING', 'TELEPORTING', 'TELEPORTING')).toEqual(['TELEPORTING']);
  });

  test('keeps what was known of the phase before: how long it lasted, and whether its beginning was seen', () => {
    const { events } = live('FULL_TRANSFER_STARTED', 'FULL_TRANSFER_COMPLETE', 'INCRE_TRANSFER_STARTED');
    expect(events[0]?.previous).toMatchObject({ status: 'FULL_TRANSFER_STARTED', startSeen: false });
    expect(events[1]?.previous).toMatchObject({ status: 'FULL_TRANSFER_COMPLETE', startSeen: true });
  });

  test('first seen after hours without a look has no known beginning', () => {
    const { state } = live('FULL_TRANSFER_STARTED', 5 * HOUR, 'INCRE_TRANSFER_STARTED');
    expect(state.statusStartSeen).toBe(false);
  });
});

describe('a failure', () => {
  test('is told at once, and its recovery only when it works in several readings over minutes', () => {
    expect(told('INCRE_TRANSFER_STARTED', 'INCRE_TRANSFER_FAILED')).toEqual(['INCRE_TRANSFER_FAILED']);
    expect(told('INCRE_TRANSFER_STARTED', 'INCRE_TRANSFER_FAILED', 'INCRE_TRANSFER_STARTED')).toEqual([
      'INCRE_TRANSFER_FAILED',
    ]);
    const working = (readings: number) => Array.from({ length: readings }, () => 'INCRE_TRANSFER_STARTED');
    expect(told('INCRE_TRANSFER_STARTED', 'INCRE_TRANSFER_FAILED', ...working(3))).toEqual(['INCRE_TRANSFER_FAILED']);
    expect(told('INCRE_TRANSFER_STARTED', 'INCRE_TRANSFER_FAILED', ...working(4))).toEqual([
      'INCRE_TRANSFER_FAILED',
      'recovered',
    ]);
  });

  test('that flaps is told once', () => {
    const flapping = [
      'INCRE_TRANSFER_FAILED',
      'INCRE_TRANSFER_STARTED',
      'INCRE_TRANSFER_FAILED',
      'INCRE_TRANSFER_STARTED',
    ];
    expect(told('INCRE_TRANSFER_STARTED', ...flapping)).toEqual(['INCRE_TRANSFER_FAILED']);
  });

  test('counts its time until the job was first seen working again', () => {
    const { events } = live(
      'INCRE_TRANSFER_STARTED',
      'INCRE_TRANSFER_FAILED',
      'STARTJOBING',
      ...Array.from({ length: 4 }, () => 'INCRE_TRANSFER_STARTED'),
    );
    expect(events.at(-1)).toMatchObject({
      kind: 'recovered',
      failedAt: 1_000_000 + MINUTE,
      workingAt: 1_000_000 + 3 * MINUTE,
    });
  });

  test('that becomes a pause or an end is no recovery', () => {
    expect(told('INCRE_TRANSFER_FAILED', 'PAUSING', 'INCRE_TRANSFER_STARTED')).toEqual([
      'PAUSING',
      'INCRE_TRANSFER_STARTED',
    ]);
    expect(told('INCRE_TRANSFER_FAILED', 'RELEASE_RESOURCE_COMPLETE', 'RELEASE_RESOURCE_COMPLETE')).toEqual([
      'ended:had_failed',
    ]);
  });
});

describe('an end', () => {
  test.each([
    ['stopped_in_sync', reported('INCRE_TRANSFER_STARTED', { lagMs: 10 * SECOND })],
    ['stopped_behind', reported('INCRE_TRANSFER_STARTED', { lagMs: 11 * SECOND })],
    ['lag_unknown', reported('INCRE_TRANSFER_STARTED', { lagMs: null })],
    ['copy_finished', reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
    ['during_full_copy', reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_INCR_TRANS' })],
    ['during_full_copy', reported('FULL_TRANSFER_STARTED')],
    ['while_paused', reported('PAUSING')],
    ['before_start', reported('CONFIGURATION')],
  ])('is judged by the last standing: %s', (verdict, last) => {
    const standing = Array.from({ length: 8 }, () => last);
    const released = reported('RELEASE_RESOURCE_COMPLETE');
    expect(told(...standing, reported('RELEASE_RESOURCE_STARTED'), released, released)).toEqual([`ended:${verdict}`]);
  });

  test('is told when two looks in a row have seen it, and counts from the first', () => {
    expect(told('INCRE_TRANSFER_STARTED', 'RELEASE_RESOURCE_COMPLETE')).toEqual([]);
    expect(told('INCRE_TRANSFER_STARTED', 'RELEASE_RESOURCE_COMPLETE', 'INCRE_TRANSFER_STARTED')).toEqual([]);
    const { events } = live('PAUSING', 'RELEASE_RESOURCE_COMPLETE', 'RELEASE_RESOURCE_COMPLETE');
    expect(events).toMatchObject([{ kind: 'ended', at: 1_000_000 + MINUTE }]);
  });

  test('is told once, however often it is read', () => {
    const released = Array.from({ length: 3 }, () => 'RELEASE_RESOURCE_COMPLETE');
    expect(told('PAUSING', ...released, 'DELETED')).toEqual(['ended:while_paused']);
  });

  test('of a finished copy that nobody releases comes after seven days', () => {
    const finished = reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' });
    expect(
      told(reported('FULL_TRANSFER_STARTED', { taskMode: 'FULL_TRANS' }), finished, UNRELEASED_COPY_MS, finished),
    ).toEqual(['FULL_TRANSFER_COMPLETE', 'ended:copy_never_released']);
  });
});

describe('a job DRS does not know', () => {
  test('is not gone by that alone, however often DRS says so', () => {
    const { state, events } = live('INCRE_TRANSFER_STARTED', NO_SUCH_JOB, NO_SUCH_JOB, DAY, NO_SUCH_JOB);
    expect(events).toEqual([]);
    expect(state).toMatchObject({ over: null, unknown: { why: { key: 'no_such_job' } } });
  });

  test('is gone when its status is DELETED in two looks', () => {
    expect(told('INCRE_TRANSFER_STARTED', 'DELETED')).toEqual([]);
    expect(told('INCRE_TRANSFER_STARTED', 'DELETED', 'DELETED')).toEqual(['gone']);
  });
});

describe('an answer without a report', () => {
  const nothing: readonly ProgressAnswer[] = [
    { kind: 'omitted' },
    { kind: 'item_error', code: 'DRS.M00004', message: 'fault' },
    { kind: 'rejected', code: null, message: null },
    {
      kind: 'unanswered',
      failure: {
        reason: 'timeout',
        why: { key: 'timeout', values: {} },
        code: null,
        httpStatus: null,
        requestId: null,
      },
    },
  ];

  test.each(nothing)('changes nothing people were told, but shows as unknown: $kind', (answer) => {
    const { state, events } = live('INCRE_TRANSFER_STARTED', answer, answer);
    expect(events).toEqual([]);
    expect(state.report?.status).toBe('INCRE_TRANSFER_STARTED');
    expect(state.unknown).toMatchObject({ since: 1_000_000 + MINUTE });
  });

  test('does not count as a failed job', () => {
    expect(told('INCRE_TRANSFER_STARTED', ...nothing, 'INCRE_TRANSFER_STARTED')).toEqual([]);
  });
});

test('the last lag survives a failure, a pause and figures that cannot be measured', () => {
  const { state } = live(
    reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 }),
    reported('INCRE_TRANSFER_STARTED', { lagMs: null }),
    reported('INCRE_TRANSFER_FAILED', { lagMs: 999_999 }),
  );
  expect(state.lastLag).toEqual({ ms: 3_000, at: 1_000_000 });
});

describe('whatever DRS answers', () => {
  const statuses = [
    'CREATING',
    'STARTJOBING',
    'FULL_TRANSFER_STARTED',
    'FULL_TRANSFER_COMPLETE',
    'INCRE_TRANSFER_STARTED',
    'PAUSING',
    'INCRE_TRANSFER_FAILED',
    'RELEASE_RESOURCE_COMPLETE',
    'DELETED',
    'NEW_ONE',
  ];
  const answer: fc.Arbitrary<ProgressAnswer> = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...statuses).map((status) => reported(status)) },
    fc.constant<ProgressAnswer>({ kind: 'omitted' }),
    fc.constant(NO_SUCH_JOB),
  );

  test('reading every answer a second time, at the same moment, tells nothing more except an end', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 30 }), (answers) => {
        let state = UNSEEN_JOB;
        for (const [index, one] of answers.entries()) {
          state = assess(state, one, index * MINUTE).state;
          const again = assess(state, one, index * MINUTE);
          expect(again.events.filter((event) => event.kind !== 'ended' && event.kind !== 'gone')).toEqual([]);
          state = again.state;
        }
      }),
    );
  });

  test('an end or a disappearance is told at most once until the job is seen alive again', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 40 }), (answers) => {
        let state = UNSEEN_JOB;
        let over = false;
        for (const [index, one] of answers.entries()) {
          const result = assess(state, one, index * 3 * MINUTE);
          const ends = result.events.filter((event) => event.kind === 'ended' || event.kind === 'gone');
          expect(ends.length).toBeLessThanOrEqual(over ? 0 : 1);
          over = result.state.over !== null;
          expect(ends.length > 0 && !over).toBe(false);
          state = result.state;
        }
      }),
    );
  });

  test('two events in a row never tell the same status', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 40 }), (answers) => {
        const changes = live(...answers).events.flatMap((event) => (event.kind === 'status_changed' ? [event] : []));
        expect(changes.filter((change) => change.from === change.to)).toEqual([]);
      }),
    );
  });
});

describe('an answer that tells nothing says why:', () => {
  const COPY = 'FULL_TRANSFER_STARTED';
  const FAILED = 'FULL_TRANSFER_FAILED';
  const END = 'RELEASE_RESOURCE_COMPLETE';
  const stories: Readonly<Record<Silence, readonly (string | ProgressAnswer)[]>> = {
    baseline: [COPY],
    as_told: [COPY, COPY],
    passing: [COPY, 'CHANGE_JOB_STARTED'],
    recovery_not_sure: [COPY, FAILED, COPY],
    end_not_sure: [COPY, END],
    flapping: [COPY, FAILED, COPY, FAILED, COPY, FAILED, COPY],
    over: [COPY, END, END, END],
    missing: [COPY, NO_SUCH_JOB],
    not_seen: [COPY, { kind: 'omitted' }],
  };

  test.each(SILENCES)('%s', (silence) => {
    expect(live(...stories[silence]).silence).toBe(silence);
  });

  test('and one that tells something has no such reason', () => {
    expect(live(COPY, FAILED)).toMatchObject({ events: [{ kind: 'status_changed' }], silence: null });
  });
});
