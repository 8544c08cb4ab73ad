import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';

import type { Explanation } from '../../domain/job/explanation.ts';
import { explainNetworkFailure, mayPass } from '../../domain/job/network-failure.ts';
import { SECOND } from '../../domain/base/time.ts';
import { StartError } from '../../ports/operator-error.ts';
import type { Remedy } from '../../ports/operator-error.ts';
import { plainTextsIn } from '../../words/plain-texts.ts';
import { isPassing, slackErrorName } from '../web-api/classify-slack-error.ts';

/** What Slack says of a token that will never do. */
const STAYING: ReadonlySet<string> = new Set(['not_allowed_token_type', 'missing_scope', 'no_permission']);

const answer = z.object({
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  team: z.string().optional(),
  user_id: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  url: z.string().optional(),
  // The SDK puts the header `x-oauth-scopes` here.
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

/** Which workspace the bot is in, and who it is there. */
export interface SlackIdentity {
  readonly workspaceId: string;
  readonly workspaceName: string;
  /** The Enterprise organisation it is part of; null for most. */
  readonly enterpriseId: string | null;
  readonly botUserId: string;
  readonly botId: string;
  /** Its user name, without `@`. */
  readonly botName: string;
  /** Of the workspace, with a slash at its end; null when Slack did not say. */
  readonly teamUrl: string | null;
  /** What the token allows; null when Slack did not say. */
  readonly scopes: readonly string[] | null;
}

/**
 * Asks Slack who the bot token belongs to.
 *
 * @throws StartError when Slack refuses the token or cannot be reached
 */
export async function identify(client: WebClient, apiUrl: string): Promise<SlackIdentity> {
  try {
    const { team_id, enterprise_id, team, user_id, user, bot_id, url, response_metadata } = answer.parse(
      await client.auth.test(),
    );
    return {
      workspaceId: team_id,
      workspaceName: team ?? team_id,
      enterpriseId: enterprise_id ?? null,
      botUserId: user_id ?? '',
      botId: bot_id ?? '',
      botName: user ?? 'drs',
      teamUrl: url === undefined ? null : url.replace(/\/?$/, '/'),
      scopes: response_metadata?.scopes ?? null,
    };
  } catch (error) {
    throw whyNot(error, apiUrl);
  }
}

function whyNot(error: unknown, apiUrl: string): StartError {
  const name = slackErrorName(error);
  return (
    notTheToken(error, apiUrl) ??
    new StartError(
      `Slack refuses SLACK_BOT_TOKEN (${name}): copy the Bot User OAuth Token again from the OAuth & Permissions page of your Slack app.`,
      { cause: error, remedy: remedyOf(name) },
    )
  );
}

/** A token of the wrong kind, or without a scope, stays so. */
function remedyOf(name: string | null): Remedy {
  return name !== null && STAYING.has(name) ? 'stays' : 'refused';
}

/** What is not about a token; null for what is. */
function notTheToken(error: unknown, apiUrl: string): StartError | null {
  const name = slackErrorName(error);
  if (error instanceof WebAPIRateLimitedError)
    return new StartError('Slack wants fewer requests (ratelimited).', {
      cause: error,
      remedy: 'passes',
      retryAfterMs: error.retryAfter * SECOND,
    });
  if (name === 'unknown_method')
    return new StartError(
      `Slack has nothing to ask at ${apiUrl} (${name}): check SLACK_API_URL, or leave it out; Slack's own address is https://slack.com/api/.`,
      { cause: error },
    );
  if (name !== null) {
    if (!isPassing(error)) return null;
    const says = `Slack has a fault of its own (${name}): try again later.`;
    return new StartError(says, { cause: error, remedy: 'passes' });
  }
  const why = error instanceof WebAPIRequestError ? explainNetworkFailure(error, new URL(apiUrl).host) : null;
  return new StartError(unreachable(error, why, apiUrl), {
    cause: error,
    remedy: why === null || mayPass(why) ? 'passes' : 'stays',
  });
}

/** A sentence for Slack being out of reach, which says what stands in the way. */
function unreachable(error: unknown, why: Explanation | null, apiUrl: string): string {
  if (error instanceof WebAPIHTTPError && error.statusCode >= 500)
    return `Slack has a fault of its own, or something on the way to it: HTTP ${error.statusCode} at ${apiUrl}.`;
  if (error instanceof WebAPIHTTPError)
    return `Slack answers HTTP ${error.statusCode} at ${apiUrl}: check SLACK_API_URL; Slack's own address is https://slack.com/api/.`;
  if (why !== null) {
    const isAboutAddress = why.key === 'unreachable' || why.key === 'host_unknown' || why.key === 'not_tls';
    const check = isAboutAddress ? ": check SLACK_API_URL and this machine's network." : '.';
    return `Slack cannot be reached at ${apiUrl}${check} ${plainTextsIn('en').explain(why)}`;
  }
  return `Slack's answer at ${apiUrl} cannot be understood: check SLACK_API_URL.`;
}

/**
 * Asks Slack for the address of a socket, which opens none: Slack says at once what it refuses an app token for, while its
 * library would try again without end. What may be mended by waiting is left to that.
 *
 * @param client with the app token
 * @throws StartError when Slack refuses the token
 */
export async function proveAppToken(client: WebClient, apiUrl: string): Promise<void> {
  try {
    await client.apps.connections.open({});
  } catch (error) {
    const refusal = socketRefused(error, apiUrl);
    if (refusal.remedy !== 'passes') throw refusal;
  }
}

/** Why a socket could not be opened at the start. */
export function socketRefused(error: unknown, apiUrl: string): StartError {
  const name = slackErrorName(error);
  return (
    notTheToken(error, apiUrl) ??
    new StartError(`Slack refuses SLACK_APP_TOKEN (${name}): ${mendAppToken(name)}`, {
      cause: error,
      remedy: remedyOf(name),
    })
  );
}

function mendAppToken(name: string | null): string {
  if (name === 'missing_scope' || name === 'no_permission')
    return 'it lacks the scope connections:write. Press Generate Token and Scopes on the Basic Information page of your Slack app, add connections:write, and set SLACK_APP_TOKEN to the new token.';
  if (name === 'not_allowed_token_type')
    return 'it is no app-level token. Create one with the scope connections:write on the Basic Information page of your Slack app; it begins with xapp-.';
  return 'create an app-level token with the scope connections:write on the Basic Information page of your Slack app, and switch Socket Mode on.';
}
