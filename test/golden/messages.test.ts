import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { parseBlocks, parseView } from '../../demo/slack-workspace/validate-blocks.ts';
import { durationParts } from '../../src/domain/base/duration.ts';
import { LANGUAGES } from '../../src/domain/base/language.ts';
import type { Language } from '../../src/domain/base/language.ts';
import { consoleLink } from '../../src/domain/console-link.ts';
import { explanation } from '../../src/domain/job/explanation.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import { jobName } from '../../src/domain/job/job-name.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import { nameKey } from '../../src/domain/names/name-key.ts';
import { NO_AFTERMATH } from '../../src/domain/post/post.ts';
import type { DeliveryFacts } from '../../src/domain/post/post.ts';
import { helpMessage } from '../../src/slack/messages/answers/help-message.ts';
import { jobsMessage } from '../../src/slack/messages/answers/jobs-message.ts';
import { listMessage } from '../../src/slack/messages/answers/list-message.ts';
import { statusMessage } from '../../src/slack/messages/answers/status-message.ts';
import type { SlackMessage } from '../../src/slack/messages/kit/message.ts';
import { safeName } from '../../src/slack/messages/kit/mrkdwn.ts';
import { createTexts } from '../../src/slack/messages/kit/texts.ts';
import type { Texts } from '../../src/slack/messages/kit/texts.ts';
import { manageView } from '../../src/slack/messages/views/manage-view.ts';
import type { SubscriptionList } from '../../src/use-cases/showing/list-subscriptions.ts';
import { postMessage } from '../../src/slack/messages/posts/post-message.ts';
import { en } from '../../src/words/en.ts';
import { ORDERS, aJob, aReport } from '../support/reports.ts';
import { TOLD_CASES } from './cases/told-cases.ts';
import { ENDED_CASES } from './cases/ended-cases.ts';
import { ANNOUNCED_CASES } from './cases/announced-cases.ts';
import { ALERT_CASES } from './cases/alert-cases.ts';
import { RULE_CASES } from './cases/rule-cases.ts';
import { INCIDENT_CASES } from './cases/incident-cases.ts';
import { STATUS_CASES } from './cases/status-cases.ts';
import { SUBSCRIPTION_CASES } from './cases/subscription-cases.ts';
import { NAME_CASES } from './cases/name-cases.ts';
import { READY_CASES } from './cases/ready-cases.ts';
import { LIST_CASES } from './cases/list-cases.ts';
import { ANSWER_CASES } from './cases/answer-cases.ts';
import { CHART_CASES } from './cases/chart-cases.ts';
import { WHY_CASES } from './cases/why-cases.ts';
import {
  A_POST,
  PAGE,
  START,
  VIEW,
  job,
  listed,
  none,
  read,
  replicating,
  status,
  subscription,
  toldOf,
} from './cases/facts.ts';
import type { Said } from './cases/facts.ts';

const textsIn = (language: Language): Texts =>
  createTexts(language, {
    command: '/drs',
    botName: 'drs',
    teamUrl: 'https://acme.slack.example/',
    tellsOperator: true,
    projects: () => ({ asked: 'ap-southeast-1 (p1)', others: '' }),
    consoleUrl: (of, reader) =>
      consoleLink('https://console.example/{region}#/{list}/{job}', {
        ...of,
        region: 'ap-southeast-1',
        projectId: 'p1',
        language: reader,
      }),
  });

/** Text first, because that is what is read aloud and pushed; then the blocks. */
const written = ({ text, blocks }: SlackMessage) => `${text}\n\n${JSON.stringify(blocks, null, 2)}\n`;

function expectValid(message: SlackMessage): void {
  const parsed = parseBlocks(message.blocks);
  expect('errors' in parsed ? parsed.errors : []).toEqual([]);
  expect(message.text.length).toBeLessThanOrEqual(3_000);
}

