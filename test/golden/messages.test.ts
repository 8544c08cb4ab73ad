import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseBlocks } from '../../src/demo/slack-workspace/validate-blocks.ts';
import { simulatedJobId } from '../../src/demo/drs-simulator/jobs.ts';
import { assess } from '../../src/domain/assess.ts';
import type { JobEvent } from '../../src/domain/job-event.ts';
import { UNSEEN_JOB } from '../../src/domain/job-state.ts';
import type { JobState } from '../../src/domain/job-state.ts';
import type { DeliveryFacts, NamedJob } from '../../src/domain/post.ts';
import type { ProgressAnswer } from '../../src/domain/progress-answer.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/time.ts';
import { helpMessage, faultMessage } from '../../src/slack/messages/help-message.ts';
import { listMessage } from '../../src/slack/messages/list-message.ts';
import type { SlackMessage } from '../../src/slack/messages/message.ts';
import { postMessage } from '../../src/slack/messages/post-message.ts';
import { statusMessage } from '../../src/slack/messages/status-message.ts';
import { aJob, aReport, BILLING, ORDERS, reported } from '../support/reports.ts';

const START = Date.parse('2026-11-23T02:10:00Z');
const job: NamedJob = { connectionId: 'prod', jobId: ORDERS, name: null };
const parts = [
  { name: 'struct', percent: 100, remainingTime: null },
  { name: 'data', percent: 63, remainingTime: null },
  { name: 'index', percent: 0, remainingTime: null },
];

type Step = readonly [minutes: number, answer: ProgressAnswer | string];

/** Reads answers at the given minutes after the start; the state at the end, and every event. */
function read(...steps: readonly Step[]): {
  readonly state: JobState;
  readonly events: readonly JobEvent[];
  readonly now: number;
} {
  let state = UNSEEN_JOB;
  const events: JobEvent[] = [];
  let now = START;
  for (const [minutes, answer] of steps) {
    now = START + minutes * MINUTE;
    const result = assess(state, typeof answer === 'string' ? reported(answer) : answer, now);
    state = result.state;
    events.push(...result.events);
  }
  return { state, events, now };
}

const told = (...steps: readonly Step[]): SlackMessage => {
  const event = read(...steps).events.at(-1);
  if (event === undefined) throw new Error('nothing was told');
  return postMessage({ id: 'POST', facts: [{ kind: 'event', job, eventNumber: 1, event }] });
};

const shown = (...steps: readonly Step[]): SlackMessage => {
  const { state, now } = read(...steps);
  const known = { look: { kind: 'known' as const, job: aJob({}, state) }, subscribed: false };
  return statusMessage({ jobs: [known], problems: [] }, '/drs', now);
};

/** Text first, because that is what is read aloud and pushed; then the blocks. */
const written = ({ text, blocks }: SlackMessage) => `${text}\n\n${JSON.stringify(blocks, null, 2)}\n`;

function expectValid(message: SlackMessage): void {
  const parsed = parseBlocks(message.blocks);
  expect('errors' in parsed ? parsed.errors : []).toEqual([]);
  expect(message.text.length).toBeLessThanOrEqual(4_000);
}

const NO_SUCH_JOB: ProgressAnswer = { kind: 'item_error', code: 'DRS.M00289', message: null };
const TIMEOUT: ProgressAnswer = {
  kind: 'unanswered',
  failure: {
    reason: 'timeout',
    sentence: 'No answer from drs.example in time.',
    code: null,
    httpStatus: null,
    requestId: null,
  },
};
const replicating: Step = [5, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })];

