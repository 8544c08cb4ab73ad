// Draws the picture of messages in the README from the recorded ones, as a phone shows them. With --check it only says whether
// the picture is older than what it was drawn from, which needs no browser.
//
//   npm run pictures              needs Chromium (set CHROMIUM where it is not found) and fonts with Chinese and emoji
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PICTURE = join(ROOT, 'docs/messages.png');
/** What the picture was drawn from, as a hash. */
const DRAWN_FROM = join(ROOT, 'docs/messages.png.drawn-from');
const LANGUAGES = ['en', 'zh'];
const CASES = [
  'status-estimate',
  'told-failed-with-cause-and-known-code',
  'incident-one-cause',
  'told-rule-caught_up',
  'told-ended-in-sync',
];
/** What Slack makes of a time that has just passed. */
const AGO = { en: 'just now', zh: '刚刚' };
/** Of one column, in CSS pixels. */
const PHONE = 375;
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const recorded = Object.fromEntries(
  LANGUAGES.map((language) => [language, CASES.map((one) => readCase(language, one))]),
);
const hash = createHash('sha256')
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .update(JSON.stringify(recorded))
  .digest('hex');

if (process.argv.includes('--check')) {
  const known = existsSync(PICTURE) && existsSync(DRAWN_FROM) ? readFileSync(DRAWN_FROM, 'utf8').trim() : null;
  if (known !== hash) {
    console.error('docs/messages.png shows messages as they no longer are: npm run pictures draws it anew.');
    process.exit(1);
  }
} else {
  draw();
  writeFileSync(DRAWN_FROM, `${hash}\n`);
  console.log(`${PICTURE} is drawn.`);
}

/** The blocks of a recorded message, which stand behind its text and an empty line. */
function readCase(language, name) {
  const text = readFileSync(join(ROOT, 'test/golden/messages', language, `${name}.txt`), 'utf8');
  return JSON.parse(text.slice(text.indexOf('\n\n[') + 2));
}

function draw() {
  const browser = process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
  if (browser === undefined) throw new Error('No Chromium is found: install it, or say where it is with CHROMIUM.');
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  try {
    const page = join(folder, 'page.html');
    writeFileSync(page, pageOf());
    const width = LANGUAGES.length * PHONE;
    const options = ['--headless', '--no-sandbox', '--hide-scrollbars', '--force-device-scale-factor=1'];
    const run = (...more) =>
      execFileSync(browser, [...options, ...more, pathToFileURL(page).href], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const [, height] = /data-height="(\d+)"/.exec(run(`--window-size=${width},400`, '--dump-dom')) ?? [];
    run(`--window-size=${width},${height}`, `--screenshot=${PICTURE}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pageOf() {
  const columns = LANGUAGES.map(
    (language) =>
      `<div class="phone" lang="${language}">${recorded[language].map((blocks) => messageOf(blocks, language)).join('')}</div>`,
  );
  return `<!doctype html><meta charset="utf-8"><style>
html{background:#fff}body{margin:0;display:flex;width:${LANGUAGES.length * PHONE}px;font:15px/1.45 'Noto Sans','DejaVu Sans','Noto Sans CJK SC','Noto Color Emoji',sans-serif;color:#1d1c1d}
.phone{width:${PHONE}px;box-sizing:border-box;padding:4px 12px}
.message{display:flex;gap:8px;padding:10px 0;border-bottom:1px solid #e6e6e6}.face{flex:none;width:32px;height:32px;border-radius:6px;background:#1264a3;color:#fff;font:bold 11px/32px sans-serif;text-align:center}
.body{min-width:0;flex:1}.who{font-weight:700}.app{font-size:10px;background:#e8e8e8;color:#616061;border-radius:3px;padding:1px 4px;margin-left:4px}
.section{white-space:pre-wrap;overflow-wrap:anywhere;margin:2px 0}.context{font-size:12px;color:#616061;margin-top:6px}
.actions{display:flex;flex-wrap:wrap;gap:6px;margin-top:6px}.button{border:1px solid #c9c9c9;border-radius:6px;padding:3px 10px;font-weight:700;font-size:13px}.primary{background:#007a5a;border-color:#007a5a;color:#fff}.danger{color:#e01e5a;border-color:#e01e5a}
code{border:1px solid #ddd;background:#f7f7f7;border-radius:3px;padding:0 3px;color:#c01343;font:12px 'DejaVu Sans Mono','Noto Sans CJK SC',monospace}
blockquote{margin:0;padding-left:8px;border-left:4px solid #ddd}table{border-collapse:collapse;font-size:13px;margin:6px 0}td{border:1px solid #ddd;padding:3px 7px}tr:first-child td{font-weight:700;background:#f7f7f7}s{color:#616061}
</style>${columns.join('')}<script>document.documentElement.dataset.height=Math.ceil(document.body.getBoundingClientRect().height)</script>`;
}

function messageOf(blocks, language) {
  const body = blocks.map((block) => blockOf(block, language)).join('');
  return `<div class="message"><div class="face">DRS</div><div class="body"><span class="who">drs</span><span class="app">APP</span>${body}</div></div>`;
}

/** A kind that this does not know is no reason to draw half a message. */
function blockOf(block, language) {
  switch (block.type) {
    case 'section':
      return `<div class="section">${mrkdwn(block.text.text, language)}</div>${block.accessory === undefined ? '' : actionsOf([block.accessory])}`;
    case 'context':
      return `<div class="context">${block.elements.map(({ text }) => mrkdwn(text, language)).join(' ')}</div>`;
    case 'actions':
      return actionsOf(block.elements);
    case 'table':
      return `<table>${block.rows.map((row) => `<tr>${row.map(({ text }) => `<td>${escape(text)}</td>`).join('')}</tr>`).join('')}</table>`;
    default:
      throw new Error(`There is no way yet to draw a block of the kind ${block.type}.`);
  }
}

function actionsOf(elements) {
  const buttons = elements.map((one) =>
    one.type === 'overflow'
      ? '<span class="button">⋯</span>'
      : `<span class="button ${one.style ?? ''}">${escape(one.text.text)}</span>`,
  );
  return `<div class="actions">${buttons.join('')}</div>`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text is escaped in the messages already; only Slack's own tokens stand in angle brackets. */
function mrkdwn(text, language) {
  return text
    .split('\n')
    .map((line) =>
      line.startsWith('&gt; ') || line.startsWith('> ')
        ? `<blockquote>${marks(line.replace(/^(?:&gt;|>) /, ''), language)}</blockquote>`
        : marks(line, language),
    )
    .join('\n')
    .replaceAll('</blockquote>\n', '</blockquote>');
}

function marks(line, language) {
  return line
    .replace(/<!date\^\d+\^([^|>]*)\|([^>]*)>/g, (_token, format, fallback) =>
      format === '{ago}' ? AGO[language] : fallback,
    )
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, '@ana')
    .replace(/<#(\w+)(?:\|[^>]*)?>/g, '#migrations')
    .replace(/<https?:[^|>]+\|([^>]+)>/g, '<u>$1</u>')
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*([^*]+)\*/g, '<b>$1</b>')
    .replace(/~([^~]+)~/g, '<s>$1</s>');
}
