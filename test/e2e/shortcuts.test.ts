import { describe, expect, test } from 'vitest';

import { renderAsText } from '../../demo/slack-workspace/render-as-text.ts';
import type { Log } from '../../src/ports/log.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** What somebody is shown in a dialog or in the Home tab after `act`. */
async function shown(world: World, act: () => Promise<unknown>) {
  const { state } = world.slack;
  const known = state.views.length;
  await act();
  const { userId, view } = await world.slack.waitFor('a view', () => state.views[known]);
  return { userId, type: view.type, text: renderAsText({ text: '', blocks: view.blocks }, state).join('\n') };
}

describe.each(['socket', 'http'] as const)('in %s mode', (mode) => {
  test('both shortcuts and the Home tab say what to type to be told about a job', async () => {
    await using world = await startWorld({ mode });
    const { people, state } = world.slack;
    world.slack.addChannel('migrations', { withBot: true });
    const message = state.post(state.findChannel('migrations')?.id ?? '', { text: 'orders FAILED', blocks: [] });
    for (const act of [
      () => people.shortcut('ana', 'watch_job'),
      () => people.shortcut('ana', 'watch_named_job', message),
      () => people.openHome('ana'),
    ]) {
      const { userId, text } = await shown(world, act);
      expect(userId).toBe(state.findUser('ana')?.id);
      expect(text).toContain('To be told about a job, type `/drs subscribe <job>` in the channel that should know');
      expect(text).toContain('/drs help');
    }
  });

  test('what this version has nothing for is acknowledged, leaves no error, and does nothing', async () => {
    const errors: string[] = [];
    const ignore = () => undefined;
    const log: Log = { debug: ignore, info: ignore, warn: ignore, error: (_facts, said) => errors.push(said) };
    await using world = await startWorld({ mode, overrides: { log } });
    const { people, state } = world.slack;
    const ana = state.findUser('ana')?.id ?? '';
    const team = { id: state.teamId };
    const view = { id: 'V1', type: 'modal', callback_id: 'of_tomorrow', state: { values: {} }, private_metadata: '{' };
    const event = { type: 'event_callback', team_id: state.teamId, event_id: 'Ev1', event_time: 1 };
    const link = { channel: 'C1', message_ts: '1.1', links: [{ url: 'https://console.huaweicloud.com/drs/' }] };
    const unknown = [
      ['events_api', { ...event, event: { type: 'link_shared', user: ana, ...link } }],
      ['events_api', { ...event, event: { type: 'of_tomorrow', channel: 'C1' } }],
      ['interactive', { type: 'view_submission', user: { id: ana }, team, view, trigger_id: '1' }],
      ['interactive', { type: 'view_closed', user: { id: ana }, team, view, is_cleared: false }],
      ['interactive', { type: 'block_suggestion', user: { id: ana }, team, action_id: 'x', block_id: 'y', value: '' }],
    ] as const;
    for (const [type, payload] of unknown) expect(await people.send(type, payload)).toMatchObject({ acked: true });
    const { text } = await shown(world, () => people.shortcut('ana', 'of_tomorrow'));
    expect(text).toContain('/drs subscribe');
    expect(errors).toEqual([]);
    expect(state.messages).toEqual([]);
    expect(state.ephemerals).toEqual([]);
  });
});

test('a shortcut is answered in the language of whoever chose it, also a guest', async () => {
  await using world = await startWorld();
  const { slack } = world;
  slack.addUser('li', 'zh-CN');
  slack.addGuest('gus');
  expect((await shown(world, () => slack.people.shortcut('li', 'watch_job'))).text).toContain('想收到某个任务的消息');
  expect((await shown(world, () => slack.people.shortcut('gus', 'watch_job'))).text).toContain(
    'To be told about a job',
  );
});

test('a dialog that Slack does not open leaves a line in the log, and no error', async () => {
  const warned: string[] = [];
  const ignore = () => undefined;
  const log: Log = { debug: ignore, info: ignore, warn: (_facts, said) => warned.push(said), error: ignore };
  await using world = await startWorld({ overrides: { log } });
  const { slack } = world;
  slack.faults.next('views.open', { kind: 'error', error: 'expired_trigger_id' });
  expect(await slack.people.shortcut('ana', 'watch_job')).toMatchObject({ acked: true });
  await expect.poll(() => warned).toContain('Slack did not show somebody what can be typed');
});

test('channels and people come as ids where Slack escapes them, and as they were typed where it does not', async () => {
  await using world = await startWorld();
  const { slack, drs } = world;
  const { id } = slack.addChannel('migrations', { withBot: true });
  const ana = slack.state.findUser('ana')?.id ?? '';
  drs.addJob('PAUSING', {}, { name: 'orders' });
  for (const [typed, said] of [
    ['#migrations', 'type the command in `#migrations`'],
    [`<#${id}|migrations>`, 'type the command in `#migrations`'],
    [`<#${id}|>`, `type the command in <#${id}>`],
    ['@ana', '`@ana` can type the command'],
    [`<@${ana}|ana>`, '`@ana` can type the command'],
  ] as const) {
    const answer = await world.ask('ana', '#migrations', `/drs subscribe orders ${typed}`);
    expect(answer.text).toContain(said);
  }
  expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('No job is watched here');
});
