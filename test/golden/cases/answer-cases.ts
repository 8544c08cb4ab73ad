import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import type { AccessDenial } from '../../../src/domain/access.ts';
import type { AuditEntry, AuditedChange } from '../../../src/domain/audit.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import { EXPLANATIONS, explanation } from '../../../src/domain/job/explanation.ts';
import type { ExplanationKey } from '../../../src/domain/job/explanation.ts';
import type { RuleChoice } from '../../../src/domain/rules/rule-choice.ts';
import { chunks } from '../../../src/drs/drs-requests.ts';
import type { StoreFigures } from '../../../src/ports/store/upkeep.ts';
import { accessDeniedMessage } from '../../../src/slack/messages/answers/access-denied-message.ts';
import { auditMessage, auditProblem } from '../../../src/slack/messages/answers/audit-message.ts';
import { diskFullMessage } from '../../../src/slack/messages/answers/disk-full-message.ts';
import { faultMessage } from '../../../src/slack/messages/answers/fault-message.ts';
import { healthMessage } from '../../../src/slack/messages/answers/health-message.ts';
import { HELP_TOPICS, helpMessage } from '../../../src/slack/messages/answers/help-message.ts';
import { languageMessage } from '../../../src/slack/messages/answers/language-message.ts';
import { notPublicMessage } from '../../../src/slack/messages/answers/not-public-message.ts';
import { channelRulesMessage, settingsMessage } from '../../../src/slack/messages/answers/settings-message.ts';
import { staleButtonMessage } from '../../../src/slack/messages/answers/stale-button-message.ts';
import { usageMessage } from '../../../src/slack/messages/answers/usage-message.ts';
import { versionMessage } from '../../../src/slack/messages/answers/version-message.ts';
import { causeLine } from '../../../src/slack/messages/jobs/cause-text.ts';
import { lines } from '../../../src/slack/messages/kit/message.ts';
import type { Texts } from '../../../src/slack/messages/kit/texts.ts';
import { howToWatch, howToWatchModal } from '../../../src/slack/messages/views/how-to-views.ts';
import { RULE_KEYS } from '../../../src/slack/parsing/parse-rules.ts';
import type { UsageError } from '../../../src/slack/parsing/parse-command.ts';
import type { AuditPage } from '../../../src/use-cases/showing/show-audit.ts';
import type { HealthReport } from '../../../src/use-cases/showing/show-health.ts';
import { BILLING, ORDERS } from '../../support/reports.ts';
import { START, announced, begun, keysAfter, listed } from './facts.ts';
import type { Said } from './facts.ts';

const audited = (id: number, change: AuditedChange, changes: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: START + id * MINUTE,
  by: 'U1',
  job: { jobId: ORDERS, name: 'orders' },
  change,
  ...changes,
});

const AUDITED: readonly AuditEntry[] = [
  audited(39, { kind: 'unsubscribed', madeBy: 'U2', reason: 'unsubscribed' }),
  audited(38, { kind: 'unsubscribed', madeBy: 'U2', reason: 'job_ended' }, { by: null }),
  audited(37, { kind: 'unsubscribed', madeBy: null, reason: 'job_gone' }, { by: null }),
  audited(36, { kind: 'unsubscribed', madeBy: 'U1', reason: 'cannot_post' }),
  audited(36, { kind: 'unsubscribed', madeBy: 'U1', reason: 'channel_deleted' }, { by: null }),
  audited(36, { kind: 'moved' }, { job: null, by: null }),
  audited(35, { kind: 'unsubscribed', madeBy: 'U1', reason: 'invented' }),
  audited(34, { kind: 'subscribed' }, { job: { jobId: BILLING, name: null } }),
  audited(34, { kind: 'resubscribed' }, { by: null }),
  audited(33, { kind: 'language', from: 'en', to: 'zh' }, { job: null }),
  audited(33, { kind: 'rules', from: {}, to: { lag: 'off', least: 'warning' } }),
  audited(33, { kind: 'rules', from: { stall: 'off' }, to: {} }, { job: null }),
  audited(32, { kind: 'resumed', reason: 'is_archived' }, { job: null }),
  audited(31, { kind: 'paused', reason: 'is_archived' }, { job: null, by: null }),
  audited(30, { kind: 'other', action: 'snooze' }, { job: null }),
];

const audit =
  (changes: Partial<AuditPage>): Said =>
  (texts) =>
    auditMessage(texts, { entries: [], older: 0, jobId: null, before: null, ...changes });

