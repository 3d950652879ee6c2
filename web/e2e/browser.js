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

export function launch(...args) {
  return chromium.launch({
    executablePath: browserPath,
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', ...args],
  });
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

/** What the tool itself says: lines of run --json. */
export function run(...args) {
  const done = spawnSync(tool, ['run', '--json', ...args], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  const lines = done.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  return { tokens: lines.slice(0, -1), result: lines.at(-1) };
}

export async function shot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}
