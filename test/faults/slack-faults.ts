import { ANY_METHOD } from '../../demo/slack-workspace/faults.ts';
import type { Fault } from '../../demo/slack-workspace/faults.ts';
import type { Sign, SlackRow, Stage } from './stage.ts';

const log = (says: RegExp): Sign => ({ where: 'log', says });
const metric = (says: RegExp): Sign => ({ where: 'metrics', says });
const readyz = (says: RegExp): Sign => ({ where: 'readyz', says });

/** Where Slack refuses something. */
interface Place {
  readonly method: string;
  /** In one of the two channels alone. */
  readonly inOne?: true;
}
const POSTS: Place = { method: 'chat.postMessage' };
const POSTS_IN_ONE: Place = { ...POSTS, inOne: true };
const EDITS: Place = { method: 'chat.update' };
const EVERYTHING: Place = { method: ANY_METHOD };

function where({ slack }: Stage, { inOne }: Place): { readonly channel?: string } {
  const channel = inOne === true ? slack.state.findChannel('one')?.id : undefined;
  return channel === undefined ? {} : { channel };
}

const always = (place: Place, fault: Fault, ms?: number) => (stage: Stage) =>
  stage.slack.faults.always(place.method, fault, { ...where(stage, place), ...(ms === undefined ? {} : { ms }) });
const next =
  (place: Place, fault: Fault, count = 1) =>
  (stage: Stage) =>
    stage.slack.faults.next(place.method, fault, { ...where(stage, place), count });

/** It is in the log, and counted, why a message was not sent or not edited. */
const notSent = (reason: string): readonly Sign[] => [
  log(new RegExp(`(?:not delivered|refuses everything).*"reason":"${reason}"`)),
  metric(new RegExp(`drs_bot_slack_posts_total\\{.*reason="${reason}"\\} [1-9]`)),
];
const notEdited = (reason: string): readonly Sign[] => [
  log(new RegExp(`not edited .*"reason":"${reason}"`)),
  metric(new RegExp(`drs_bot_slack_edits_total\\{.*reason="${reason}"\\} [1-9]`)),
];
const lasting = (name: string, place: Place, fault: Fault, reason: string): SlackRow => ({
  name,
  lasts: 'minutes',
  begin: always(place, fault),
  signs: notSent(reason),
});

/** A refusal by this name: once, for 20 s, for ever. */
function refusals(
  error: string,
  place: Place,
  signs: (reason: string) => readonly Sign[],
  label = error,
): readonly SlackRow[] {
  const fault: Fault = { kind: 'error', error };
  return [
    { name: `${label} once`, lasts: 'moment', begin: next(place, fault), signs: signs(error) },
    { name: `${label} for 20 s`, lasts: 'moment', begin: always(place, fault, 20_000), signs: signs(error) },
    { name: `${label} for ever`, lasts: 'long', begin: always(place, fault), signs: signs(error) },
  ];
}

/** Refusals that mean the same by several names. */
function ofOneKind(errors: readonly string[], rowsOf: (error: string) => readonly SlackRow[]): readonly SlackRow[] {
  const [first = [], ...others] = errors.map(rowsOf);
  return [...first, ...others.flat().map((row) => ({ ...row, isLikeAnother: true as const }))];
}

const OF_A_CHANNEL = [
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'restricted_action',
  'access_denied',
  'ekm_access_denied',
];
const OF_THE_WORKSPACE = [
  'invalid_auth',
  'missing_scope',
  'accesslimited',
  'team_access_not_granted',
  'token_revoked',
  'account_inactive',
];
const OF_A_MESSAGE = ['invalid_blocks', 'team_not_found', 'quantum_entangled'];
const OF_AN_EDIT = ['msg_too_long', 'update_failed', 'invalid_auth', 'quantum_entangled'];

const UNKNOWN_TO_METRICS = new Set(['team_not_found', 'quantum_entangled', 'update_failed']);
/** Names that this version does not know are counted together. */
const counted = (signs: (reason: string) => readonly Sign[]) => (reason: string) => {
  const [line, figure] = signs(reason);
  if (!UNKNOWN_TO_METRICS.has(reason) || line === undefined || figure === undefined) return signs(reason);
  return [line, metric(new RegExp(figure.says.source.replace(reason, 'other')))];
};

