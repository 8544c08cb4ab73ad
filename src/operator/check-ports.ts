import type { Config } from '../config/config.ts';
import { explainClosedPort } from '../domain/base/closed-port.ts';
import { bad, good } from '../domain/base/finding.ts';
import type { Finding } from '../domain/base/finding.ts';
import { SECOND } from '../domain/base/time.ts';
import { tryPort } from '../runtime/try-port.ts';
import { isOwnPort } from '../slack/receiving/own-port.ts';

/** How long a bot that is running may take to show that a port is its own, in ms. */
const ASK_BACK_MS = 2 * SECOND;

/** The port that Slack sends commands to: whether it can be opened, or the bot itself has it open. */
export async function checkCommandPort(
  receiver: Extract<Config['slack']['receiver'], { readonly mode: 'http' }>,
): Promise<readonly Finding[]> {
  const { signingSecret } = receiver;
  return await checkPort('PORT', 'HOST', receiver, (base) => isOwnPort(base, signingSecret.reveal(), ASK_BACK_MS));
}

/** The port for whoever runs the bot. */
export async function checkOpsPort(ops: NonNullable<Config['ops']>): Promise<readonly Finding[]> {
  return await checkPort('OPS_PORT', 'OPS_HOST', ops, showsLife);
}

/** @param isOurs whether the bot itself is what has opened the port */
async function checkPort(
  portName: string,
  hostName: string,
  { host, port }: { readonly host: string; readonly port: number },
  isOurs: (base: string) => Promise<boolean>,
): Promise<readonly Finding[]> {
  const why = await tryPort(host, port);
  const where = `${port} on ${host}`;
  if (why === null) return [good(portName, `port ${where} can be opened.`)];
  if (why === 'EADDRINUSE' && (await isOurs(`http://${hostInAddress(host)}:${port}`).catch(() => false)))
    return [good(portName, `port ${where} is open: the bot is running.`)];
  return [bad(portName, `port ${where} ${explainClosedPort(why, { port: portName, host: hostName })}.`)];
}

/** Where something that listens on `host` is found: every address of this machine is its own as well. */
function hostInAddress(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** The bot's operator page says of itself which pages it has. */
async function showsLife(base: string): Promise<boolean> {
  const response = await fetch(`${base}/`, { signal: AbortSignal.timeout(ASK_BACK_MS) });
  return response.status === 404 && (await response.text()).includes('/livez, /readyz and /metrics');
}
