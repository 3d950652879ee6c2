// What is fetched only when it is opened: the guide, from the Markdown of docs/guide, and the lab, with the engine of the tab.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { download, fewLooks, findings, folder, hasEngine, launch, missing, noEngine, open, shot, test } from './browser.js';

const recorded = name => readFileSync(new URL(`../../contract/lab/${name}.jsonl`, import.meta.url), 'utf8');

/** Drops a file of results on the page. */
const drop = (page, name) => dropText(page, recorded(name), 'results.jsonl');

const dropText = (page, text, file) =>
  page.evaluate(
    ([content, called]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], called));
      dispatchEvent(new DragEvent('drop', { dataTransfer }));
    },
    [text, file],
  );

describe('beside the text', { skip: missing }, () => {
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

  it('the guide: from chapter to chapter by keyboard, folded mathematics, figures, commands to copy and to open', async () => {
    const { page, seen, close } = await open(browser, `${site.url}#view=guide`);
    await page.waitForSelector('.guide-text h2');
    assert.equal(await page.locator('.guide-contents > ol > li').count(), 10);
    await page.locator('.guide-contents a', { hasText: 'Choosing' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#guide-temperature');
    assert.equal(new URL(page.url()).hash, '#view=guide&chapter=4-choosing');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'guide-top');
    assert.equal(await page.locator('.guide-figure svg polyline').count(), 5);
    assert.equal(await page.locator('math').first().isVisible(), false);
    await page.locator('.guide-text summary').first().click();
    assert.equal(await page.locator('math').first().isVisible(), true);
    assert.match(await page.locator('[data-copy]').first().getAttribute('data-copy'), /^sandglass run /);
    await page.goBack();
    await page.waitForFunction(() => !document.querySelector('#guide-temperature'));
    assert.deepEqual(seen.errors, []);
    assert.deepEqual([...seen.hosts], [new URL(site.url).host]);
    await close();
  });

  it('the lab: an experiment in the tab gives the very file that the tool keeps; it stops, and shows what is dropped', async context => {
    if (!hasEngine(site)) return context.skip(noEngine);
    const asked = new URLSearchParams({ prompt: 'The king', temperatures: '0,1.2', n: 2, 'max-tokens': 6, model: 'grain-1m' });
    const { page, seen, close } = await open(browser, `${site.url}#view=lab&lab=temperature&${asked}`);
    const run = async () => {
      await page.click(test('lab-run'));
      await page.waitForFunction(id => /^Done in/.test(document.querySelector(id).textContent), test('lab-state'));
      return readFileSync(await download(page, 'lab-save-json'), 'utf8');
    };
    await page.waitForSelector(test('lab-run'));
    assert.equal(await run(), recorded('temperature'));
    assert.equal(await page.locator(`${test('lab-table')} tbody tr`).count(), 2);
    assert.equal(await page.locator(`${test('lab-picture')} polyline`).count(), 5);
    assert.match(readFileSync(await download(page, 'lab-save-svg'), 'utf8'), /^<svg [\s\S]*<style>[\s\S]*<\/svg>\n$/);

    await page.selectOption(test('lab-name'), 'forget');
    await page.fill(test('lab-distances'), '0,20');
    await page.fill(test('lab-trials'), '2');
    await page.locator(test('lab-trials')).blur();
    assert.equal(new URL(page.url()).hash, '#view=lab&lab=forget&distances=0%2C20&trials=2&model=grain-1m');
    assert.equal(await run(), recorded('forget'));

    const refused = async (value, why) => {
      await page.fill(test('lab-distances'), value);
      await page.locator(test('lab-distances')).blur();
      await page.click(test('lab-run'));
      await page.waitForFunction(([id, text]) => document.querySelector(id).textContent.includes(text), [test('lab-state'), why]);
    };
    await refused('0,x', 'expected whole numbers from 0 to');
    await refused('0,5000', 'expected whole numbers from 0 to 960, found 0,5000'); // by the experiment, which knows the model
    await page.fill(test('lab-distances'), '0,20');
    await page.fill(test('lab-trials'), '10000');
    await page.locator(test('lab-trials')).blur();
    await page.click(test('lab-run'));
    await page.waitForFunction(id => /part 1 of 2/.test(document.querySelector(id).textContent), test('lab-state'));
    await page.click(test('lab-stop'));
    await page.waitForFunction(id => /^Stopped/.test(document.querySelector(id).textContent), test('lab-state'));
    assert.equal(await page.isEnabled(test('lab-run')), true);

    await drop(page, 'quant');
    await page.waitForFunction(() => document.querySelector('.lab-bar h3').textContent === 'quant: results.jsonl');
    assert.equal(await page.inputValue(test('lab-name')), 'quant');
    assert.deepEqual(seen.errors, []);
    assert.deepEqual([...seen.hosts], [new URL(site.url).host]);
    await close();
  });

  it('the lab: what is dropped is shown whole or not at all, whatever is in it; the address names what is shown', async () => {
    const { page, seen, close } = await open(browser, `${site.url}#view=guide&chapter=4-choosing&at=no`);
    const at = hash => page.waitForFunction(wanted => location.hash === wanted, hash);
    await at('#view=guide&chapter=4-choosing');
    await page.evaluate(() => {
      location.hash = 'view=guide&chapter=no';
    });
    await at('#view=guide&chapter=README');
    await dropText(page, recorded('repetition').replace('"remedy":"none"', '"remedy":"\\uffff\\u0001\\ud800"'), 'ctl\u0001.jsonl');
    await page.waitForSelector(`${test('lab-picture')} > svg:not(:has(parsererror)) rect`);
    assert.equal(await page.locator(`${test('lab-picture')} title`).textContent(), 'repetition: ctl␁.jsonl');
    await at('#view=lab&lab=repetition');
    const shown = await page.innerHTML('.lab-outcome');
    await dropText(page, recorded('forget').replace('"distance":20', '"distance":"20"'), 'bad.jsonl');
    await page.waitForFunction(
      id =>
        document
          .querySelector(id)
          .textContent.endsWith('row 2 is not one of forget: distance: expected a whole number from 0, found "20".'),
      test('lab-state'),
    );
    assert.equal(await page.inputValue(test('lab-name')), 'repetition');
    assert.equal(await page.innerHTML('.lab-outcome'), shown);
    assert.deepEqual(seen.errors, []);
    await close();
  });

  for (const { theme, width } of fewLooks) {
    it(`${theme}, ${width} wide: nothing serious that axe finds, nothing beside the page`, async () => {
      const { page, close } = await open(browser, `${site.url}#view=guide&chapter=4-choosing`, {
        viewport: { width, height: 900 },
        colorScheme: theme,
      });
      await page.waitForSelector('#guide-temperature');
      await shot(page, `guide-${theme}-${width}`);
      assert.deepEqual(await findings(page), []);
      await drop(page, 'forget');
      await page.waitForSelector('.lab-picture svg');
      await shot(page, `lab-${theme}-${width}`);
      assert.deepEqual(await findings(page), []);
      await close();
    });
  }
});
