// The engine in the tab, with no server of ours: the bits of contract/bits.json, the page that writes with it, what is downloaded.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { finish, folder, hasEngine, launch, missing, noEngine, open, test } from './browser.js';
import { load, start, write } from './worker.js';

const bits = JSON.parse(readFileSync(new URL('../../contract/bits.json', import.meta.url), 'utf8'));
const mostDownloaded = 2_500_000; // bytes in brotli, models aside
const quiet = { candidates: 0, attention: 'none' };

describe('the engine in the tab', { skip: missing }, () => {
  let browser;
  let site;

  before(async () => {
    browser = await launch({ flat: true });
    site = await folder([]);
  });

  after(async () => {
    await browser?.close();
    site?.close();
  });

  const isThere = context => {
    if (hasEngine(site)) return true;
    context.skip(noEngine);
    return false;
  };

  it('has the bits that are written down, in each way to multiply and to cache', { timeout: 900_000 }, async context => {
    if (!isThere(context)) return;
    const page = await browser.newPage();
    await start(page, site.url);
    for (const { model, compute, cacheType, generated, generatedIds } of bits.runs) {
      const [cacheTypeKeys, cacheTypeValues = cacheTypeKeys] = cacheType.split('/');
      await load(page, { name: model, url: `models/${model}.q8_0.gguf`, options: { compute, cacheTypeKeys, cacheTypeValues } });
      const { tokens } = await write(page, {
        prompt: bits.ids.slice(0, 8),
        max_tokens: generated.length,
        seed: 7,
        ignore_eos: true,
        hash_logits: true,
        cache_prompt: false,
        trace: quiet,
      });
      const run = `${model} ${compute} ${cacheType}`;
      assert.deepEqual([run, tokens.map(t => t.logitsHash)], [run, generated]);
      assert.deepEqual([run, tokens.map(t => t.id)], [run, generatedIds]);
    }
    await page.close();
  });

  it('writes on the page, which asks nobody else', { timeout: 300_000 }, async context => {
    if (!isThere(context)) return;
    const { page, seen, close } = await open(browser, site.url);
    assert.equal(await page.inputValue(test('engine')), 'tab');
    await finish(page);
    assert.notEqual(await page.textContent(test('text')), '');
    assert.deepEqual(seen.errors, []);
    assert.deepEqual([...seen.hosts], [new URL(site.url).host]);
    await close();
  });

  it('refuses what it does not know, by name, and stops at the next token', { timeout: 300_000 }, async context => {
    if (!isThere(context)) return;
    const page = await browser.newPage();
    await start(page, site.url);
    await load(page, { name: 'grain-1m', url: 'models/grain-1m.q8_0.gguf' });
    await assert.rejects(write(page, { prompt: 'Once', temperatur: 1 }), /parameter-unknown: There is no parameter temperatur/);
    await assert.rejects(write(page, { prompt: 'Once', top_k: 'many' }), /parameter-value: top_k/);
    await assert.rejects(write(page, { prompt: 'Once', temperature: -1 }), /generation-option|sampling-option/);
    await assert.rejects(load(page, { name: 'icon', url: '../icon.svg' }), /gguf|model/);
    await load(page, { name: 'grain-1m', url: 'models/grain-1m.q8_0.gguf' });
    const finish = await page.evaluate(async () => {
      let told = false;
      const { result } = await window.ask(
        { type: 'trace', id: 1, body: { prompt: 'Once', ignore_eos: true, max_tokens: 900 } },
        data => data.id === 1 && data.type === 'result',
        data => {
          if (data.type === 'step' && !told) window.ask({ type: 'stop', id: 1 }, () => true);
          told ||= data.type === 'step';
        },
      );
      return result.finish;
    });
    assert.equal(finish, 'cancelled');
    await page.close();
  });

  it('is at most 2.5 MB to download, models aside', context => {
    if (!isThere(context)) return;
    const files = site.files.filter(file => file.includes('engine/') && !file.endsWith('.gguf'));
    const sizes = files.map(file => brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length);
    const bytes = sizes.reduce((a, b) => a + b, 0);
    context.diagnostic(`${bytes} bytes in brotli of a middle level, ${files.length} files`);
    assert.ok(bytes <= mostDownloaded, `${bytes} bytes`);
  });
});
