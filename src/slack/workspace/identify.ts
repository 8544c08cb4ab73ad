import { WebAPIHTTPError, WebAPIRequestError } from '@slack/web-api';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';

import { explainNetworkFailure } from '../../domain/job/network-failure.ts';
import { StartError } from '../../ports/operator-error.ts';
import { speechIn } from '../../words/plain-texts.ts';
import { isPassing, slackErrorName } from '../web-api/classify-slack-error.ts';

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
    throw new StartError(whyNot(error, apiUrl), { cause: error });
  }
}

function whyNot(error: unknown, apiUrl: string): string {
  const name = slackErrorName(error);
  if (name !== null) {
    return (
      notTheToken(name, error, apiUrl) ??
      `Slack refuses SLACK_BOT_TOKEN (${name}): copy the Bot User OAuth Token again from the OAuth & Permissions page of your Slack app.`
    );
  }
  return unreachable(error, apiUrl);
}

/** A sentence for an error of Slack's that is about no token; null for one that is. */
function notTheToken(name: string, error: unknown, apiUrl: string): string | null {
  if (name === 'unknown_method')
    return `Slack has nothing to ask at ${apiUrl} (${name}): check SLACK_API_URL, or leave it out; Slack's own address is https://slack.com/api/.`;
  return isPassing(error) ? `Slack has a fault of its own (${name}): try again later.` : null;
}

/** A sentence for Slack being out of reach, which says what stands in the way. */
function unreachable(error: unknown, apiUrl: string): string {
  if (error instanceof WebAPIHTTPError)
    return `Slack answers HTTP ${error.statusCode} at ${apiUrl}: check SLACK_API_URL (Slack's own address is https://slack.com/api/), or try again later.`;
  if (error instanceof WebAPIRequestError) {
    const why = explainNetworkFailure(error, new URL(apiUrl).host);
    const isAboutAddress = why.key === 'unreachable' || why.key === 'host_unknown' || why.key === 'not_tls';
    const check = isAboutAddress ? ": check SLACK_API_URL and this machine's network." : '.';
    return `Slack cannot be reached at ${apiUrl}${check} ${speechIn('en').explain(why)}`;
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
    if (!isPassing(error)) throw new StartError(socketRefused(error, apiUrl), { cause: error });
  }
}

/** A sentence for a socket that could not be opened at start. */
export function socketRefused(error: unknown, apiUrl: string): string {
  const name = slackErrorName(error);
  if (name === null) return unreachable(error, apiUrl);
  const other = notTheToken(name, error, apiUrl);
  if (other !== null) return other;
  const begin = `Slack refuses SLACK_APP_TOKEN (${name}): `;
  if (name === 'missing_scope' || name === 'no_permission')
    return `${begin}it lacks the scope connections:write. Press Generate Token and Scopes on the Basic Information page of your Slack app, add connections:write, and set SLACK_APP_TOKEN to the new token.`;
  if (name === 'not_allowed_token_type')
    return `${begin}it is no app-level token. Create one with the scope connections:write on the Basic Information page of your Slack app; it begins with xapp-.`;
  return `${begin}create an app-level token with the scope connections:write on the Basic Information page of your Slack app, and switch Socket Mode on.`;
}