const MESSAGES: Readonly<Record<string, () => SlackMessage>> = {
  'told-full-copy-started': () => told([0, 'STARTJOBING'], [1, reported('FULL_TRANSFER_STARTED', { parts })]),
  'told-full-copy-resumed': () =>
    told(
      [0, reported('FULL_TRANSFER_STARTED', { parts })],
      [1, 'PAUSING'],
      [61, reported('FULL_TRANSFER_STARTED', { parts })],
    ),
  'told-full-copy-complete': () =>
    told(
      [0, 'STARTJOBING'],
      [1, 'FULL_TRANSFER_STARTED'],
      [1860, 'FULL_TRANSFER_STARTED'],
      [1861, 'FULL_TRANSFER_COMPLETE'],
    ),
  'told-copy-finished': () =>
    told(
      [0, reported('FULL_TRANSFER_STARTED', { taskMode: 'FULL_TRANS' })],
      [90, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
    ),
  'told-replicating': () => told([0, 'FULL_TRANSFER_COMPLETE'], replicating),
  'told-replicating-lag-unknown': () =>
    told([0, 'FULL_TRANSFER_COMPLETE'], [1, reported('INCRE_TRANSFER_STARTED', { lagMs: null })]),
  'told-replicating-again': () => told([0, 'PAUSING'], [120, reported('INCRE_TRANSFER_STARTED', { lagMs: 7_200_000 })]),
  'told-paused': () =>
    told(
      [0, 'FULL_TRANSFER_COMPLETE'],
      replicating,
      [8640, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })],
      [8641, 'PAUSING'],
    ),
  'told-failed': () =>
    told(
      [0, 'FULL_TRANSFER_COMPLETE'],
      replicating,
      [8640, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })],
      [8641, reported('INCRE_TRANSFER_FAILED', { errorCode: 'DRS.M05023' })],
    ),
  'told-failed-without-cause': () => told([0, 'FULL_TRANSFER_STARTED'], [10, 'FULL_TRANSFER_FAILED']),
  'told-create-failed': () => told([0, 'CREATING'], [1, 'CREATE_FAILED']),
  'told-recovered': () =>
    told(
      replicating,
      [14, 'INCRE_TRANSFER_FAILED'],
      [61, reported('INCRE_TRANSFER_STARTED', { lagMs: 2_880_000 })],
      [62, reported('INCRE_TRANSFER_STARTED', { lagMs: 2_820_000 })],
    ),
  'told-recovered-in-full-copy': () =>
    told(
      [0, 'FULL_TRANSFER_STARTED'],
      [1, 'FULL_TRANSFER_FAILED'],
      [31, reported('FULL_TRANSFER_STARTED', { parts })],
      [32, reported('FULL_TRANSFER_STARTED', { parts })],
    ),
  'told-lasting-status': () => told([0, 'CONFIGURATION'], [1, 'STARTJOBING'], [17, 'STARTJOBING']),
  'told-unknown-status': () => told(replicating, [6, 'TELEPORTING']),
  'told-ended-in-sync': () => told(replicating, [6, 'RELEASE_RESOURCE_STARTED'], [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-after-failure': () => told(replicating, [6, 'INCRE_TRANSFER_FAILED'], [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-during-full-copy': () => told([0, 'FULL_TRANSFER_STARTED'], [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-never-released': () => {
    const finished = reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' });
    return told([0, finished], [(7 * DAY) / MINUTE, finished]);
  },
  'told-gone-deleted': () => told(replicating, [6, 'DELETED']),
  'told-gone-unknown-to-drs': () => told(replicating, [6, NO_SUCH_JOB], [7, NO_SUCH_JOB], [12, NO_SUCH_JOB]),
  'announced-subscription': () =>
    postMessage({
      id: 'POST',
      facts: [
        {
          kind: 'announcement',
          announcement: { kind: 'subscribed', by: 'U1', jobs: [job, { ...job, jobId: BILLING, name: 'billing' }] },
        },
      ],
    }),
  'announced-end-of-subscription': () =>
    postMessage({
      id: 'POST',
      facts: [{ kind: 'announcement', announcement: { kind: 'unsubscribed', by: 'U1', jobs: [job] } }],
    }),
  'status-not-started': () => shown([0, 'CONFIGURATION']),
  'status-full-copy': () =>
    shown(
      [0, 'STARTJOBING'],
      [1, reported('FULL_TRANSFER_STARTED', { parts })],
      [841, reported('FULL_TRANSFER_STARTED', { parts, remainingTime: '10' })],
    ),
  'status-full-copy-overall-figure': () => shown([0, reported('FULL_TRANSFER_STARTED', { percent: 7, parts: [] })]),
  'status-replicating': () => shown([0, 'FULL_TRANSFER_COMPLETE'], replicating),
  'status-replicating-lag-unknown': () => shown(replicating, [6, reported('INCRE_TRANSFER_STARTED', { lagMs: null })]),
  'status-paused': () => shown(replicating, [305, 'PAUSING']),
  'status-failed': () => shown(replicating, [6, reported('INCRE_TRANSFER_FAILED', { errorCode: 'DRS.M05023' })]),
  'status-unknown': () => shown(replicating, [6, TIMEOUT], [48, TIMEOUT]),
  'status-ended': () => shown([0, 'RELEASE_RESOURCE_COMPLETE']),
  'status-of-two-jobs-and-a-mistake': () => {
    const { state, now } = read(replicating);
    const other = aJob({ jobId: BILLING }, { ...state, report: aReport({ jobId: BILLING, status: 'PAUSING' }) });
    const jobs = [
      { look: { kind: 'known' as const, job: aJob({}, state) }, subscribed: true },
      { look: { kind: 'known' as const, job: other }, subscribed: false },
    ];
    return statusMessage({ jobs, problems: [{ kind: 'not_an_id', reference: '<!channel>' }] }, '/drs', now);
  },
  list: () => {
    const { state } = read(replicating);
    const subscription = {
      id: 1,
      workspaceId: 'T',
      channelId: 'C',
      connectionId: 'prod',
      createdBy: 'U1',
      createdAt: START,
    };
    const pause = { reason: 'is_archived', since: START + HOUR, waiting: 2 };
    return listMessage(
      { subscriptions: [{ ...subscription, jobId: ORDERS, jobName: null, state }], pause },
      { command: '/drs', botName: 'drs' },
    );
  },
  help: () => helpMessage('/drs'),
  fault: () => faultMessage('1234abcd'),
};

describe('the message', () => {
  test.each(Object.entries(MESSAGES))('%s reads as recorded, and Slack takes it', async (name, render) => {
    const message = render();
    expectValid(message);
    await expect(written(message)).toMatchFileSnapshot(`./messages/${name}.txt`);
  });

  test.each(Object.entries(MESSAGES).filter(([name]) => name.startsWith('told')))(
    '%s has its news in the first line and at most five lines of it',
    (_name, render) => {
      const lines = render()
        .text.split('\n')
        .filter((line) => !line.startsWith('Now'));
      expect(lines.length).toBeLessThanOrEqual(5);
      expect(lines[0]).toMatch(/^(🔵|🟢|⚪|⏸️|🔴|✅|⏹️|⚫) /u);
    },
  );
});

describe('whatever DRS sends', () => {
  const nasty = fc.oneof(
    fc.string({ maxLength: 5_000 }),
    fc.constantFrom('<!channel>', '<@U1>', '&amp;', '<https://x|y>', '*bold*', '`', '\u0000', '😀'.repeat(2_000)),
  );
  const report = fc.record({
    status: nasty.filter((text) => text !== ''),
    taskMode: fc.option(nasty),
    parts: fc.array(
      fc.record({
        name: nasty,
        percent: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
        remainingTime: fc.option(nasty),
      }),
      { maxLength: 20 },
    ),
    errorCode: fc.option(nasty),
    remainingTime: fc.option(nasty),
    lagMs: fc.option(fc.double({ min: 0, max: 1e15, noNaN: true })),
  });

  test('the messages are valid Block Kit, and nothing in them becomes a mention or a link', () => {
    fc.assert(
      fc.property(report, nasty, (fields, name) => {
        const state: JobState = { ...UNSEEN_JOB, report: aReport(fields), checkedAt: START, statusSince: START };
        const event: JobEvent = {
          kind: 'status_changed',
          from: 'A',
          to: fields.status,
          at: START,
          report: aReport(fields),
          previous: null,
          lastLag: null,
        };
        const facts: DeliveryFacts = {
          kind: 'event',
          job: { ...job, name: name === '' ? null : name },
          eventNumber: 1,
          event,
        };
        for (const message of [
          postMessage({ id: 'P', facts: [facts] }),
          statusMessage(
            {
              jobs: [{ look: { kind: 'known', job: aJob({ name }, state) }, subscribed: false }],
              problems: [{ kind: 'not_an_id', reference: name }],
            },
            '/drs',
            START,
          ),
        ]) {
          expectValid(message);
          const tokens = JSON.stringify(message).replace(/<!date\^\d+\^[^|>]*\|[^>]*>/g, '');
          expect(tokens).not.toMatch(/<[!@#]|<https?:/);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('forty and more subscriptions still fit into one list', () => {
    const { state } = read(replicating);
    const subscriptions = Array.from({ length: 60 }, (_, number) => ({
      id: number,
      workspaceId: 'T',
      channelId: 'C',
      connectionId: 'prod',
      jobId: simulatedJobId(number),
      jobName: null,
      createdBy: 'U1',
      createdAt: START,
      state,
    }));
    const message = listMessage({ subscriptions, pause: null }, { command: '/drs', botName: 'drs' });
    expectValid(message);
    expect(JSON.stringify(message.blocks)).toContain('+20 more');
  });
});
