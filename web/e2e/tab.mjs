// The engine in a tab of a real browser, against contract/bits.json: `node web/e2e/tab.mjs FOLDER [--speed] [--model FILE.gguf]`.
// FOLDER has what `dotnet publish src/Sandglass.Web` puts into wwwroot. Chromium is Debian's, or the one that CHROMIUM names.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values: asked, positionals } = parseArgs({ allowPositionals: true, options: { speed: { type: 'boolean' }, bits: { type: 'boolean', default: true }, model: { type: 'string' } }, allowNegative: true });
const folder = positionals[0] ?? 'src/Sandglass.Web/bin/Release/net10.0/publish/wwwroot';
const bits = JSON.parse(await readFile(new URL('../../contract/bits.json', import.meta.url), 'utf8'));
const types = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json', '.html': 'text/html' };
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";

const server = createServer(async (request, answer) => {
  const path = normalize(new URL(request.url, 'http://here').pathname);
  if (path === '/') return answer.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy }).end('<!doctype html><title>tab</title>');
  const file = path === '/dropped.gguf' && asked.model ? asked.model : join(folder, path);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) return answer.writeHead(404).end();
  answer.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-length': found.size, 'content-security-policy': policy });
  createReadStream(file).pipe(answer);
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage();
page.on('console', message => console.log(`browser: ${message.text()}`));
page.on('pageerror', failure => console.log(`browser: ${failure}`));

let failures = 0;
try {
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(open);
  if (asked.bits) {
    for (const run of bits.runs) await same(run);
  }
  if (asked.speed) {
    for (const model of ['grain-1m', 'grain-6m']) await speed(`models/${model}.q8_0.gguf`, model, 'Once upon a time', 200);
    if (asked.model) await speed('dropped.gguf', basename(asked.model), 'The capital of France is', 24);
  }
} catch (failure) {
  console.error(failure);
  failures++;
} finally {
  await browser.close();
  server.close();
}
process.exit(failures === 0 ? 0 : 1);

async function same(run) {
  const [cacheTypeKeys, cacheTypeValues = cacheTypeKeys] = run.cacheType.split(/[^a-z0-9]+/);
  await page.evaluate(load, { name: run.model, url: `models/${run.model}.q8_0.gguf`, options: { compute: run.compute, cacheTypeKeys, cacheTypeValues } });
  const body = { prompt: bits.ids.slice(0, 8), max_tokens: 8, temperature: 1, seed: 7, ignore_eos: true, hash_logits: true, cache_prompt: false, trace: { candidates: 0, attention: 'none' } };
  const { steps } = await page.evaluate(write, body);
  const tokens = steps.filter(step => step.kind === 'token');
  const isSame = `${tokens.map(t => t.logitsHash)}` === `${run.generated}` && `${tokens.map(t => t.id)}` === `${run.generatedIds}`;
  console.log(`${run.model} ${run.compute} ${run.cacheType}: ${isSame ? 'the same bits' : `OTHER BITS: ${tokens.map(t => t.logitsHash)}`}`);
  if (!isSame) failures++;
}

async function speed(url, name, prompt, tokens) {
  const { loadMs, model } = await page.evaluate(load, { name, url });
  const { result, ms } = await page.evaluate(write, { prompt, max_tokens: tokens, temperature: 0, ignore_eos: true, trace: { candidates: 0, attention: 'none' } });
  console.log(`${name}: loaded in ${loadMs.toFixed(0)} ms, ${result.completionTokens} tokens in ${ms.toFixed(0)} ms, ${result.decodeTokensPerSecond.toFixed(1)} tokens/s, kernels ${model.kernels}`);
}

// In the page.

async function open() {
  const worker = new Worker('engine.js', { type: 'module' });
  const handlers = new Set();
  worker.onmessage = ({ data }) => { for (const handle of [...handlers]) handle(data); };
  worker.onerror = event => console.log(event.message);
  window.engine = worker;
  window.until = (isLast, seen = () => {}) => new Promise(resolve => {
    const handle = data => {
      seen(data);
      if (!isLast(data)) return;
      handlers.delete(handle);
      resolve(data);
    };
    handlers.add(handle);
  });
  await window.until(data => data.type === 'ready');
}

async function load(model) {
  const began = performance.now();
  const over = window.until(data => data.type === 'model' || data.type === 'error');
  window.engine.postMessage({ type: 'load', ...model });
  const answer = await over;
  if (answer.type === 'error') throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return { model: answer.model, loadMs: performance.now() - began };
}

async function write(body) {
  const began = performance.now();
  const steps = [];
  const id = Math.round(began * 1000);
  const over = window.until(data => data.id === id && (data.type === 'result' || data.type === 'error'), data => { if (data.type === 'step') steps.push(data.step); });
  window.engine.postMessage({ type: 'trace', id, body });
  const answer = await over;
  if (answer.type === 'error') throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return { steps, result: answer.result, ms: performance.now() - began };
}
