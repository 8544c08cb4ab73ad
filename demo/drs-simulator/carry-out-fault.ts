import type { IncomingMessage, ServerResponse } from 'node:http';

import { parseJson } from '../loopback.ts';
import type { Fault, OddBody } from './faults.ts';
import { send } from './wire.ts';
import type { Answer } from './wire.ts';

/** A piece of an answer that is sent on and on. */
const PIECE = Buffer.alloc(1024 * 1024, 'x');
/** A job that nobody asked for. */
const STRANGER = { job_id: '9a470239-2308-4bb5-a6bc-1040402fjb21', id: '9a470239-2308-4bb5-a6bc-1040402fjb21' };

/** Whether the answer is made as it should be, and then spoilt. */
export function isOddBody(fault: Fault): fault is OddBody {
  switch (fault.kind) {
    case 'padded':
    case 'nested':
    case 'marked':
    case 'mislabelled':
    case 'items':
    case 'figures':
      return true;
    default:
      return false;
  }
}

/** The same answer with the fault in it. */
export function spoil(proper: Answer, fault: OddBody): Answer {
  const { body } = proper;
  switch (fault.kind) {
    case 'marked':
      return { ...proper, body: `\uFEFF${body}` };
    case 'padded':
      return { ...proper, body: addToEach(body, JSON.stringify('x'.repeat(fault.characters))) };
    case 'nested':
      return { ...proper, body: addToEach(body, '['.repeat(fault.depth) + ']'.repeat(fault.depth)) };
    case 'mislabelled':
      return { ...proper, headers: { ...proper.headers, 'Content-Type': fault.contentType } };
    case 'items':
      return { ...proper, body: withItems(body, (items) => change(items, fault.how)) };
    case 'figures':
      return { ...proper, body: withItems(body, (items) => items.map((item) => withFigures(item, fault.figure))) };
  }
}

/** Answers as no API should, or not at all. */
export function fail(request: IncomingMessage, response: ServerResponse, fault: Exclude<Fault, OddBody>): void {
  switch (fault.kind) {
    case 'hang':
      return;
    case 'slow':
      return drip(response, fault.everyMs);
    case 'huge':
      return pour(response, fault.bytes);
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'cut':
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
      response.write('{"results":[');
      setImmediate(() => request.socket.destroy());
      return;
    case 'body':
      send(response, { status: 200, body: fault.body });
      return;
    case 'status':
      send(response, {
        status: fault.status,
        body: fault.body ?? '',
        ...(fault.headers === undefined ? {} : { headers: fault.headers }),
      });
  }
}

/** Writes a field with `value` into every object that has an id. */
function addToEach(body: string, value: string): string {
  return body.replaceAll(/\{"(?=(?:job_)?id":)/g, () => `{"padding":${value},"`);
}

/** The same body with other results or jobs; one that has none stays as it is. */
function withItems(body: string, changed: (items: readonly unknown[]) => readonly unknown[]): string {
  const parsed = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null) return body;
  const items = Object.entries(parsed).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  return JSON.stringify({ ...parsed, ...Object.fromEntries(items.map(([name, list]) => [name, changed(list)])) });
}

function change(items: readonly unknown[], how: Extract<OddBody, { kind: 'items' }>['how']): readonly unknown[] {
  switch (how) {
    case 'missing':
      return items.slice(1);
    case 'extra':
      return [{ ...STRANGER, transfer_status: 'INCRE_TRANSFER_FAILED', status: 'INCRE_TRANSFER_FAILED' }, ...items];
    case 'doubled':
      return items.flatMap((item) => [item, item]);
    case 'shuffled':
      return items.toReversed();
    case 'null':
      return [null, ...items, 1, {}, 'x', [null]];
  }
}

const FIGURES = ['progress', 'incre_trans_delay', 'incre_trans_delay_millis', 'process_time', 'remaining_time'];

function withFigures(item: unknown, figure: string): unknown {
  if (typeof item !== 'object' || item === null) return item;
  return { ...item, ...Object.fromEntries(FIGURES.map((name) => [name, figure])) };
}

/** Sends blanks for as long as somebody waits for the rest. */
function drip(response: ServerResponse, everyMs: number): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
  const dripping = setInterval(() => response.write(' '), everyMs);
  response.once('close', () => clearInterval(dripping));
}

/** Sends so many bytes, no faster than they are taken. */
function pour(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.write('{"padding":"');
  let left = bytes;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= PIECE.length;
      if (!response.write(PIECE)) {
        response.once('drain', more);
        return;
      }
    }
    response.end('","results":[]}');
  };
  more();
}