const MESSAGES: Readonly<Record<string, Said>> = {
  ...TOLD_CASES,
  ...ENDED_CASES,
  ...ANNOUNCED_CASES,
  ...ALERT_CASES,
  ...INCIDENT_CASES,
  ...RULE_CASES,
  ...STATUS_CASES,
  ...READY_CASES,
  ...SUBSCRIPTION_CASES,
  ...NAME_CASES,
  ...LIST_CASES,
  ...ANSWER_CASES,
  ...CHART_CASES,
  ...WHY_CASES,
};

describe.each(LANGUAGES)('the message in %s', (language) => {
  const texts = textsIn(language);
  const entries = Object.entries(MESSAGES);

  test.each(entries)('%s reads as recorded, and Slack takes it', async (name, render) => {
    const message = render(texts);
    expectValid(message);
    await expect(written(message)).toMatchFileSnapshot(`./messages/${language}/${name}.txt`);
  });

  test.each(entries.filter(([name]) => name.startsWith('told')))(
    '%s has its news in the first line and at most six lines of it',
    (_name, render) => {
      const shownLines = render(texts)
        .text.split('\n')
        .filter((line) => !/^(?:As of|截至)/.test(line) && line !== ORDERS);
      expect(shownLines.length).toBeLessThanOrEqual(6);
      expect(shownLines[0]).toMatch(/^(🔵|🟢|🟠|⚪|⏸️|🔴|✅|⏹️|⚫|🔔|🏁|⏰) /u);
    },
  );
});

/** The same texts, and the keys of all it has said. */
function recordKeys(texts: Texts): { readonly texts: Texts; readonly keys: ReadonlySet<string> } {
  const keys = new Set<string>();
  const recording: Texts = {
    ...texts,
    get: (key, values) => {
      keys.add(key);
      return texts.get(key, values);
    },
    explain: (why) => {
      keys.add(`why.${why.key}`);
      return texts.explain(why);
    },
    duration: (ms) => {
      const parts = durationParts(ms).map(({ unit }) => unit);
      for (const unit of parts.length === 0 ? ['none'] : parts) keys.add(`unit.${unit}`);
      return texts.duration(ms);
    },
  };
  return { texts: recording, keys };
}

test.each(LANGUAGES)('every text in %s is in a message that is recorded here', (language) => {
  const { texts, keys } = recordKeys(textsIn(language));
  for (const render of Object.values(MESSAGES)) render(texts);
  manageView(texts, listOf(1), { channelId: 'C1', readerId: 'U9', now: START });
  expect(Object.keys(en).filter((key) => !keys.has(key))).toEqual([]);
});

test('a text that no message has would be noticed', () => {
  const { texts, keys } = recordKeys(textsIn('en'));
  helpMessage(texts, null, 'C1');
  expect(Object.keys(en).filter((key) => !keys.has(key))).toContain('told.ended');
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

  test.each(LANGUAGES)(
    'the messages in %s are valid Block Kit, and nothing in them becomes a mention or a link',
    (language) => {
      const texts = textsIn(language);
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
            lagNote: 'settled',
            percentBefore: null,
          };
          const facts: DeliveryFacts = {
            kind: 'event',
            job: { ...job, name: name === '' ? null : name },
            eventNumber: 1,
            event,
            aftermath: { ...NO_AFTERMATH, cause: { code: name, text: name }, closed: { how: 'recovered', at: START } },
          };
          for (const message of [
            postMessage(texts, { ...A_POST, id: 'P', channelId: 'C1', facts: [facts] }),
            statusMessage(
              texts,
              {
                jobs: [status(aJob({ name }, state), { cause: { code: name, text: name } })],
                problems: [
                  none({
                    reference: name,
                    nearest: [listed(1, { name })],
                    listedAt: START,
                  }),
                  none({
                    reference: name,
                    nearest: [listed(1, { name })],
                    listFailure: explanation('refused', { label: name, text: name }),
                  }),
                  { kind: 'several', reference: name, matches: [listed(2, { name, status: name })], more: 1 },
                ],
              },
              { ...VIEW, now: START },
            ),
            jobsMessage(
              texts,
              {
                ...PAGE,
                text: name,
                standings: ['passing'],
                jobs: [
                  {
                    ...listed(1, { name, status: name }),
                    state: null,
                    shownName: jobName({ jobId: ORDERS, name }),
                    watchers: { isHere: false, elsewhere: [] },
                  },
                ],
              },
              { channelId: 'C1', now: START },
            ),
          ]) {
            expectValid(message);
            const shownText = JSON.stringify(message, (key, value: unknown) =>
              key === 'value' || isLiteral(value) ? '' : value,
            );
            const tokens = shownText.replace(/<!date\^\d+\^[^|>]*\|[^>]*>/g, '');
            expect(tokens).not.toMatch(/<[!@#]|<https?:/);
          }
        }),
        { numRuns: 200 },
      );
    },
  );

  test('a list of very many has pages, the worst job is on the first, and the last is on the last', () => {
    const message = listMessage(textsIn('en'), listOf(60), { now: START });
    expectValid(message);
    expect(message.text).toContain('60 jobs watched here – 🔴 1 · 🟢 59');
    expect(message.text).toContain('job-59 🔴 failed');
    expect(message.text).toContain('1–20 of 60');
    const last = listMessage(textsIn('en'), listOf(60), { now: START, offset: 40 });
    expectValid(last);
    expect(last.text).toContain('41–60 of 60');
    expect(last.text).toContain('job-58 🟢');
  });
});

