import { throttle, TARGETS } from './drs-simulator/faults.ts';
import type { Fault as DrsFault } from './drs-simulator/faults.ts';
import type { DrsSimulator } from './drs-simulator/simulator.ts';
import { ANY_METHOD } from './slack-workspace/faults.ts';
import type { Fault as SlackFault } from './slack-workspace/faults.ts';
import type { SlackWorkspace } from './slack-workspace/slack-workspace.ts';

/** What goes wrong with an answer of DRS, by the word for it at the prompt. */
const DRS_FAULTS: Readonly<Record<string, DrsFault>> = {
  throttled: throttle(5),
  day: throttle(86_400),
  hang: { kind: 'hang' },
  slow: { kind: 'slow', everyMs: 1_000 },
  reset: { kind: 'reset' },
  cut: { kind: 'cut' },
  empty: { kind: 'body', body: '' },
  html: { kind: 'status', status: 502, body: '<html><body>Bad gateway</body></html>' },
  null: { kind: 'body', body: 'null' },
  huge: { kind: 'huge', bytes: 50_000_000 },
  deep: { kind: 'nested', depth: 20_000 },
  bom: { kind: 'marked' },
  type: { kind: 'mislabelled', contentType: 'text/html' },
  missing: { kind: 'items', how: 'missing' },
  extra: { kind: 'items', how: 'extra' },
  doubled: { kind: 'items', how: 'doubled' },
  shuffled: { kind: 'items', how: 'shuffled' },
  nulls: { kind: 'items', how: 'null' },
  figures: { kind: 'figures', figure: '9'.repeat(310) },
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
  /** @param howLong so many requests (`3`), so many seconds (`20s`), `always`; one when left out */
  failDrs(target: string, fault: string, howLong: string): string;
  failSlack(method: string, fault: string, howLong: string): string;
  /** Nothing fails any more. */
  endFaults(): string;
  changeSocket(what: string, detail: string): string;
}

export function createFaultChanges(drs: DrsSimulator, slack: SlackWorkspace): FaultChanges {
  return {
    failDrs(name, word, howLong) {
      const target = TARGETS.find((one) => one === name);
      const status = Number(word);
      const fault: DrsFault | undefined =
        status >= 400 && status < 600 ? { kind: 'status', status, body: '{}' } : DRS_FAULTS[word];
      const extent = parseExtent(howLong);
      if (target === undefined || fault === undefined || extent === null)
        return `Say what fails (${TARGETS.join(', ')}), how (an HTTP status, ${Object.keys(DRS_FAULTS).join(', ')}) and how long (3, 20s, always).`;
      if (extent.kind === 'times') drs.faults.next(target, fault, extent.count);
      else drs.faults.always(target, fault, extent.ms);
      return `${describeExtent(extent, `requests for ${target}`)}: ${word}.`;
    },
    failSlack(method, word, howLong) {
      const extent = parseExtent(howLong);
      if (method === '' || word === '' || extent === null)
        return `Say which method fails (${ANY_METHOD} for all), how (an HTTP status, ${Object.keys(SLACK_FAULTS).join(', ')}, or the name of an error) and how long (3, 20s, always).`;
      const status = Number(word);
      const known = SLACK_FAULTS[word] ?? { kind: 'error', error: word };
      const fault: SlackFault = status >= 400 && status < 600 ? { kind: 'http', status } : known;
      if (extent.kind === 'times') slack.faults.next(method, fault, { count: extent.count });
      else slack.faults.always(method, fault, { ms: extent.ms });
      return `${describeExtent(extent, `calls of ${method}`)}: ${word}.`;
    },
    endFaults() {
      drs.faults.clear();
      slack.faults.clear();
      slack.sockets.mend();
      return 'Nothing fails any more.';
    },
    changeSocket: (what, detail) => changeSocket(slack, what, detail),
  };
}

/** How many requests fail, or for how long all of them do. */
type Extent = { readonly kind: 'times'; readonly count: number } | { readonly kind: 'time'; readonly ms: number };

/** Null for what is none. */
function parseExtent(text: string): Extent | null {
  if (text === 'always') return { kind: 'time', ms: Infinity };
  const [, number = '', unit = ''] = /^([1-9]\d{0,5})(s?)$/.exec(text === '' ? '1' : text) ?? [];
  if (number === '') return null;
  return unit === '' ? { kind: 'times', count: Number(number) } : { kind: 'time', ms: Number(number) * 1_000 };
}

/** `The next call of chat.postMessage fails`. */
function describeExtent(extent: Extent, what: string): string {
  if (extent.kind === 'times')
    return extent.count === 1 ? `The next ${what.replace('s ', ' ')} fails` : `The next ${extent.count} ${what} fail`;
  return extent.ms === Infinity
    ? `From now on, until you say fail end, all ${what} fail`
    : `For ${extent.ms / 1_000} s all ${what} fail`;
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
    case 'silent':
      sockets.isSilent = true;
      return 'Nothing comes over the socket any more, and nothing goes; socket greet ends that.';
    case 'refuse':
      sockets.isClosed = true;
      sockets.drop();
      return 'The connection broke, and no new one is let in; socket greet ends that.';
    case 'double':
      sockets.isDoubling = true;
      return 'Every command and click is delivered twice; socket greet ends that.';
    case 'late':
      sockets.isLate = true;
      return 'Slack takes every acknowledgement for too late; socket greet ends that.';
    case 'greet':
      sockets.mend();
      return 'Sockets are as they should be again.';
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
      return `Say: socket drop, refresh, refresh too_many_websockets, mute, silent, refuse, double, late, greet, again, strangers 1, or frame (${Object.keys(ODD_FRAMES).join(', ')}).`;
  }
}
