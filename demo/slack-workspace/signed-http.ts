import { createHmac } from 'node:crypto';

import type { Ack } from './socket-mode.ts';

/** What is posted, with exactly the content type Slack uses. */
export interface SignedBody {
  readonly contentType: string;
  readonly text: string;
}

/**
 * Posts to an app the way Slack does, signed with version v0
 * (docs.slack.dev, "Verifying requests from Slack"). Null when it does not answer 200 in time.
 */
export async function deliverByHttp(
  url: string,
  signingSecret: string,
  { contentType, text: body }: SignedBody,
  ms: number,
): Promise<Ack> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': contentType,
        'X-Slack-Request-Timestamp': timestamp,
        'X-Slack-Signature': sign(signingSecret, timestamp, body),
      },
      body,
      signal: AbortSignal.timeout(ms),
    });
    return answer.status === 200 ? ackOf(await answer.text()) : null;
  } catch {
    return null;
  }
}

/** The v0 signature of a body. */
export function sign(signingSecret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

function ackOf(text: string): Ack {
  if (text === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : { text };
  } catch {
    return { text };
  }
}
