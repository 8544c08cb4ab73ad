import { throttle, TARGETS } from './drs-simulator/faults.ts';
import type { Fault as DrsFault } from './drs-simulator/faults.ts';
import type { DrsSimulator } from './drs-simulator/simulator.ts';
import type { Fault as SlackFault } from './slack-workspace/faults.ts';
import type { SlackWorkspace } from './slack-workspace/slack-workspace.ts';

/** What goes wrong with an answer of DRS, by the word for it at the prompt. */
const DRS_FAULTS: Readonly<Record<string, DrsFault>> = {
  throttled: throttle(5),
  hang: { kind: 'hang' },
  reset: { kind: 'reset' },
  cut: { kind: 'cut' },
  empty: { kind: 'body', body: '' },
  html: { kind: 'status', status: 502, body: '<html><body>Bad gateway</body></html>' },
  null: { kind: 'body', body: 'null' },
  huge: { kind: 'padded', characters: 50_000_000 },
  deep: { kind: 'nested', depth: 20_000 },
  bom: { kind: 'marked' },
};

/** What goes wrong with a call of Slack; any other word is the name of an error. */
const SLACK_FAULTS: Readonly<Record<string, SlackFault>> = {
  ratelimited: { kind: 'rate_limited', retryAfterSeconds: 5 },
  hang: { kind: 'hang' },
  reset: { kind: 'reset' },
  lost: { kind: 'accept_then_drop' },
};

/** Frames that Slack never sends. */
const ODD_FRAMES: Readonly<Record<string, string>> = {
  null: 'null',
  text: 'not JSON',
  deep: '['.repeat(20_000),
  huge: JSON.stringify({ type: 'events_api', envelope_id: '1', payload: { text: 'x'.repeat(20_000_000) } }),
};

/** What somebody at the prompt can let go wrong. Each says what it did, or what was wrong. */
export interface FaultChanges {
  failDrs(target: string, fault: string, count: number): string;
  failSlack(method: string, fault: string, count: number): string;
  changeSocket(what: string, detail: string): string;
}

export function createFaultChanges(drs: DrsSimulator, slack: SlackWorkspace): FaultChanges {
  return {
    failDrs(name, word, count) {
      const target = TARGETS.find((one) => one === name);
      const status = Number(word);
      const fault: DrsFault | undefined =
        status >= 400 && status < 600 ? { kind: 'status', status, body: '{}' } : DRS_FAULTS[word];
      if (target === undefined || fault === undefined)
        return `Say what fails (${TARGETS.join(', ')}) and how (an HTTP status, ${Object.keys(DRS_FAULTS).join(', ')}).`;
      drs.faults.next(target, fault, count);
      return `The next ${count} requests for ${target} fail: ${word}.`;
    },
    failSlack(method, word, count) {
      if (method === '' || word === '')
        return `Say which method fails and how (an HTTP status, ${Object.keys(SLACK_FAULTS).join(', ')}, or the name of an error).`;
      const status = Number(word);
      const known = SLACK_FAULTS[word] ?? { kind: 'error', error: word };
      slack.faults.next(method, status >= 400 && status < 600 ? { kind: 'http', status } : known, { count });
      return `The next ${count} calls of ${method} fail: ${word}.`;
    },
    changeSocket: (what, detail) => changeSocket(slack, what, detail),
  };
}

function changeSocket({ sockets }: SlackWorkspace, what: string, detail: string): string {
  switch (what) {
    case 'drop':
      sockets.drop();
      return 'The connection broke.';
    case 'refresh':
      sockets.refresh(detail === '' ? undefined : detail);
      return 'Slack tells the bot to open another socket.';
    case 'mute':
      sockets.isMute = true;
      return 'New sockets are not greeted any more; socket greet ends that.';
    case 'greet':
      sockets.isMute = false;
      return 'New sockets are greeted again.';
    case 'again':
      sockets.repeat();
      return 'The last command or click was delivered again.';
    case 'strangers':
      sockets.strangers = Number(detail) || 0;
      return `${sockets.strangers} other sockets with the same token: Slack says so when it greets the next one.`;
    case 'frame':
      sockets.say(ODD_FRAMES[detail] ?? detail);
      return 'The frame was sent.';
    default:
      return `Say: socket drop, refresh, refresh too_many_websockets, mute, greet, again, strangers 1, or frame (${Object.keys(ODD_FRAMES).join(', ')}).`;
  }
}
