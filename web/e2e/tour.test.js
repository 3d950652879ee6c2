// The tour: against a server with the live model, by keyboard alone, at three widths in both themes; and on recordings where there is no engine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fewLooks, findings, folder, launch, missing, number, open, reach, serve, shot, test } from './browser.js';

const stops = 6;

const words = async page => (await page.textContent(test('tour-text'))).replaceAll(/\s+/g, ' ');
const rests = page => page.waitForSelector('.tour[aria-busy="false"]');
const focused = page => page.evaluate(() => document.activeElement.dataset.testid);
const title = page => page.textContent('.tour h2');

async function act(page, name) {
  await page.click(name ? `.tour-acts button:text-is("${name}")` : test('tour-act'));
  await page.waitForSelector('.tour[aria-busy="true"]', { timeout: 500 }).catch(() => {}); // some are done at once
  await rests(page);
}

/** How many pixels of what is outlined lie below the panel. */
const covered = page =>
  page.evaluate(() => {
    const line = document.querySelector('.tour-line');
    const [a, b] = [line, document.querySelector('.tour')].map(e => e.getBoundingClientRect());
    const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return width > 1 && height > 1 ? width * height : 0;
  });

/** Whether all lines of the text are seen without scrolling. */
const isWhole = page => page.$eval(test('tour-text'), text => text.scrollHeight <= text.clientHeight + 1);

