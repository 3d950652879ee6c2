// The static folder, with no server of ours: a recorded trace is replayed, by mouse and by keyboard alone, with and without WebGL, for everybody's eyes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { finish, folder, launch, missing, number, open, shot, test, traces } from './browser.js';

const tale = JSON.parse(readFileSync(join(traces, 'tale.json'), 'utf8'));
const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const { layers } = tale.model;
const mostDownloaded = 250_000; // bytes
const mostAside = 75_000; // of lab and guide

describe('the static page', { skip: missing }, () => {
  let browser;
  let site;

  before(async () => {
    browser = await launch();
    site = await folder(['tale', 'tale-no-cache']);
  });

  after(async () => {
    await browser?.close();
    site?.close();
  });

  it('replays a trace at any path, asks nobody else, and breaks nothing', async () => {
    const { page, seen, close } = await open(browser, site.url);
    assert.equal(await page.inputValue(test('engine')), 'trace');
    await finish(page);
    assert.equal(await page.textContent(test('text')), tale.result.text);
    assert.equal(await number(page, 'seq-len'), tale.result.promptTokens + tale.result.completionTokens);
    assert.equal(await number(page, 'compute'), tale.result.layerTokenPasses);
    await page.waitForSelector('.canvas');
    assert.deepEqual(seen.errors, []);
    assert.deepEqual([...seen.hosts], [new URL(site.url).host]);
    await close();
  });

  it('is at most 250 KB to download in gzip, engine and traces aside; lab and guide, fetched when they are opened, have a bound of their own', () => {
    const own = site.files.filter(file => /\.(js|css|html|svg)$/.test(file) && !file.includes('/engine/'));
    const isAside = file => file.includes('/assets/aside/');
    const sizes = [false, true].map(aside => {
      const files = own.filter(file => isAside(file) === aside);
      return [files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0), files.length];
    });
    const [[first, files], [later, laterFiles]] = sizes;
    assert.ok(files > 5 && first <= mostDownloaded, `${first} bytes in ${files} files`);
    assert.ok(laterFiles > 5 && later <= mostAside, `${later} bytes of lab and guide in ${laterFiles} files`);
  });

  it('steps back and forth, and every figure with it', async () => {
    const { page, close } = await open(browser, site.url);
    await finish(page);
    const whole = await number(page, 'compute');
    await page.getByLabel('One token back').click();
    await page.getByLabel('One token back').click();
    assert.equal(await number(page, 'compute'), whole - 2 * layers);
    const text = await page.textContent(test('text'));
    assert.ok(tale.result.text.startsWith(text) && text.length < tale.result.text.length);
    await page.click(test('step'));
    assert.equal(await number(page, 'compute'), whole - layers);
    await close();
  });

  it('without the cache: every step all of the text again', async () => {
    const { page, close } = await open(browser, site.url);
    await finish(page);
    await page.selectOption('#model', 'tale-no-cache');
    await page.click(test('generate'));
    await finish(page);
    const none = JSON.parse(readFileSync(join(traces, 'tale-no-cache.json'), 'utf8'));
    assert.equal(await number(page, 'compute'), none.result.layerTokenPasses);
    assert.equal(await number(page, 'kv-cache'), 0);
    assert.match(await page.textContent('.phase'), /all the text again/);
    assert.match(await page.getAttribute('.canvas', 'aria-label'), /computed again/);
    await close();
  });

  it('by keyboard alone: begins, pauses, chooses a token, turns the camera', async () => {
    const { page, close } = await open(browser, site.url);
    const reach = async id => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(wanted => document.activeElement?.dataset.testid === wanted, id)) return;
      }
      assert.fail(`${id} is not reached by Tab`);
    };
    await reach('generate');
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('[data-testid="text"]').textContent !== '');
    await reach('pause');
    await page.keyboard.press('Enter');
    const before = await number(page, 'seq-len');
    await reach('step');
    await page.keyboard.press('Enter');
    assert.equal(await number(page, 'seq-len'), before + 1);
    await reach('camera-top');
    await page.keyboard.press('Enter');
    assert.equal(await page.getAttribute(test('camera-top'), 'aria-pressed'), 'true');
    await reach('text');
    await page.keyboard.press('Home');
    assert.equal(await page.getAttribute('#token-0', 'aria-selected'), 'true');
    await close();
  });

  it('has a table that says what the picture shows', async () => {
    const { page, close } = await open(browser, site.url);
    await finish(page);
    await page.click('#tab-steps');
    const rows = page.locator(`${test('steps')} tbody tr:not([hidden])`);
    assert.equal(await rows.count(), 1 + tale.result.completionTokens);
    assert.match(await rows.nth(1).textContent(), /there.*%/);
    await close();
  });

  it('without WebGL shows the same from above, as an SVG', async () => {
    const blind = await launch({ flat: true });
    const { page, seen, close } = await open(blind, site.url);
    await finish(page);
    const words = await page.locator('.flat-word').allTextContents();
    assert.equal(words.at(-1), tale.steps.at(-1).text.trim());
    assert.ok((await page.locator('.flat path').count()) > 10);
    assert.deepEqual(seen.errors, []);
    await close();
    await blind.close();
  });

  for (const theme of ['dark', 'light']) {
    for (const width of [375, 768, 1440]) {
      it(`${theme}, ${width} wide: nothing serious that axe finds, nothing beside the page`, async () => {
        const { page, close } = await open(browser, site.url, { viewport: { width, height: width < 500 ? 812 : 900 }, colorScheme: theme });
        await finish(page);
        await page.waitForTimeout(400);
        await shot(page, `${theme}-${width}`);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
        await page.evaluate(axe);
        const found = await page.evaluate(() =>
          globalThis.axe
            .run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
            .then(r =>
              r.violations
                .filter(v => v.impact === 'serious' || v.impact === 'critical')
                .map(v => `${v.id}: ${v.nodes.map(n => n.target).join(' ')}`),
            ),
        );
        assert.deepEqual(found, []);
        await close();
      });
    }
  }
});
