// What the tests in a browser share: the tool, Chromium, a server of files, and words for what a page is watched for.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = fileURLToPath(new URL('.', import.meta.url));
export const traces = join(here, '../../contract/traces');
export const shots = join(here, 'shots');

/** The built tool: SANDGLASS_TOOL, or where `dotnet build -c Release` leaves it. */
export const tool = process.env.SANDGLASS_TOOL ?? join(here, '../../src/Sandglass.Cli/bin/Release/net10.0/sandglass');

const browserPath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  p => p && existsSync(p),
);

/** Why these tests cannot run here; false where they can. */
export const missing = !existsSync(tool)
  ? 'no built tool: dotnet build -c Release'
  : !browserPath
    ? 'no Chromium (Debian: chromium; or CHROMIUM=PATH)'
    : false;

/** Whether all is tried, however long it takes: SANDGLASS_LONG=1. */
export const isLong = process.env.SANDGLASS_LONG === '1';

/** Each theme at each width; for views that are slow to get to, the two that differ most, unless all is tried. */
export const looks = ['dark', 'light'].flatMap(theme => [375, 768, 1440].map(width => ({ theme, width })));
export const fewLooks = isLong ? looks : looks.filter(({ theme, width }) => width === (theme === 'dark' ? 1440 : 375));

/** With WebGL in software; or without, which is cheaper: the scene is drawn as SVG then. */
export function launch({ flat = false } = {}) {
  const args = flat ? ['--disable-3d-apis', '--disable-gpu'] : ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
  return chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', ...args] });
}

/** A page whose errors and requests are noted down. Motion is reduced unless a test wants it. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const seen = { errors: [], hosts: new Set() };
  page.on('pageerror', error => seen.errors.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') seen.errors.push(message.text());
  });
  page.on('request', request => seen.hosts.add(new URL(request.url()).host));
  await page.goto(url);
  return { page, seen, close: () => context.close() };
}

export const test = id => `[data-testid="${id}"]`;

export const number = async (page, id) => Number(await page.textContent(test(id)));

/** Until nothing runs any more, as fast as it goes. */
export async function finish(page) {
  await page.selectOption(test('speed'), 'max');
  await page.waitForFunction(
    () => document.querySelector('[data-testid="pause"]').disabled && document.querySelector('[data-testid="text"]').textContent !== '',
  );
}

/** The static page with some traces, behind a server that knows nothing but files, below a path. */
export async function folder(names) {
  const root = mkdtempSync(join(tmpdir(), 'sandglass-page-'));
  const made = spawnSync(tool, ['page', '--out', root, ...names.flatMap(name => ['--trace', join(traces, `${name}.json`)])], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(made.stderr);
  const types = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
    '.json': 'application/json',
    '.wasm': 'application/wasm',
  };
  const prefix = '/some/where/';
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://here').pathname);
    const file = join(root, normalize(path.startsWith(prefix) ? path.slice(prefix.length) || 'index.html' : 'none'));
    if (!file.startsWith(root) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    root,
    url: `http://127.0.0.1:${server.address().port}${prefix}`,
    files: readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath ?? entry.path, entry.name)),
    close() {
      server.closeAllConnections();
      server.close();
      rmSync(root, { recursive: true });
    },
  };
}

/** `sandglass serve` on a free port. */
export async function serve(...args) {
  const process_ = spawn(tool, ['serve', '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = await new Promise((resolve, reject) => {
    let text = '';
    process_.stdout.on('data', piece => {
      text += piece;
      if (text.includes('\n')) resolve(text);
    });
    process_.on('exit', code => reject(new Error(`serve ended with ${code}`)));
  });
  return {
    url: JSON.parse(line).listening,
    async close() {
      process_.removeAllListeners('exit');
      const ended = new Promise(resolve => process_.on('exit', resolve));
      process_.kill('SIGTERM');
      await ended;
    },
  };
}

/** What the tool itself says, in lines of JSON. */
export function lines(...args) {
  const done = spawnSync(tool, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
}

export function run(...args) {
  const all = lines('run', '--json', ...args);
  return { tokens: all.slice(0, -1), result: all.at(-1) };
}

export async function shot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** The trace of the text that the page shows, as its button saves it. */
export async function saved(page) {
  return JSON.parse(readFileSync(await download(page, 'save-trace'), 'utf8'));
}

/** The file that a button of the page gives. */
export async function download(page, id) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(test(id))]);
  return file.path();
}

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds that is serious, in words; and whether something is wider than the window. */
export async function findings(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(runOnly => globalThis.axe.run({ runOnly }), rules);
  const serious = found.violations.filter(v => v.impact === 'serious' || v.impact === 'critical');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  return [...serious.map(v => `${v.id}: ${v.nodes.map(n => n.target).join(' ')}`), ...(wide ? ['wider than the window'] : [])];
}

/** Where the embedded model writes: behind a server, and in the tab with no server of ours. `start` gives null where it cannot. */
export const hosts = [
  { name: 'behind a server', start: () => serve('--model', 'embedded:grain-1m') },
  {
    name: 'in the tab',
    async start() {
      const site = await folder([]);
      if (hasEngine(site)) return site;
      site.close();
      return null;
    },
  },
];

export const hasEngine = site => site.files.some(file => file.endsWith(join('engine', 'engine.js')));
export const noEngine = 'the tool was built without it: dotnet build -c Release -p:EmbedEngine=true';

/** Writes a text with the embedded model to its end, as fast as it goes; settings are those of the page's fields. */
export async function generate(page, prompt, settings = {}) {
  await page.selectOption('#model', 'grain-1m');
  await page.selectOption(test('speed'), 'max');
  await page.locator('.sampling').evaluate(details => {
    details.open = true;
  });
  for (const [name, value] of Object.entries(settings)) {
    await page.locator(`#set-${name}`).fill(String(value));
    await page.locator(`#set-${name}`).blur();
  }
  await page.fill(test('prompt'), prompt);
  await page.click(test('generate'));
  await finish(page);
}

/** Presses Tab until something has the focus. */
export async function reach(page, id) {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(wanted => document.activeElement?.dataset.testid === wanted, id)) return;
  }
  throw new Error(`${id} is not reached by Tab`);
}
