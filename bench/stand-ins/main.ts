/** Slack and DRS as the bench needs them, in a process of their own; prints where it listens. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { z } from 'zod';

import { Drs, textOf } from './drs.ts';
import { Slack } from './slack.ts';

const typing = z.object({ app: z.string(), texts: z.array(z.string()), atOnce: z.number(), pauseMs: z.number() });

const drs = new Drs();
// Idle connections stay open: a bench that is busy seeding must not meet one that is just being closed.
const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  void handle(request, response);
});
const slack = new Slack(server);

server.listen(0, '127.0.0.1', () => console.log(base()));

function base(): string {
  const address = server.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await answer(request);
  response.writeHead(body === null ? 404 : 200, { 'Content-Type': 'application/json' });
  response.end(body ?? '{"error_code":"APIGW.0101","error_msg":"The API does not exist."}');
}

async function answer(request: IncomingMessage): Promise<string | null> {
  const [, area, name = ''] = (request.url ?? '').split('/');
  switch (area) {
    case 'api':
      return JSON.stringify(slack.call(name, request));
    case 'respond':
      await textOf(request);
      slack.responded(name);
      return 'ok';
    case 'bench':
      return JSON.stringify(await control(name, request));
    default:
      return await drs.answer(request);
  }
}

/** What the bench itself asks for. */
async function control(name: string, request: IncomingMessage): Promise<unknown> {
  switch (name) {
    case 'type':
      return await slack.type(base(), typing.parse(JSON.parse(await textOf(request))));
    case 'delay':
      drs.delayMs = Number(await textOf(request));
      return drs.delayMs;
    case 'connected':
      return await slack.connected(await textOf(request));
    default:
      return drs.requests;
  }
}