/** Slack makes nothing of what stands there. */
const isLiteral = (value: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  (value.type === 'raw_text' || value.type === 'plain_text');

/** Subscriptions of which the last one's job has failed. */
const listOf = (count: number): SubscriptionList => {
  const well = read(replicating).state;
  const failed = read(replicating, [6, 'INCRE_TRANSFER_FAILED']).state;
  const subscriptions = Array.from({ length: count }, (_, number) =>
    subscription(number === count - 1 ? failed : well, {
      id: number,
      jobId: simulatedJobId(number),
      jobName: `job-${number}`,
      createdBy: number % 2 === 0 ? 'U1' : 'U2',
    }),
  );
  const names = new Map([['U1', 'ana']]);
  return { subscriptions, channelRules: {}, pause: null, historyAccess: { kind: 'unknown' }, names };
};

test.each(LANGUAGES)(
  'the dialog of everything that is watched, in %s, is as recorded, and Slack takes it',
  async (language) => {
    const about = { channelId: 'C1', readerId: 'U1', now: START + 60_000 };
    expect(parseView(manageView(textsIn(language), listOf(300), about))).not.toBeNull();
    const view = manageView(textsIn(language), listOf(12), about);
    await expect(`${JSON.stringify(view, null, 2)}\n`).toMatchFileSnapshot(`./messages/${language}/view-manage.txt`);
  },
);

test('whoever ends what others subscribed has read whose it is, by the name Slack knows where we know none', () => {
  const about = { channelId: 'C1', readerId: 'U1', now: START };
  const said = (view: unknown) => JSON.stringify(view);
  const mixed = said(manageView(textsIn('en'), listOf(4), about));
  expect(mixed).toContain('Not all of these are yours: <@U2> 2.');
  expect(mixed).toContain('by <@U2> · ');
  expect(mixed).toContain('by ana · ');
  const own = { ...listOf(4), subscriptions: listOf(4).subscriptions.filter((one) => one.createdBy === 'U1') };
  expect(said(manageView(textsIn('en'), own, about))).not.toContain('yours');
});

test('a name with signs of formatting in it breaks nothing, and pasted it is the name again', () => {
  const name = '*or_ders*_`x`~';
  const shownName = safeName(name);
  expect(shownName).not.toMatch(/[*~`]|_$|^_/);
  expect(nameKey(shownName)).toBe(nameKey(name));
  expect(safeName('or_ders-2')).toBe('or_ders-2');
  for (const render of [toldOf({ ...job, name }, {}, replicating, [10, 'INCRE_TRANSFER_FAILED'])])
    expect(render(textsIn('en')).text).toContain(shownName);
});
