// The tab Batch against a running server with an embedded model: real readers, what the engine tells of them, and who may not see it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fewLooks, findings, folder, launch, missing, number, open, serve, shot, test } from './browser.js';

describe('the batch of a running server', { skip: missing }, () => {
  let browser;
  let server;

  before(async () => {
    browser = await launch({ flat: true });
    server = await serve('--model', 'embedded:grain-1m', '--max-batch', '4');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const visit = async options => {
    const opened = await open(browser, server.url, options);
    await opened.page.click('#tab-batch');
    await opened.page.waitForSelector(test('batch-send'));
    await opened.page.waitForFunction(id => document.querySelector(id).textContent.startsWith('Nothing is going on'), test('batch-state'));
    return opened;
  };

  const send = async (page, readers, tokens, seconds = '0') => {
    await page.locator(test('batch-count')).evaluate((slider, value) => {
      slider.value = value;
      slider.dispatchEvent(new Event('input'));
    }, String(readers));
    await page.selectOption(test('batch-length'), tokens);
    await page.selectOption(test('batch-time'), seconds);
    await page.click(test('batch-send'));
  };

  const ended = page => page.waitForFunction(id => /^(All|Stopped)/.test(document.querySelector(id).textContent), test('batch-said'));

  /** Pixels of the lanes that have the colour of sand. */
  const sand = page =>
    page.evaluate(id => {
      const canvas = document.querySelector(id);
      const colour = getComputedStyle(canvas).getPropertyValue('--sand').trim();
      const wanted = [1, 3, 5].map(i => Number.parseInt(colour.slice(i, i + 2), 16));
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] === 255 && wanted.every((value, part) => Math.abs(data[i + part] - value) < 3)) found++;
      return found;
    }, test('batch-canvas'));

  it('six readers are sent, written in a batch of four, and measured', async () => {
    const { page, seen, close } = await visit();
    assert.equal(await sand(page), 0);
    await page.evaluate(() => {
      globalThis.most = { running: 0, waiting: 0, rows: 0 };
      setInterval(() => {
        const of = name => Number(document.querySelector(`[data-testid="${name}"]`).textContent) || 0;
        const { most } = globalThis;
        most.running = Math.max(most.running, of('batch-running'));
        most.waiting = Math.max(most.waiting, document.querySelectorAll('[data-testid="batch-queue"] li').length);
        most.rows = Math.max(most.rows, document.querySelectorAll('[data-testid="batch-table"] tr').length);
      }, 20);
    });
    await send(page, 6, '1000');
    await ended(page);
    const said = await page.textContent(test('batch-said'));
    assert.match(said, /^All 6 have ended; \d+ tokens came\.$/);
    await page.waitForFunction(id => document.querySelector(id).textContent === '0', test('batch-running'));
    const most = await page.evaluate(() => globalThis.most);
    assert.ok(most.running >= 1 && most.running <= 4, `${most.running} at once`);
    assert.ok(most.rows >= 1, 'the table had a row');
    assert.ok((await sand(page)) > 100, 'grains are drawn');
    await page.click('.batch-speeds summary');
    const speeds = await page.$$eval('.batch-speeds tbody tr', rows =>
      rows.map(row => [...row.children].map(cell => Number(cell.textContent))),
    );
    assert.ok(speeds.length >= 1, 'some number at once was measured');
    for (const [texts, all, one] of speeds) {
      assert.ok(texts >= 1 && texts <= 4 && all > 0);
      assert.ok(Math.abs(all / texts - one) <= 1);
    }
    assert.match(await page.getAttribute(test('batch-canvas'), 'aria-label'), /Nothing is under way/);
    assert.equal(await number(page, 'batch-pages'), 0);
    assert.deepEqual(seen.errors, []);
    await close();
  });

  it('stop ends them at the engine too; a picture that is held stays', async () => {
    const { page, seen, close } = await visit();
    await page.evaluate(() => {
      const of = name => document.querySelector(`[data-testid="batch-${name}"]`);
      const look = new MutationObserver(() => {
        if (!(Number(of('running').textContent) > 0)) return;
        look.disconnect();
        of('hold').click();
        globalThis.held = of('canvas').toDataURL();
        of('stop').click(); // at once: a slow machine would see the end before a hand that comes from outside
      });
      look.observe(of('running'), { childList: true, subtree: true });
    });
    await send(page, 32, '1000', '30');
    await ended(page);
    assert.match(await page.textContent(test('batch-said')), /^Stopped/);
    assert.equal(await page.getAttribute(test('batch-hold'), 'aria-pressed'), 'true');
    const held = await page.evaluate(() => globalThis.held);
    await page.waitForFunction(id => document.querySelector(id).textContent === '0', test('batch-running'));
    assert.ok((await page.$eval(test('batch-canvas'), canvas => canvas.toDataURL())) === held, 'the picture is another');
    await page.selectOption(test('batch-zoom'), '1');
    await page.click(test('batch-hold'));
    assert.deepEqual(seen.errors, []);
    await close();
  });

  it('others are seen too, and nobody is watched behind another tab', async () => {
    const { page, close } = await visit();
    const asked = fetch(`${server.url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'Once upon a time', n: 3, max_tokens: 1000, ignore_eos: true, seed: 1 }),
    });
    await (await asked).text();
    for (let i = 0; i < 200 && (await sand(page)) === 0; i++) await page.waitForTimeout(50);
    assert.ok((await sand(page)) > 100, 'its three texts are drawn');
    await page.click('#tab-chat');
    const requests = [];
    page.on('request', request => requests.push(new URL(request.url()).pathname));
    await page.click('#tab-batch');
    await page.waitForFunction(id => document.querySelector(id).textContent.startsWith('Nothing is going on'), test('batch-state'));
    assert.deepEqual(requests, ['/activity']);
    await close();
  });

  it('works by keyboard alone', async () => {
    const { page, close } = await open(browser, server.url);
    await page.focus('#tab-scene');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tab-batch');
    await page.waitForSelector(test('batch-send'));
    await page.focus(test('batch-count'));
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowLeft');
    await page.selectOption(test('batch-time'), '0');
    await page.selectOption(test('batch-length'), '64');
    await page.focus(test('batch-send'));
    assert.match(await page.textContent(test('batch-send')), /Send 2 readers/);
    await page.keyboard.press('Enter');
    await ended(page);
    assert.match(await page.textContent(test('batch-said')), /^All 2 have ended/);
    await close();
  });

  for (const { theme, width } of fewLooks) {
    it(`${theme}, ${width} wide: nothing serious that axe finds, nothing beside the page`, async () => {
      const { page, close } = await visit({ viewport: { width, height: width < 500 ? 812 : 900 }, colorScheme: theme });
      await send(page, 12, '1000', '30');
      await page.waitForFunction(id => document.querySelectorAll(`${id} tr`).length > 0, test('batch-table'));
      await shot(page, `batch-${theme}-${width}`);
      assert.deepEqual(await findings(page), []);
      await close(); // what runs is left, and the engine ends it
    });
  }

  it('without a server the tab says what it needs', async () => {
    const site = await folder(['tale']);
    const { page, seen, close } = await open(browser, site.url);
    await page.click('#tab-batch');
    assert.match(await page.textContent(test('batch-without')), /needs a server that runs/);
    assert.equal(await page.locator(test('batch-send')).count(), 0);
    assert.deepEqual(seen.errors, []);
    await close();
    site.close();
  });
});
