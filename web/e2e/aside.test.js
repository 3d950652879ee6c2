// What is fetched only when it is opened: the guide, from the Markdown of docs/guide, and the lab, with the engine of the tab.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fewLooks, findings, folder, launch, missing, open, shot } from './browser.js';

describe('beside the text', { skip: missing }, () => {
  let browser;
  let site;

  before(async () => {
    browser = await launch();
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

  for (const { theme, width } of fewLooks) {
    it(`${theme}, ${width} wide: nothing serious that axe finds, nothing beside the page`, async () => {
      const { page, close } = await open(browser, `${site.url}#view=guide&chapter=4-choosing`, {
        viewport: { width, height: 900 },
        colorScheme: theme,
      });
      await page.waitForSelector('#guide-temperature');
      await shot(page, `guide-${theme}-${width}`);
      assert.deepEqual(await findings(page), []);
      await close();
    });
  }
});
