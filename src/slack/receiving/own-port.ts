import { createHmac, randomUUID } from 'node:crypto';

import { z } from 'zod';

import { SECOND } from '../../domain/base/time.ts';
import { HTTP_ENDPOINT } from './bolt-app.ts';

const answer = z.object({ challenge: z.string() });

/**
 * Whether the bot with this signing secret is what answers: it repeats the challenge of a request that is signed with it,
 * and refuses the same request unsigned (docs.slack.dev, "url_verification" and "Verifying requests from Slack"). Any other
 * server may well refuse both.
 *
 * @param base without a path
 * @param timeoutMs how long both answers may take together
 */
export async function isOwnPort(base: string, signingSecret: string, timeoutMs: number): Promise<boolean> {
  const signal = AbortSignal.timeout(timeoutMs);
  const challenge = randomUUID();
  const body = JSON.stringify({ type: 'url_verification', challenge });
  const post = (headers: Readonly<Record<string, string>>) =>
    fetch(`${base}${HTTP_ENDPOINT}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
      signal,
    });
  if ((await post({})).status !== 401) return false;
  const at = String(Math.floor(Date.now() / SECOND));
  const signature = `v0=${createHmac('sha256', signingSecret).update(`v0:${at}:${body}`).digest('hex')}`;
  const signed = await post({ 'X-Slack-Request-Timestamp': at, 'X-Slack-Signature': signature });
  return signed.ok && answer.safeParse(await signed.json()).data?.challenge === challenge;
}
