import type { Server } from 'node:http';

/** A server that listens on this machine only. */
export interface LoopbackServer {
  /** `http://127.0.0.1:port`. */
  readonly base: string;
  /** Closes at once, also what is kept alive or half sent. */
  readonly stop: () => Promise<void>;
}

/** Opens `server` on 127.0.0.1; 0 for a free port. */
export async function listenOnLoopback(server: Server, port: number): Promise<LoopbackServer> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  return {
    base: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** JSON, or undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
