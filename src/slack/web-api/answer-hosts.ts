import type { FetchFunction } from '@slack/web-api';

/** Where Slack takes answers to commands and clicks (docs.slack.dev, "Handling user interaction"; the second is GovSlack's). */
const SLACK_ANSWER_HOSTS = new Set(['hooks.slack.com', 'hooks.slack-gov.com']);
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Whether an answer may go to `address`: to Slack, or to the host that the configuration names for its API and those
 * below it. All names of this machine are one. Elsewhere only over HTTPS, unless that API is without it too.
 */
export function isAnswerAddress(address: string, apiUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const [to, api] = [new URL(address), new URL(apiUrl)];
  if (LOOPBACK.test(to.hostname)) return LOOPBACK.test(api.hostname);
  if (to.protocol !== 'https:' && to.protocol !== api.protocol) return false;
  const isOwn = to.hostname === api.hostname || to.hostname.endsWith(`.${api.hostname}`);
  return isOwn || (to.protocol === 'https:' && SLACK_ANSWER_HOSTS.has(to.hostname));
}

/** Fetches what goes to Slack, and refuses with one sentence what an odd request would have sent elsewhere. */
export function onlyToSlack(fetch: FetchFunction, apiUrl: string): FetchFunction {
  return (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    return isAnswerAddress(address, apiUrl)
      ? fetch(input, init)
      : Promise.reject(new Error(`not sent: ${hostOf(address)} is no host of Slack's, nor that of SLACK_API_URL`));
  };
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'the address';
}
