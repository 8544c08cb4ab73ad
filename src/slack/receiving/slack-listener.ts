import type { Server } from 'node:http';

import { SECOND } from '../../domain/base/time.ts';
import { explainClosedPort } from '../../domain/base/closed-port.ts';
import { StartError } from '../../ports/operator-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SlackReceiverConfig } from './bolt-app.ts';
import { holdFailure } from '../../domain/base/hold-failure.ts';
import { endsWithin } from '../../domain/base/ends-within.ts';
import { socketRefused } from '../workspace/identify.ts';
import type { ListenerState } from './listener-state.ts';
import { HttpReceiver } from './http-receiver.ts';
import { SocketReceiver } from './socket-receiver.ts';

/** Slack must greet a new socket within this, in ms. */
const SOCKET_TIMEOUT_MS = 30 * SECOND;
/** How long half-sent requests may go on after the listener is closed, in ms. */
const CLOSING_MS = SECOND;

/** Takes what Slack sends: commands, clicks and events. */
export interface SlackListener {
  /** The port listened on; null in Socket Mode. */
  readonly port: number | null;
  /** How it is at this moment. */
  state(): ListenerState;
  /** Lets nobody else in. What came in before goes on. */
  close(): Promise<void>;
}

/**
 * Lets Slack in: over a socket the bot opens, or on a port. May be tried again after it failed.
 *
 * @param startSignal aborts when nobody waits for it any more
 * @throws StartError with one sentence when that cannot be done
 */
export async function openListener(
  receiver: SocketReceiver | HttpReceiver,
  how: SlackReceiverConfig,
  clock: Clock,
  startSignal: AbortSignal,
): Promise<SlackListener> {
  if (how.mode === 'http' && receiver instanceof HttpReceiver) return await openPort(receiver, how, clock);
  if (how.mode === 'socket' && receiver instanceof SocketReceiver)
    return await openSocket(receiver, how.apiUrl, clock, startSignal);
  throw new TypeError('the receiver does not fit its configuration');
}

async function openSocket(
  receiver: SocketReceiver,
  apiUrl: string,
  clock: Clock,
  startSignal: AbortSignal,
): Promise<SlackListener> {
  const opened = holdFailure(Promise.race([receiver.start(), isAborted(startSignal)]));
  const inTime = await endsWithin(SOCKET_TIMEOUT_MS, opened, clock).catch((error: unknown) => {
    throw error instanceof StartError ? error : socketRefused(error, apiUrl);
  });
  if (inTime) return { port: null, state: () => receiver.state(), close: () => receiver.stop() };
  throw new StartError(
    `Slack did not open a socket within ${SOCKET_TIMEOUT_MS / SECOND} s: check SLACK_API_URL and this machine's network.`,
    { remedy: 'passes' },
  );
}

/** Rejects when the start is called off. */
function isAborted(startSignal: AbortSignal): Promise<never> {
  return holdFailure(
    new Promise<never>((_resolve, reject) => {
      const end = () => reject(new StartError('Stopped before it had started.'));
      if (startSignal.aborted) end();
      else startSignal.addEventListener('abort', end, { once: true });
    }),
  );
}

async function openPort(
  receiver: HttpReceiver,
  { host, port }: Extract<SlackReceiverConfig, { mode: 'http' }>,
  clock: Clock,
): Promise<SlackListener> {
  const server = await receiver.start({ host, port }).catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StartError(`Port ${port} on ${host} ${explainClosedPort(why, { port: 'PORT', host: 'HOST' })}.`, {
      cause: error,
    });
  });
  const address = server.address();
  const opened = typeof address === 'object' && address !== null ? address.port : port;
  const state = (): ListenerState => ({
    isOpen: server.listening,
    why: server.listening ? null : 'the port was closed',
    otherSockets: 0,
  });
  return { port: opened, state, close: () => closeServer(server, clock) };
}

/** Idle and half-sent requests would keep a server open for ever. */
async function closeServer(
  server: Pick<Server, 'close' | 'closeAllConnections' | 'closeIdleConnections'>,
  clock: Clock,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await endsWithin(CLOSING_MS, closed, clock);
  server.closeAllConnections();
  await closed;
}
