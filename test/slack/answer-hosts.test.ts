import { expect, test } from 'vitest';

import { isAnswerAddress, onlyToSlack } from '../../src/slack/web-api/answer-hosts.ts';

const SLACK = 'https://slack.com/api/';

test.each([
  ['https://hooks.slack.com/commands/T1/2/3', SLACK],
  ['https://hooks.slack-gov.com/commands/T1/2/3', 'https://slack-gov.com/api/'],
  // A proxy of the company stands before the API; answers go to Slack itself.
  ['https://hooks.slack.com/commands/T1/2/3', 'https://slack-proxy.example.com/api/'],
  ['https://slack-proxy.example.com/hooks/1', 'https://slack-proxy.example.com/api/'],
  ['http://slack-mock:3000/hooks/1', 'http://slack-mock:3000/api/'],
  ['http://localhost:4001/hooks/1', 'http://127.0.0.1:4000/api/'],
  ['http://[::1]:4001/hooks/1', 'http://127.0.0.1:4000/api/'],
])('an answer goes to %s where the API is %s', (address, apiUrl) => {
  expect(isAnswerAddress(address, apiUrl)).toBe(true);
});

test.each([
  ['https://evil.example/commands/T1', SLACK],
  ['https://hooks.slack.com.evil.example/', SLACK],
  ['https://evilslack.com/', SLACK],
  ['https://hooks.slack.com@evil.example/', SLACK],
  ['http://hooks.slack.com/commands/T1', SLACK],
  ['http://127.0.0.1:8080/admin', SLACK],
  ['http://169.254.169.254/openstack/latest/securitykey', SLACK],
  ['http://169.254.169.254/latest/meta-data', 'http://127.0.0.1:4000/api/'],
  ['file:///etc/passwd', SLACK],
  ['nonsense', SLACK],
  ['', SLACK],
])('no answer goes to %s where the API is %s', async (address, apiUrl) => {
  const sent: unknown[] = [];
  const fetch = onlyToSlack((input) => {
    sent.push(input);
    return Promise.resolve(new Response());
  }, apiUrl);
  await expect(fetch(address)).rejects.toThrow(/^not sent: /);
  expect(sent).toEqual([]);
});