/** Every fault of Slack. */
export const SLACK_FAULTS: readonly SlackRow[] = [
  lasting('429 of a channel', POSTS_IN_ONE, { kind: 'rate_limited', retryAfterSeconds: 30 }, 'ratelimited'),
  lasting('429 of the workspace', EVERYTHING, { kind: 'rate_limited', retryAfterSeconds: 30 }, 'ratelimited'),
  lasting('500', POSTS, { kind: 'http', status: 500 }, 'http_500'),
  { ...lasting('hang', POSTS, { kind: 'hang' }, 'network'), hangs: true },
  {
    name: 'accepted, then lost',
    lasts: 'moment',
    begin: next(POSTS, { kind: 'accept_then_drop' }, 2),
    signs: notSent('network'),
  },
  lasting('reset', POSTS, { kind: 'reset' }, 'network'),
  ...ofOneKind(OF_A_CHANNEL, (error) => refusals(error, POSTS_IN_ONE, notSent)),
  ...ofOneKind(OF_THE_WORKSPACE, (error) => refusals(error, EVERYTHING, notSent)),
  ...ofOneKind(OF_A_MESSAGE, (error) => refusals(error, POSTS, counted(notSent))),
  ...ofOneKind(OF_AN_EDIT, (error) => refusals(error, EDITS, counted(notEdited), `${error} on edits`)),
  {
    name: 'lost, then history refused',
    lasts: 'moment',
    begin: (stage) => {
      next(POSTS_IN_ONE, { kind: 'accept_then_drop' })(stage);
      next({ method: 'conversations.history', inOne: true }, { kind: 'error', error: 'not_in_channel' })(stage);
    },
    signs: notSent('network'),
  },
  {
    name: 'message deleted',
    lasts: 'minutes',
    begin: ({ slack, takenAway }) => {
      // As soon as it is there.
      const stop = slack.state.observe(() => {
        const message = slack.messages('one').findLast((one) => one.text.includes('FAILED'));
        if (message === undefined) return;
        stop();
        takenAway.push(message);
        queueMicrotask(() => slack.state.remove(message.channelId, message.ts));
      });
    },
    signs: [metric(/drs_bot_slack_edits_total\{outcome="gone"[^}]*\} [1-9]/)],
  },
  {
    name: 'history rationed',
    lasts: 'minutes',
    begin: (stage) => {
      stage.slack.rationReading({ perMinute: 1, page: 15 });
      next(POSTS, { kind: 'accept_then_drop' }, 2)(stage);
    },
    signs: notSent('network'),
  },
  {
    name: 'socket closed',
    hears: true,
    lasts: 'moment',
    begin: ({ slack }) => slack.sockets.drop(),
    signs: [log(/the socket to Slack is lost/), log(/the socket to Slack is open again/)],
  },
  {
    name: 'socket refused',
    lasts: 'minutes',
    begin: (stage) => {
      stage.slack.faults.always('apps.connections.open', { kind: 'error', error: 'invalid_auth' });
      stage.slack.sockets.drop();
    },
    signs: [
      log(/no socket to Slack could be opened .*invalid_auth/),
      readyz(/Slack is not connected \(invalid_auth\)/),
    ],
  },
  {
    name: 'socket silent',
    lasts: 'minutes',
    begin: ({ slack }) => void (slack.sockets.isSilent = true),
    signs: [log(/the socket to Slack is lost .*it fell silent/), readyz(/Slack is not connected/)],
  },
  {
    name: 'odd frames',
    hears: true,
    lasts: 'minutes',
    begin: ({ slack }) => {
      for (const frame of ODD_FRAMES) slack.sockets.say(frame);
    },
    signs: [log(/a frame on the socket to Slack was left out/)],
  },
  {
    name: 'doubled frames',
    hears: true,
    lasts: 'minutes',
    begin: ({ slack }) => void (slack.sockets.isDoubling = true),
    signs: [],
  },
  {
    name: 'slow ack',
    lasts: 'minutes',
    hears: true,
    begin: ({ slack }) => void (slack.sockets.isLate = true),
    signs: [],
  },
];

const ODD_FRAMES = [
  'null',
  'not JSON',
  '[]',
  '{}',
  '['.repeat(20_000),
  '{"type":"hello"}',
  '{"type":"events_api","envelope_id":"1"}',
  '{"type":"slash_commands","envelope_id":"2","payload":null}',
  '{"type":"interactive","envelope_id":"3","payload":{"type":"block_actions","actions":[]}}',
  '{"type":"quantum","envelope_id":"4","payload":{}}',
];