describe('the tour', { skip: missing }, () => {
  let browser;
  let server;

  before(async () => {
    browser = await launch({ flat: true });
    server = await serve('--model', 'embedded:grain-1m');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  it('is offered once, by one button; it opens by itself for nobody, and not over a shared address', async () => {
    const { page, close } = await open(browser, server.url);
    assert.equal(await page.textContent(test('tour')), 'Take the tour');
    assert.equal(await page.locator(test('tour-panel')).count(), 0);
    await page.click(test('tour'));
    await page.click(test('tour-skip'));
    assert.equal(await page.locator(test('tour-panel')).count(), 0);
    assert.equal(await page.textContent(test('tour')), 'Tour');
    await page.reload();
    assert.equal(await page.textContent(test('tour')), 'Tour');
    await close();
    const shared = await open(browser, `${server.url}/#prompt=A+fox&max_tokens=4`);
    assert.equal(await shared.page.textContent(test('tour')), 'Tour');
    assert.equal(await shared.page.locator(test('tour-panel')).count(), 0);
    await shared.close();
  });

  it('leads by keyboard alone from stop to stop, and tells the figures that the page shows', { timeout: 240_000 }, async () => {
    const { page, seen, close } = await open(browser, server.url);
    await page.fill(test('prompt'), 'My own prompt');
    await reach(page, 'tour');
    await page.keyboard.press('Enter');
    await page.waitForSelector(test('tour-panel'));
    await rests(page);

    assert.equal(await title(page), 'One token at a time');
    const length = await number(page, 'seq-len');
    assert.match(await words(page), new RegExp(`has read ${length - 1} of them`));
    for (let i = 0; i < 10 && (await focused(page)) !== 'tour-act'; i++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(n => document.querySelector('[data-testid="seq-len"]').textContent === String(n), length + 1);
    await page.waitForFunction(
      n => document.querySelector('[data-testid="tour-text"]').textContent.includes(`has read ${n} of them`),
      length,
    );

    await page.keyboard.press('ArrowRight');
    await rests(page);
    assert.equal(await title(page), 'The cache');
    assert.match(await words(page), /the last step took \d+ passes/);
    assert.equal(await focused(page), 'tour-act');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('[data-testid="cache-mode"]').getAttribute('aria-checked') === 'false');
    await rests(page);
    const passes = Number((await words(page)).match(/The last one took (\d+) passes/)[1]);
    const layers = Number((await page.textContent('.about')).match(/(\d+) layers/)[1]);
    assert.equal(passes, layers * ((await number(page, 'seq-len')) - 1));
    assert.match(await page.textContent('.phase'), /all the text again/);

    await page.keyboard.press('ArrowRight');
    await rests(page);
    assert.equal(await title(page), 'Reading, then writing');
    const first = await page.textContent('.figure:nth-child(5) .value');
    assert.ok((await words(page)).includes(`it was ${first}, measured`), await words(page));
    assert.equal(await page.getAttribute(test('cache-mode'), 'aria-checked'), 'true');

    await page.keyboard.press('ArrowRight');
    await rests(page);
    assert.equal(await title(page), 'Choosing');
    const draw = Number((await page.textContent(test('drawn'))).match(/^([\d.]+) was drawn/)[1]);
    assert.ok((await words(page)).includes(`The number drawn was ${draw.toFixed(3)}`), await words(page));
    assert.equal(await page.getAttribute('#tab-why', 'aria-selected'), 'true');
    const unsure = await words(page);
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      was => !document.querySelector('[data-testid="tour-text"]').textContent.startsWith(was),
      unsure.slice(0, 30),
    );
    assert.match(await words(page), /Here the model (was sure|wavered)/);

    await page.keyboard.press('ArrowRight');
    await rests(page);
    assert.equal(await title(page), 'The other way');
    assert.equal(await page.getAttribute('#tab-tree', 'aria-selected'), 'true');
    assert.equal(await page.locator('.tree .alternatives').count(), 1);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.compare:not([hidden])');
    await rests(page);
    const [, all, adopted, read] = (await words(page))
      .match(/Of the (\d+) tokens .* begins with, (\d+) were adopted .* and the (\d+) after them read once more/)
      .map(Number);
    assert.ok(adopted >= 32 && adopted + read === all, await words(page));

    await page.keyboard.press('ArrowRight');
    await rests(page);
    assert.equal(await title(page), 'Why it stops');
    assert.match(await words(page), /gives the reason as (length|eos)/);
    await act(page, 'Stop at a full stop');
    assert.match(await words(page), /gives the reason as stop/);
    assert.equal(await page.textContent('.ending'), 'A stop text came.');
    await act(page, 'Cancel it');
    assert.match(await words(page), /You cancelled it: after \d+ tokens/);
    await act(page, 'Ask for 400');
    assert.match(await words(page), /gives the reason as (eos|length|context)/);

    await reach(page, 'tour-next');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator(test('tour-panel')).count(), 0);
    assert.equal(await focused(page), 'tour');
    assert.equal(await page.inputValue(test('prompt')), 'My own prompt');
    assert.equal(await page.getAttribute('#tab-scene', 'aria-selected'), 'true');
    assert.deepEqual(seen.errors, []);
    await close();
  });

  it('leaves the page usable beside it; Escape ends it from anywhere, and a text that was there is there again', async () => {
    const { page, close } = await open(browser, server.url);
    await page.fill(test('prompt'), 'The wolf');
    await page.locator('#set-maxTokens').fill('6');
    await page.locator('#set-maxTokens').blur();
    await page.selectOption(test('speed'), 'max');
    await page.click(test('generate'));
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="text"] [data-index]').length === 6);
    const text = await page.textContent('.story');
    await page.click(test('tour'));
    await rests(page);
    assert.notEqual(await page.textContent('.story'), text);
    const count = await page.locator(`${test('text')} [data-index]`).count();
    await page.click(test('step'));
    await page.waitForFunction(n => document.querySelectorAll('[data-testid="text"] [data-index]').length === n, count + 1);
    await page.locator(test('prompt')).focus();
    await page.keyboard.press('Escape');
    assert.equal(await page.locator(test('tour-panel')).count(), 0);
    assert.equal(await page.textContent('.story'), text);
    assert.equal(await page.inputValue(test('speed')), 'max');
    await close();
  });

  for (const { theme, width } of fewLooks) {
    it(`${theme}, ${width} wide: nothing serious that axe finds, what is outlined is seen`, { timeout: 240_000 }, async () => {
      const { page, close } = await open(browser, server.url, {
        viewport: { width, height: width < 500 ? 812 : 900 },
        colorScheme: theme,
      });
      await page.click(test('tour'));
      for (let i = 1; i <= stops; i++) {
        await rests(page);
        if (i === 2 || i === 5) await act(page);
        await page.waitForSelector('.tour-line:not([hidden])');
        await shot(page, `tour-${i}-${theme}-${width}`);
        assert.equal(await covered(page), 0, `stop ${i}`);
        assert.ok(await isWhole(page), `stop ${i}: its last lines are hidden`);
        if (i > 3) assert.deepEqual(await findings(page), [], `stop ${i}`);
        await page.click(test('tour-next'));
      }
      assert.equal(await page.locator(test('tour-panel')).count(), 0);
      await close();
    });
  }

  it('on a small phone no line of it is hidden', { timeout: 240_000 }, async () => {
    const { page, close } = await open(browser, server.url, { viewport: { width: 375, height: 667 } });
    await page.click(test('tour'));
    for (let i = 1; i <= stops; i++) {
      await rests(page);
      assert.ok(await isWhole(page), `stop ${i}`);
      await page.click(test('tour-next'));
    }
    await close();
  });

  it('without an engine is taken on recordings, and says what they cannot show', { timeout: 240_000 }, async context => {
    const site = await folder(['beams', 'tale', 'tale-no-cache']);
    const { page, seen, close } = await open(browser, site.url);
    const engines = await page.locator('#engine option').evaluateAll(options => options.map(o => o.value));
    await page.click(test('tour'));
    await rests(page);
    if (engines.includes('tab')) {
      context.diagnostic('the engine is in the tab: the tour is taken with it');
      assert.equal(await page.inputValue(test('engine')), 'tab');
      assert.match(await words(page), /one was drawn/);
    } else {
      const tale = JSON.parse(readFileSync(new URL('../../contract/traces/tale.json', import.meta.url), 'utf8'));
      assert.match(await words(page), new RegExp(`A recorded run\\. .*has read ${tale.result.promptTokens} of them`));
      await page.click(test('tour-next'));
      await rests(page);
      await act(page, 'The recording without it');
      assert.match(await words(page), /Nothing is kept now/);
      for (const [i, said] of [
        [4, /The number drawn was/],
        [5, /needs an engine, which recordings are without/],
        [6, /gives the reason as length.*takes an engine/],
      ]) {
        await page.click(`[aria-label^="Stop ${i}:"]`);
        await rests(page);
        assert.match(await words(page), said);
        assert.equal(await page.locator(test('tour-act')).count(), i === 4 ? 1 : 0);
      }
    }
    await page.keyboard.press('Escape');
    assert.equal(await page.inputValue(test('engine')), 'trace');
    assert.deepEqual(seen.errors, []);
    await close();
    site.close();
  });
});
