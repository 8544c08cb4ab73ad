import { once } from 'node:events';
import { connect } from 'node:net';
import type { LookupFunction } from 'node:net';
import { Worker } from 'node:worker_threads';

import { expect, test } from 'vitest';

import { DIRECT, createNetwork } from '../../src/network/network.ts';

/** Listens, and when told to takes nobody in for so many ms: whoever comes meanwhile waits for the system's second try. */
const SLOW_LISTENER = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const server = createServer((_request, response) => response.end('at last'));
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => parentPort.postMessage(server.address().port));
  parentPort.on('message', (ms) => {
    parentPort.postMessage('nobody is taken in');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  });
`;

/** A name with two addresses, nobody at the second. */
const bothAddresses: LookupFunction = (_name, _options, found) =>
  found(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);

test('an address whose handshake takes a second is reached, though the name has another one where nobody is', async () => {
  const listener = new Worker(SLOW_LISTENER, { eval: true });
  const [port]: unknown[] = await once(listener, 'message');
  listener.postMessage(600);
  await once(listener, 'message');
  // The queue of those who wait to be taken in is full with these two.
  const waiting = [1, 2].map(() => connect(Number(port), '127.0.0.1').on('error', () => undefined));
  await Promise.all(waiting.map((socket) => once(socket, 'connect')));
  const network = createNetwork(DIRECT, bothAddresses);
  const startedAt = performance.now();
  const answer = await network.fetch(`http://drs.example:${String(port)}/`);
  expect(await answer.text()).toBe('at last');
  expect(performance.now() - startedAt).toBeGreaterThan(900);
  await network.destroy();
  for (const socket of waiting) socket.destroy();
  await listener.terminate();
}, 15_000);