const REFUSALS: readonly AccessDenial[] = [
  'stranger',
  'guest',
  'nobody',
  'person_not_told',
  'person_withheld',
  'person_not_allowed',
  'channel_shared',
  'channel_not_told',
  'channel_not_allowed',
];

const explained =
  (keys: readonly ExplanationKey[]): Said =>
  (texts) =>
    lines(
      ...keys.map((key) =>
        texts.explain(
          explanation(key, {
            label: 'APIGW.0301',
            service: 'IAM',
            host: 'drs.example',
            proxy: 'proxy.example:3128',
            project: 'ap-southeast-1',
            projects: 'ap-southeast-1_prod (a1b2c3)',
            reason: 'ECONNREFUSED',
            seconds: 30,
            minutes: 42,
            megabytes: 16,
            direction: 'behind',
            region: 'ap-southeast-1',
            text: ': strange',
          }),
        ),
      ),
    );

const FIVE = { levelMs: 5 * MINUTE, holdMs: 10 * MINUTE };

const chosen =
  (rules: { readonly before: RuleChoice; readonly after: RuleChoice }): Said =>
  (texts) =>
    channelRulesMessage(texts, {
      kind: 'chosen',
      ...rules,
      said: { changes: { lag: FIVE }, stretched: [], pollMs: MINUTE, zone: null },
    });

const usage =
  (error: UsageError): Said =>
  (texts) =>
    usageMessage(texts, error);

const FIGURES: StoreFigures = {
  watchedJobs: 12,
  subscriptions: 20,
  pausedChannels: 0,
  workspaceRefusal: null,
  queued: { count: 0, oldestAt: null },
  held: 0,
  heldFor: {},
  searching: { count: 0, oldestAt: null },
  waitingSince: null,
  episode: null,
  lastReportAt: START,
  unreadableJobs: 0,
};

const health =
  (changes: Partial<HealthReport>, shown: Parameters<typeof healthMessage>[2] = {}): Said =>
  (texts) =>
    healthMessage(
      texts,
      {
        drs: { kind: 'answers', since: START, lastAt: START + HOUR },
        blind: null,
        lastTickAt: START + HOUR,
        pausedUntil: null,
        notHere: [],
        stillLoops: [],
        asking: { stretch: null, quota: null, closedMs: 0, longestWaitMs: 0, isLate: false },
        figures: FIGURES,
        isLate: false,
        lookedFor: null,
        delivery: { kind: 'verified', since: START },
        ...changes,
      },
      shown,
    );

const BLIND = {
  drs: { kind: 'silent', since: START, forMs: MINUTE, why: explanation('read_denied', { label: 'DRS.M00102' }) },
  blind: {
    since: START,
    why: explanation('read_denied', { label: 'DRS.M00102' }),
    lastReportAt: START - MINUTE,
    nextTryAt: START + MINUTE,
  },
  figures: { ...FIGURES, queued: { count: 1, oldestAt: START } },
} as const satisfies Partial<HealthReport>;

const ERROR_CODES = keysAfter('code.');

