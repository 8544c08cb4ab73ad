import { expect, test } from 'vitest';

import type { DrsAuth } from '../../src/drs/auth.ts';
import { listProjects } from '../../src/drs/project-id.ts';
import { createNetwork } from '../../src/network/network.ts';
import { explainNetworkFailure } from '../../src/domain/job/network-failure.ts';
import { createSlackClient } from '../../src/slack/web-api/slack-client.ts';
import { fastClock } from '../support/fast-clock.ts';
import { SILENT } from '../support/silent-log.ts';

const ANYBODY: DrsAuth = {
  inTurn: (attempt) => attempt(),
  authorize: () => Promise.resolve({ ok: true, headers: {} }),
  rejected: (_headers, failure) => ({ again: false, failure }),
  accepted: () => undefined,
};

test.each([
  ['http://127.0.0.1:2', '127.0.0.1:2', /^ECONNREFUSED$/],
  ['https://iam.nowhere.invalid', 'iam.nowhere.invalid', /^(?:ENOTFOUND|EAI_AGAIN)$/],
])(
  'a request to %s that fails is logged with whom it was for, its host and the cause',
  async (endpoint, host, cause) => {
    const lines: object[] = [];
    const warn = (fields: object, said: string) => void lines.push({ ...fields, said });
    const network = createNetwork();
    const { dispatcher } = network;
    const log = { ...SILENT, warn };
    await listProjects({ endpoint, auth: ANYBODY, dispatcher, clock: fastClock(0), random: () => 0, log });
    await network.destroy();
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ host, cause: expect.stringMatching(cause), said: 'a request to IAM failed' });
  },
);

test.each([
  ['http://127.0.0.1:2/api/', undefined, { host: '127.0.0.1:2', cause: 'ECONNREFUSED', method: 'auth.test' }],
  ['http://slack.example/api/', '127.0.0.1:2', { host: 'slack.example', cause: 'ECONNREFUSED', proxy: '127.0.0.1:2' }],
])(
  'a request to Slack at %s, by the proxy %s, that fails is one line with its host and the cause',
  async (apiUrl, proxy, facts) => {
    const lines: object[] = [];
    const warn = (fields: object, said: string) => void lines.push({ ...fields, said });
    const httpProxy = proxy === undefined ? null : `http://${proxy}`;
    const network = createNetwork({ httpProxy, httpsProxy: null, noProxy: '', authorities: null });
    const way = { token: 'xoxb-1', apiUrl, timeoutMs: 5_000, fetch: network.fetch, log: { ...SILENT, warn } };
    await expect(createSlackClient(way).auth.test()).rejects.toThrow('fetch failed');
    await network.destroy();
    expect(lines).toEqual([expect.objectContaining({ ...facts, said: 'a request to Slack failed' })]);
  },
);

test.each([
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'certificate_untrusted'],
  [{ code: 'CERT_HAS_EXPIRED' }, 'certificate_unfit'],
  [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'not_tls'],
  [{ code: 'ENOTFOUND' }, 'host_unknown'],
  [{ code: 'ECONNRESET' }, 'unreachable'],
])('%j is found inside what libraries wrap around it', (facts, key) => {
  const inside = Object.assign(new Error('inside'), facts);
  const fetchFailed = new TypeError('fetch failed', { cause: new AggregateError([inside]) });
  const wrapped = Object.assign(new Error('A request error occurred', { cause: fetchFailed }), {
    code: 'slack_webapi_request_error',
  });
  expect(explainNetworkFailure(wrapped, 'drs.example')).toEqual({
    key,
    values: { host: 'drs.example', reason: facts.code },
  });
});
