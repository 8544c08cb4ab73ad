/**
 * Whether the bot of this container lives: asks `/livez` on the operator's port, with the same OPS_HOST and OPS_PORT as the bot. Ends with 0 when it does,
 * else with 1 and what is wrong, which `docker inspect` shows.
 */
import { get } from 'node:http';

const LONGEST_MS = 4_000;
/** Where something that listens on every address is found. */
const LOOPBACKS = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const host = process.env.OPS_HOST?.trim() || '127.0.0.1';
const port = process.env.OPS_PORT?.trim();

if (port) ask(LOOPBACKS[host] ?? host, port);
else end(1, 'OPS_PORT is not set, so the bot has no page that says whether it lives.');

function ask(name, at) {
  // With an agent of its own: the global one may ask a proxy.
  const asked = get({ host: name, port: at, path: '/livez', agent: false, timeout: LONGEST_MS }, (answer) => {
    let body = '';
    answer.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    answer.on('end', () => end(answer.statusCode === 200 ? 0 : 1, body.trim()));
  });
  asked.on('timeout', () => asked.destroy(new Error(`no answer within ${LONGEST_MS / 1_000} s`)));
  asked.on('error', (error) => end(1, `${name}:${at} cannot be asked (${error.message})`));
}

function end(code, sentence) {
  console.log(sentence);
  process.exitCode = code;
}
