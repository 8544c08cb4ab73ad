import type { FetchFunction } from '@slack/web-api';

import type { Finding } from '../../domain/base/finding.ts';
import { bad, good, open } from '../../domain/base/finding.ts';
import { StartError } from '../../ports.ts';
import type { Log } from '../../ports.ts';
import { identify, socketRefused } from './identify.ts';
import { HISTORY_SCOPES, REQUIRED_SCOPES } from './scopes.ts';
import { createSlackClient } from './slack-client.ts';

const WHERE_SCOPES_ARE =
  'add it on the page OAuth & Permissions of your Slack app (Bot Token Scopes), then press Reinstall to Workspace there';

/** What the checks of Slack need. */
export interface SlackCheckOptions {
  readonly botToken: string;
  /** Null in HTTP mode. */
  readonly appToken: string | null;
  /** Ends in `/`. */
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly fetch: FetchFunction;
  readonly log: Log;
}

/** Looks at the tokens and what they allow. Posts nothing and joins nothing. */
export async function checkSlack(options: SlackCheckOptions): Promise<readonly Finding[]> {
  return [...(await checkBotToken(options)), ...(await checkAppToken(options))];
}

async function checkBotToken({
  botToken,
  apiUrl,
  timeoutMs,
  fetch,
  log,
}: SlackCheckOptions): Promise<readonly Finding[]> {
  try {
    const { botName, workspaceName, scopes } = await identify(
      createSlackClient({ token: botToken, apiUrl, timeoutMs, fetch, log }),
      apiUrl,
    );
    return [good('Slack token', `is ${botName} in the workspace ${workspaceName}.`), ...checkScopes(scopes)];
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
  return [...required, ...history];
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
    return [bad('Socket Mode', socketRefused(error, apiUrl))];
  }
}
