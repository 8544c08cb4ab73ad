import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';

import { cutText, storableText } from '../../domain/base/text.ts';
import type { SlackFailure } from '../../domain/post/post.ts';
import { SECOND } from '../../domain/base/time.ts';

/** Waited when Slack asks for patience without saying how long. */
const DEFAULT_WAIT_MS = 30 * SECOND;
/** The longest name of an error that is kept, in UTF-16 code units; Slack's own are far shorter. */
const MAX_NAME = 100;

/** Slack asks to come back later; nothing was posted (docs.slack.dev, "chat.postMessage", errors). */
const LATER = new Set([
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'service_unavailable',
  'team_added_to_org',
  'org_login_required',
  'external_channel_migrating',
]);

/** Slack failed half way: the message may be there. */
const UNCERTAIN = new Set(['fatal_error', 'internal_error', 'request_timeout']);

/** Nothing can be posted in this channel as things are. */
const CHANNEL = new Set([
  'channel_not_found',
  'is_archived',
  'not_in_channel',
  'no_permission',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_non_threadable_channel',
  'restricted_action_thread_locked',
  'access_denied',
  'ekm_access_denied',
  'messages_tab_disabled',
  'cannot_reply_to_message',
]);

/** Nothing can be posted anywhere with this token. */
const WORKSPACE = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'team_access_not_granted',
  'missing_scope',
  'not_allowed_token_type',
  'accesslimited',
  'enterprise_is_restricted',
  'two_factor_setup_required',
]);

/** Slack will not take this one message, or not this edit of it. */
const MESSAGE = [
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_too_long',
  'no_text',
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
];
/** No answer of Slack's, or none that says how it went. */
const NO_ANSWER = ['network', 'unexpected', 'answer_without_ts', 'http_500', 'http_502', 'http_503', 'http_504'];

/** What Slack tells by event of an app that can say nothing any more (docs.slack.dev, "Events API", events). */
export const TAKEN_OUT = ['app_uninstalled', 'tokens_revoked'] as const;
export type TakenOut = (typeof TAKEN_OUT)[number];

/** Every reason that this version knows for an outcome, as a closed list for whoever counts them. */
export const KNOWN_REASONS: ReadonlySet<string> = new Set([
  ...LATER,
  ...UNCERTAIN,
  ...CHANNEL,
  ...WORKSPACE,
  ...MESSAGE,
  ...NO_ANSWER,
  ...TAKEN_OUT,
]);

/**
 * What a failed `chat.postMessage` means for the post. A fault that is none of Slack's answers counts as uncertain,
 * because the request may have left.
 */
export function classifySlackError(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError) {
    return { kind: 'retry', afterMs: error.retryAfter * SECOND, reason: 'ratelimited' };
  }
  const name = slackErrorName(error);
  if (name !== null) return classifyAnswer(name);
  if (error instanceof WebAPIHTTPError) return { kind: 'uncertain', reason: `http_${error.statusCode}` };
  if (error instanceof WebAPIRequestError) return { kind: 'uncertain', reason: 'network' };
  return { kind: 'uncertain', reason: 'unexpected' };
}

/**
 * What the name of an error means for the post. One that this version does not know is taken for a refusal of this one
 * message: others may fare better.
 */
export function classifyAnswer(given: string): SlackFailure {
  const name = storableText(cutText(given, MAX_NAME));
  if (LATER.has(name)) return { kind: 'retry', afterMs: DEFAULT_WAIT_MS, reason: name };
  if (UNCERTAIN.has(name)) return { kind: 'uncertain', reason: name };
  if (CHANNEL.has(name)) return { kind: 'refused', what: 'channel', reason: name };
  if (WORKSPACE.has(name)) return { kind: 'refused', what: 'workspace', reason: name };
  return { kind: 'refused', what: 'payload', reason: name };
}

/** What Slack's error names look like; the SDK takes the text of a web page for one. */
const ERROR_NAME = /^[a-z0-9_.-]{1,100}$/i;

/** The name Slack gave an error, such as `channel_not_found`; null for anything but an answer of Slack's. */
export function slackErrorName(error: unknown): string | null {
  return error instanceof WebAPIPlatformError && ERROR_NAME.test(error.data.error) ? error.data.error : null;
}

/** Whether the same question may well be answered in a moment. */
export function isPassing(error: unknown): boolean {
  const name = slackErrorName(error);
  return name === null || LATER.has(name) || UNCERTAIN.has(name);
}
