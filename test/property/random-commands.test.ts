import fc from 'fast-check';
import { expect, test } from 'vitest';

import { LANGUAGES } from '../../src/domain/base/language.ts';
import { parseCommand } from '../../src/slack/parsing/parse-command.ts';
import { usageMessage } from '../../src/slack/messages/answers/usage-message.ts';
import { createTexts } from '../../src/slack/messages/kit/texts.ts';
import { parseDirectMessage } from '../../src/slack/parsing/parse-interaction.ts';

const WORDS = [
  'status',
  'subscribe',
  'unsubscribe',
  'list',
  'jobs',
  'settings',
  'audit',
  'help',
  'all',
  'public',
  '--public',
  'lang:zh',
  'lag:2m',
  'orders',
  '#ops',
  '<#C012AB3CD|ops>',
  '<@U012AB3CD>',
  '<!channel>',
  '<!here>',
  '<!subteam^S1|@dba>',
  '@ana',
  '*orders*',
  '`x`',
  '"',
  "'",
  '“',
  '\u200b',
  '\u202eabc',
  '\0',
  '\ud800',
  '用户',
  '&lt;!channel&gt;',
  '{name, plural, one {#}}',
  '${x}',
  '../..',
  '%s',
  'to',
  '?',
  ':',
] as const;
const line = fc
  .array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 8 })
  .map((words) => words.join(' '));

test('whatever is typed is a command, or a correction in a sentence that pings nobody', () => {
  const all = LANGUAGES.map((language) =>
    createTexts(language, {
      command: '/drs',
      botName: 'drs',
      teamUrl: null,
      tellsOperator: false,
      projects: () => ({ asked: 'p1', others: '' }),
      consoleUrl: () => null,
    }),
  );
  fc.assert(
    fc.property(line, (text) => {
      const parsed = parseCommand(text);
      if (parsed.ok) return;
      for (const texts of all) {
        const said = usageMessage(texts, parsed.error).text;
        expect(said.length).toBeGreaterThan(10);
        expect(said.length).toBeLessThan(1_000);
        // The link of a channel pings nobody.
        expect(said.replace(/<#[A-Z0-9]+>/gi, '')).not.toMatch(/<[!@#]/);
      }
    }),
    { numRuns: 3_000 },
  );
});

test.each([undefined, 'file_share', 'thread_broadcast', 'me_message'])(
  'what a person writes is read: %s',
  (subtype) => {
    const event = {
      type: 'message',
      channel_type: 'im',
      channel: 'D1',
      user: 'U1',
      text: 'status orders',
      ts: '1.1',
      subtype,
    };
    expect(parseDirectMessage(event)?.text).toBe('status orders');
  },
);

test.each(['message_changed', 'message_deleted', 'bot_message', 'channel_join'])(
  'what nobody wrote is left: %s',
  (subtype) => {
    const event = {
      type: 'message',
      channel_type: 'im',
      channel: 'D1',
      user: 'U1',
      text: 'status orders',
      ts: '1.1',
      subtype,
    };
    expect(parseDirectMessage(event)).toBeNull();
  },
);
