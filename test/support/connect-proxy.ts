import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { listenOnLoopback } from '../../demo/loopback.ts';

/** A proxy on loopback that lets connections through and remembers where to. */
export interface ConnectProxy extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without user and password. */
  readonly url: string;
  /** `host:port` of every connection asked for, oldest first. */
  readonly targets: readonly string[];
}

/** @param credentials `user:password`, which it then wants; null lets anybody through */
export async function startConnectProxy(credentials: string | null = null): Promise<ConnectProxy> {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  const wanted = credentials === null ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  server.on('connect', (request, client: Socket, head: Buffer) => {
    client.on('error', () => client.destroy());
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted)
      return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
    const target = request.url ?? '';
    targets.push(target);
    const { hostname, port } = new URL(`http://${target}`);
    const upstream = connect(Number(port === '' ? 80 : port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    upstream.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  });
  const { base, stop } = await listenOnLoopback(server, 0);
  return {
    url: base,
    targets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await stop();
    },
  };
}