export const ANSWER_CASES: Readonly<Record<string, Said>> = {
  'disk-full': diskFullMessage,
  audit: audit({ entries: AUDITED, older: 7, before: 40 }),
  'audit-of-four-jobs-at-once': audit({
    entries: [
      ...[3, 2, 1, 0].map((number) => ({
        id: 10 + number,
        at: START + number * 1_000,
        by: 'U2',
        job: { jobId: simulatedJobId(number), name: `orders-${number}` },
        change: { kind: 'subscribed' as const },
      })),
      { id: 9, at: START, by: 'U1', job: { jobId: ORDERS, name: 'orders' }, change: { kind: 'subscribed' as const } },
    ],
  }),
  'audit-of-a-job': audit({ entries: AUDITED.slice(0, 2), jobId: ORDERS }),
  'audit-nothing': audit({}),
  'audit-nothing-about-a-job': audit({ jobId: ORDERS }),
  'audit-unknown-job': (texts) =>
    auditProblem(
      texts,
      {
        kind: 'none',
        reference: 'x',
        nearest: [listed(1)],
        isListPending: false,
        listedAt: null,
        listFailure: null,
      },
      'C1',
    ),
  'access-refused': (texts) =>
    lines(
      ...REFUSALS.map(
        (why) => accessDeniedMessage(texts, why, { workspaceId: 'T', channelId: 'C1', userId: 'U1' }).text,
      ),
    ),
  'how-to-watch': (texts) => {
    const { title, close } = howToWatchModal(texts);
    return lines(title.text, close?.text ?? '', ...howToWatch(texts).text.split('\n'));
  },
  'access-not-openly': (texts) => notPublicMessage(texts, true),
  'access-not-openly-dm': (texts) => notPublicMessage(texts, false),
  settings: (texts) => settingsMessage(texts, { language: 'zh', rules: {}, refusal: null }),
  'settings-where-posts-are-refused': (texts) =>
    settingsMessage(texts, { language: 'en', rules: {}, refusal: 'is_archived' }),
  'settings-with-rules': (texts) =>
    settingsMessage(texts, {
      language: 'en',
      rules: { lag: FIVE, ready: 'off', stall: 'off', least: 'critical' },
      refusal: null,
    }),
  'settings-rules-changed': chosen({ before: { stall: 'off' }, after: { lag: FIVE, stall: 'off' } }),
  'settings-rules-same': chosen({ before: { lag: FIVE }, after: { lag: FIVE } }),
  'settings-rules-refused': (texts) =>
    channelRulesMessage(texts, { kind: 'refused', refusal: { kind: 'never_told', rule: 'stall', least: 'critical' } }),
  'settings-changed': (texts) => languageMessage(texts, 'zh', true),
  'settings-same': (texts) => languageMessage(texts, 'en', false),
  'health-well': health({}),
  'health-with-another-process': health({}, { otherSockets: 1 }),
  'health-before-the-first-tick': health({
    drs: { kind: 'not_asked' },
    lastTickAt: null,
    delivery: { kind: 'unknown' },
  }),
  'health-in-a-pause-by-schedule': health({ pausedUntil: START + 14 * HOUR }),
  'health-blind': health(BLIND),
  'health-blind-in-full': health(BLIND, { isWhole: true }),
  'health-blind-for-a-long-reason': health({
    ...BLIND,
    blind: { ...BLIND.blind, why: explanation('keys_refused', { service: 'DRS', label: 'APIGW.0301' }) },
  }),
  'health-blind-with-a-still-loop': health({ ...BLIND, stillLoops: [{ loop: 'poller', forMs: HOUR }] }),
  'health-blind-since-before-the-start': health({
    drs: { kind: 'not_asked' },
    blind: { since: START, why: explanation('timeout'), lastReportAt: null, nextTryAt: START + MINUTE },
  }),
  'health-with-jobs-that-cannot-be-read': health({ figures: { ...FIGURES, unreadableJobs: 2 } }),
  'health-late': health({ figures: { ...FIGURES, queued: { count: 1, oldestAt: START } }, isLate: true }),
  'health-looking-slowly': health({ lookedFor: { count: 3, since: START } }),
  'health-asked-late-for-a-quota': health({
    asking: {
      stretch: { everyMs: 200 * SECOND, wantedMs: MINUTE, isByQuota: true },
      quota: { limit: 5, windowMs: MINUTE },
      closedMs: 0,
      longestWaitMs: 4 * MINUTE,
      isLate: true,
    },
  }),
  'health-asked-late-for-a-pause': health({
    asking: { stretch: null, quota: null, closedMs: 13 * MINUTE, longestWaitMs: 2 * MINUTE, isLate: true },
  }),
  'health-asked-late-for-a-setting': health({
    asking: {
      stretch: { everyMs: 200 * SECOND, wantedMs: MINUTE, isByQuota: false },
      quota: null,
      closedMs: 0,
      longestWaitMs: 2 * MINUTE,
      isLate: true,
    },
  }),
  'health-asked-late-after-a-rest': health({
    asking: { stretch: null, quota: null, closedMs: 0, longestWaitMs: 20 * MINUTE, isLate: true },
  }),
  'health-within-a-quota': health({
    asking: {
      stretch: null,
      quota: { limit: 100, windowMs: 5 * MINUTE },
      closedMs: 0,
      longestWaitMs: 0,
      isLate: false,
    },
  }),
  'health-with-a-still-loop': health({ stillLoops: [{ loop: 'poller', forMs: HOUR }], isLate: true }),
  'health-refused-everywhere': health({
    figures: { ...FIGURES, pausedChannels: 5, held: 1, workspaceRefusal: 'token_revoked' },
  }),
  'health-where-drs-lets-nobody-read': health({ notHere: ['timeline', 'terms'] }),
  'health-with-paused-channels': health({
    figures: { ...FIGURES, pausedChannels: 2, queued: { count: 3, oldestAt: START }, held: 7 },
  }),
  version: (texts) =>
    versionMessage(texts, {
      program: '1.2.3',
      node: '22.21.1',
      schema: '0002-names-and-causes',
      startedAt: START,
    }),
  help: (texts) => helpMessage(texts, null, 'C1'),
  ...Object.fromEntries(
    HELP_TOPICS.map((topic) => [`help-${topic}`, (texts: Texts) => helpMessage(texts, topic, 'C1')]),
  ),
  'help-commands': (texts) => helpMessage(texts, 'commands', 'C1'),
  'help-everything-in-a-dm': (texts) => helpMessage(texts, null, 'D1'),
  'help-shared': (texts) => helpMessage(texts, 'names', 'C1', 'U1'),
  'help-in-a-dm': (texts) => helpMessage(texts, 'names', 'D1'),
  'help-on-nothing': (texts) => helpMessage(texts, 'weather', 'C1'),
  'usage-too-long': usage({ kind: 'too_long', most: 4_000 }),
  'usage-unclosed-quote': usage({ kind: 'unclosed_quote', text: '"x' }),
  'usage-jobs-missing': usage({ kind: 'jobs_missing', verb: 'subscribe' }),
  'usage-jobs-missing-to-unsubscribe': usage({ kind: 'jobs_missing', verb: 'unsubscribe' }),
  'usage-too-many-jobs': usage({ kind: 'too_many_jobs', verb: 'status', count: 11, most: 10 }),
  'usage-unknown-option': usage({ kind: 'unknown_option', option: 'lag:2m', verb: 'status' }),
  'usage-unit-missing': usage({ kind: 'unit_missing', key: 'lag', amount: '30', example: 'lag:30s' }),
  ...Object.fromEntries(
    RULE_KEYS.map((key) => [
      `usage-rule-${key}-not-understood`,
      usage({ kind: 'rule_not_understood', key, rule: `${key}:x` }),
    ]),
  ),
  'usage-rule-twice': usage({ kind: 'rule_twice', first: 'lag:2m', second: 'lag:off' }),
  'usage-rule-later': usage({ kind: 'rule_later', rule: 'mention:@dba' }),
  'usage-unknown-rule': usage({ kind: 'unknown_rule', rule: 'color:red', meant: null }),
  'usage-misspelt-rule': usage({ kind: 'unknown_rule', rule: 'lags:2m', meant: 'lag' }),
  'usage-rule-of-one': usage({ kind: 'rule_of_one', rule: 'by:Sat-02:00' }),
  'usage-setting-later': usage({ kind: 'setting_later', setting: 'tz:Europe/Berlin' }),
  'usage-one-job': usage({ kind: 'one_job', verb: 'why', words: ['orders', 'billing'] }),
  'usage-one-job-to-chart': usage({ kind: 'one_job', verb: 'chart', words: ['orders', 'lags'] }),
  'usage-unknown-span': usage({ kind: 'unknown_span', span: '2h' }),
  'usage-either-or': usage({ kind: 'either_or', words: ['1h', '7d'] }),
  'usage-all-with-jobs': usage({ kind: 'all_with_jobs' }),
  'usage-unexpected-words': usage({ kind: 'unexpected_words', verb: 'list', words: ['now'] }),
  'usage-channel-named': usage({ kind: 'channel_named', channel: '#ops' }),
  'usage-person-named': usage({ kind: 'person_named', person: '@ana' }),
  'usage-misspelt-verb': usage({ kind: 'misspelt_verb', word: 'subscrbe', meant: 'subscribe' }),
  'usage-unknown-setting': usage({ kind: 'unknown_setting', setting: 'color:red' }),
  'usage-unknown-language': usage({ kind: 'unknown_language', language: 'fr' }),
  'stale-button': (texts) => staleButtonMessage(texts),
  fault: (texts) => faultMessage(texts, '1234abcd'),
  ...Object.fromEntries(
    (['gone', 'unknown', 'flapping', 'sub_jobs_failed', 'lag_high', 'stalled', 'paused'] as const).map((standing) => [
      `announced-subscription-of-one-that-is-${standing}`,
      announced({ kind: 'subscribed', by: 'U1', rules: {}, jobs: [begun(standing)] }),
    ]),
  ),
  'every-error-code': (texts) => lines(...ERROR_CODES.map((code) => causeLine(texts, { code, text: null }, null))),
  // Why DRS cannot be asked: one sentence each, in as many messages as they fit into.
  ...Object.fromEntries(
    chunks(EXPLANATIONS, 20).map((keys, number) => [`explanations-${number + 1}`, explained(keys)] as const),
  ),
};
