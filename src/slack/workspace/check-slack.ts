import type { FetchFunction, WebClient } from '@slack/web-api';
import { z } from 'zod';

import type { Finding } from '../../domain/base/finding.ts';
import { bad, good, open } from '../../domain/base/finding.ts';
import { StartError } from '../../ports/operator-error.ts';
import type { Log } from '../../ports/log.ts';
import { slackErrorName } from '../web-api/classify-slack-error.ts';
import { identify, socketRefused } from './identify.ts';
import { HEARING_SCOPES, HISTORY_SCOPES, LATER_SCOPES, REQUIRED_SCOPES } from './scopes.ts';
import { createSlackClient } from '../web-api/slack-client.ts';

const WHERE_SCOPES_ARE =
  'add it on the page OAuth & Permissions of your Slack app (Bot Token Scopes), then press Reinstall to Workspace there';

const WHERE_THE_MANIFEST_IS =
  'paste manifest.yml anew on the page App Manifest of your Slack app, then press Reinstall to Workspace; its events and shortcuts, which Slack does not show the bot, come with it';

const OPS_CHANNEL = 'OPS_CHANNEL';

const channelInfo = z.object({
  is_archived: z.boolean().optional(),
  is_member: z.boolean().optional(),
  is_private: z.boolean().optional(),
  is_im: z.boolean().optional(),
});

/** What the checks of Slack need. */
export interface SlackCheckOptions {
  readonly botToken: string;
  /** Null in HTTP mode. */
  readonly appToken: string | null;
  /** Ends in `/`. */
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly fetch: FetchFunction;
  /** The operator's channel; null when there is none. */
  readonly opsChannelId: string | null;
  readonly log: Log;
}

/** Looks at the tokens and what they allow. Posts nothing and joins nothing. */
export async function checkSlack(options: SlackCheckOptions): Promise<readonly Finding[]> {
  return [...(await checkBotToken(options)), ...(await checkAppToken(options))];
}

async function checkBotToken(options: SlackCheckOptions): Promise<readonly Finding[]> {
  const { botToken, apiUrl, timeoutMs, fetch, opsChannelId, log } = options;
  const client = createSlackClient({ token: botToken, apiUrl, timeoutMs, fetch, log });
  try {
    const { botName, workspaceName, scopes } = await identify(client, apiUrl);
    return [
      good('Slack token', `is ${botName} in the workspace ${workspaceName}.`),
      ...checkScopes(scopes),
      ...(opsChannelId === null ? [] : [await checkOpsChannel(client, opsChannelId, botName)]),
    ];
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [bad('Slack token', error.message), open('Slack scopes', 'not looked at: the token must work first.')];
  }
}

/**
 * The scopes of the manifest that a token lacks, each with what will not work without it and how to mend that.
 *
 * @param granted null when Slack did not say
 */
export function findMissingScopes(
  granted: readonly string[] | null,
): readonly { readonly scope: string; readonly says: string }[] {
  return Object.entries(REQUIRED_SCOPES).flatMap(([scope, without]) =>
    granted === null || granted.includes(scope)
      ? []
      : [{ scope, says: `is missing: ${without}. Mend it: ${WHERE_SCOPES_ARE}.` }],
  );
}

/** @param granted as Slack's `x-oauth-scopes` header lists them; null when it was not sent */
function checkScopes(granted: readonly string[] | null): readonly Finding[] {
  if (granted === null) return [open('Slack scopes', 'Slack did not say which scopes the token has.')];
  const missing = new Map(findMissingScopes(granted).map(({ scope, says }) => [scope, says]));
  const required = Object.keys(REQUIRED_SCOPES).map((scope) => {
    const says = missing.get(scope);
    return says === undefined ? good(`Scope ${scope}`, 'is there.') : bad(`Scope ${scope}`, says);
  });
  const history = Object.entries(HISTORY_SCOPES).map(([scope, kind]) =>
    granted.includes(scope)
      ? good(`Scope ${scope}`, `is there: each message in ${kind} comes exactly once.`)
      : open(
          `Scope ${scope}`,
          `is missing, which is allowed: messages in ${kind} come at least once; one whose answer Slack loses may come twice. For exactly once, ${WHERE_SCOPES_ARE}.`,
        ),
  );
  const hearing = Object.entries(HEARING_SCOPES).map(([scope, without]) =>
    granted.includes(scope)
      ? good(`Scope ${scope}`, 'is there.')
      : open(`Scope ${scope}`, `is missing, which is allowed: ${without}. To have that, ${WHERE_SCOPES_ARE}.`),
  );
  const later = Object.entries(LATER_SCOPES).map(([scope, purpose]) =>
    granted.includes(scope)
      ? good(`Scope ${scope}`, `is there, for later: ${purpose}.`)
      : open(
          `Scope ${scope}`,
          `is missing, which is allowed: nothing needs it yet. It is for later: ${purpose}. To have it then, ${WHERE_THE_MANIFEST_IS}.`,
        ),
  );
  return [...required, ...history, ...hearing, ...later];
}

/** Looks whether the operator's channel is there, and joins nothing. */
async function checkOpsChannel(client: WebClient, channelId: string, botName: string): Promise<Finding> {
  const invite = `type /invite @${botName} in that channel`;
  try {
    const { channel } = await client.conversations.info({ channel: channelId });
    const { is_archived, is_member, is_private, is_im } = channelInfo.parse(channel);
    if (is_archived === true) return bad(OPS_CHANNEL, `${channelId} is archived: set OPS_CHANNEL to another channel.`);
    if (is_member === true || is_im === true) return good(OPS_CHANNEL, `${channelId} is there, and the bot in it.`);
    return is_private === true
      ? bad(OPS_CHANNEL, `the bot is not in ${channelId}: ${invite}.`)
      : good(OPS_CHANNEL, `${channelId} is there; the bot joins it when it starts.`);
  } catch (error) {
    const name = slackErrorName(error);
    return name === 'channel_not_found'
      ? bad(
          OPS_CHANNEL,
          `Slack shows the bot no channel ${channelId}: check the id, and that it is of this workspace; if the channel is private, ${invite}.`,
        )
      : open(OPS_CHANNEL, `Slack did not say whether the bot can post to ${channelId} (${name ?? 'no answer'}).`);
  }
}

/** Asking for a socket's address opens none: the running bot is not disturbed. */
async function checkAppToken({
  appToken,
  apiUrl,
  timeoutMs,
  fetch,
  log,
}: SlackCheckOptions): Promise<readonly Finding[]> {
  if (appToken === null) return [];
  try {
    await createSlackClient({ token: appToken, apiUrl, timeoutMs, fetch, log }).apps.connections.open({});
    return [good('Socket Mode', 'Slack offers a socket.')];
  } catch (error) {
    return [bad('Socket Mode', socketRefused(error, apiUrl).message)];
  }
}
