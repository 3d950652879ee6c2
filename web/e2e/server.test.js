// Against a running server: what the page writes is what the tool writes, by the hashes of the logits; the cache is a switch of the engine.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { finish, launch, missing, number, open, run, serve, test } from './browser.js';

const chain = ['--temperature', '0.8', '--top-k', '40', '--top-p', '0.95', '--min-p', '0.05', '--seed', '7'];

describe('the page of a server', { skip: missing }, () => {
  let browser;
  let server;

  before(async () => {
    browser = await launch();
    server = await serve('--model', 'embedded:grain-1m');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const tokens = async (page, count) => {
    await page.locator('#set-maxTokens').fill(String(count));
    await page.locator('#set-maxTokens').blur();
  };

  it('writes what the tool writes, with the same bits', async () => {
    const { page, seen, close } = await open(browser, `${server.url}/?hashes=1`);
    assert.equal(await page.inputValue(test('engine')), 'server');
    await page.fill(test('prompt'), 'The wolf said');
    await tokens(page, 24);
    await page.selectOption(test('speed'), 'max');
    await page.click(test('generate'));
    await finish(page);
    const told = run('The wolf said', '--model', 'embedded:grain-1m', '--max-tokens', '24', '--hash-logits', ...chain);
    assert.equal(await page.textContent(test('text')), told.tokens.map(t => t.text).join(''));
    assert.equal(await page.textContent(test('hashes')), told.tokens.map(t => t.logitsHash).join(' '));
    assert.equal(await number(page, 'compute'), told.result.layerTokenPasses);
    assert.deepEqual(seen.errors, []);
    await close();
  });

  it('the switch turns the cache off in the middle of a text: the words stay, the work grows', async () => {
    const { page, close } = await open(browser, server.url);
    await tokens(page, 20);
    await page.selectOption(test('speed'), 'step');
    await page.click(test('generate'));
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="text"] [data-index]').length === 1);
    for (let i = 2; i <= 5; i++) {
      await page.click(test('step'));
      await page.waitForFunction(n => document.querySelectorAll('[data-testid="text"] [data-index]').length === n, i);
    }
    const cached = await number(page, 'compute');
    const length = await number(page, 'seq-len');
    assert.ok((await number(page, 'kv-cache')) > 0);
    await page.click(test('cache-mode'));
    await page.click(test('step'));
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="text"] [data-index]').length === 6);
    const one = (await number(page, 'compute')) - cached;
    assert.equal(one, (cached / (length - 1)) * length); // every layer, for every token of the text
    assert.equal(await number(page, 'kv-cache'), 0);
    assert.match(await page.textContent('.phase'), /all the text again/);
    await page.selectOption(test('speed'), 'max');
    await page.click(test('pause'));
    await finish(page);
    const told = run('Once upon a time', '--model', 'embedded:grain-1m', '--max-tokens', '20', ...chain);
    assert.equal(await page.textContent(test('text')), told.tokens.map(t => t.text).join(''));
    await close();
  });

  it('an address repeats a text, and the page says that the bits are equal', async () => {
    const { page, close } = await open(browser, server.url);
    await tokens(page, 12);
    await page.fill('#set-seed', '');
    await page.locator('#set-seed').blur();
    await page.selectOption(test('speed'), 'max');
    await page.click(test('generate'));
    await finish(page);
    const text = await page.textContent(test('text'));
    await page.click('text=Share');
    const address = page.url();
    await close();
    const again = await open(browser, address);
    await again.page.click(test('generate'));
    await finish(again.page);
    assert.equal(await again.page.textContent(test('text')), text);
    assert.match(await again.page.textContent('.ending'), /bits equal/);
    await again.close();
  });

  it('paints, and tells after how long', async () => {
    const { page, close } = await open(browser, server.url);
    await page.reload();
    const first = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    const paint = await (await page.waitForFunction(first, undefined, { polling: 50 })).jsonValue();
    console.log(`# first paint after ${Math.round(paint)} ms`);
    await close();
  });

  it('a refusal is said in the words of the server', async () => {
    const { page, close } = await open(browser, server.url);
    await page.fill(test('prompt'), '');
    await page.route('**/trace', route => route.continue({ postData: '{"prompt":7}' }));
    await page.click(test('generate'));
    await page.waitForSelector('.problem:not([hidden])');
    assert.match(await page.textContent('.problem p'), /prompt/);
    await close();
  });
});
