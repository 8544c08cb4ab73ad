import { describe, expect, test } from 'vitest';

import { startWorld } from '../support/world.ts';

describe('what Slack delivers twice', () => {
  test('is answered once: a command, a click and a direct message', async () => {
    await using world = await startWorld();
    const { slack, drs } = world;
    slack.addChannel('ops', { withBot: true });
    drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });

    await world.ask('ana', 'ops', '/drs subscribe orders');
    slack.sockets.repeat();
    const status = await world.ask('ana', 'ops', '/drs status orders');
    expect(slack.ephemerals('ops', 'ana')).toHaveLength(2);

    const refreshes = () => slack.calls.filter((call) => call.method === 'users.info').length + drs.count('progress');
    await slack.people.click('ana', status, 'Refresh');
    await slack.waitFor('the refresh', () => (drs.count('progress') > 2 ? true : undefined));
    const before = refreshes();
    slack.sockets.repeat();
    await world.ask('ana', 'ops', '/drs version');
    expect(refreshes()).toBe(before);

    await slack.people.write('ana', 'version');
    const dm = slack.state.directMessages(slack.state.findUser('ana')?.id ?? '').name;
    await world.nextMessage(dm, 0);
    slack.sockets.repeat();
    await world.ask('ana', 'ops', '/drs version');
    expect(slack.messages(dm)).toHaveLength(1);
  });

  test('is answered although it cannot be written down', async () => {
    await using world = await startWorld({
      overrides: {
        decorate: { store: (store) => ({ ...store, claimRequest: () => Promise.reject(new Error('no room')) }) },
      },
    });
    world.slack.addChannel('ops');
    expect((await world.ask('ana', 'ops', '/drs version')).text).toMatch(/\d+\.\d+\.\d+/);
  });
});

describe('somebody of whom Slack does not say who it is', () => {
  test.each(['invalid_auth', 'internal_error', 'some_new_error'])('is not answered as a member: %s', async (error) => {
    await using world = await startWorld();
    world.slack.addChannel('ops');
    world.slack.faults.next('users.info', { kind: 'error', error });
    expect((await world.ask('ana', 'ops', '/drs list')).text).toContain('Slack does not tell me at the moment');
  });

  test('is told which scope is missing', async () => {
    await using world = await startWorld();
    world.slack.addChannel('ops');
    world.slack.faults.next('users.info', { kind: 'error', error: 'missing_scope' }, { count: 9 });
    expect((await world.ask('ana', 'ops', '/drs list')).text).toContain('users:read');
  });
});
