// The chat wherever the model is: the engine in the tab answers as the server does, bit for bit, and a word that is chosen in an answer makes another answer.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findings, hosts, launch, missing, noEngine, open, saved, shot, test } from './browser.js';

const settings = { maxTokens: 40, temperature: 0.9, topK: 0, topP: 0.95, minP: 0, seed: 3 };
const questions = ['Tell me of a fox who lived beside the river and of the owl in the tall tree', 'And what did the owl say to the fox?'];

describe('the chat wherever the model is', { skip: missing, timeout: 900_000 }, () => {
  let browser;
  const hashes = new Map();

  before(async () => {
    browser = await launch({ flat: true });
  });

  after(() => browser?.close());

  const done = page => page.waitForSelector(test('send'));
  const ask = async (page, text) => {
    await page.fill(test('chat-field'), text);
    await page.press(test('chat-field'), 'Enter');
    await done(page);
  };
  const answer = page => page.locator(test('answer')).last();
  const words = page => answer(page).locator('[data-index]');
  const bits = async page => (await page.textContent(test('hashes'))).split(' ');

  for (const host of hosts) {
    it(`${host.name}: the bits of a conversation, of an answer that goes on and of one that goes another way`, async context => {
      const there = await host.start();
      if (!there) return context.skip(noEngine);
      try {
        const { page, seen, close } = await open(browser, new URL('?hashes=1', there.url).href);
        await page.selectOption('#model', 'grain-1m');
        await page.click('#tab-chat');
        await page.waitForSelector(test('chat-field'));
        await page.click(test('chat-settings'));
        for (const [name, value] of Object.entries(settings)) {
          await page.fill(test(`chat-${name}`), String(value));
          await page.locator(test(`chat-${name}`)).blur();
        }
        const told = [];
        for (const question of questions) {
          await ask(page, question);
          await words(page).first().click();
          told.push(await bits(page), await answer(page).textContent());
        }
        assert.match(await page.textContent(test('no-template')), /grain-1m has no chat template/);

        // a word of the second answer, by keys alone: arrows open it, Enter goes to what else could stand there
        await page.click(test('show-formatted'));
        await answer(page).focus();
        await page.keyboard.press('Home');
        for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Enter');
        const other = await page.evaluate(() => ({
          ...document.activeElement.dataset,
          text: document.activeElement.firstChild.textContent,
        }));
        assert.equal(other.testid, 'instead');
        const first = await words(page).allTextContents();
        const old = await bits(page);
        await page.keyboard.press('Enter');
        await done(page);
        assert.equal(
          await page
            .locator(`.turn-assistant ${test('sibling')}`)
            .last()
            .textContent(),
          '2/2',
        );
        const second = await words(page).allTextContents();
        assert.deepEqual(second.slice(0, 6), first.slice(0, 6));
        assert.equal(second[6].trim(), other.text.replace('␣', '').trim());
        assert.notEqual(second[6], first[6]);
        assert.ok(second.length > 7, 'it goes on');
        const made = await bits(page);
        assert.deepEqual(made.slice(0, 7), old.slice(0, 7), 'the logits up to the word are those of the first answer');
        told.push(made, second.join(''));
        await shot(page, `chat-instead-${host.name.replaceAll(' ', '-')}`);
        assert.deepEqual(await findings(page), []);

        // the tree has both answers side by side; of the new one nothing was read again but the page that is not full
        await words(page).nth(6).click();
        await page.click('.chat-word [data-to="tree"]');
        assert.equal(await page.locator('.tree-tools .chip').count(), 2);
        assert.match(await page.textContent(test('difference')), /part at token 7:/);
        const trace = await saved(page);
        const read = trace.steps.filter(step => step.kind === 'prefill');
        const full = Math.floor((trace.prompt.length - 1) / 32) * 32;
        assert.deepEqual(
          read.map(piece => [piece.adopted, piece.from]),
          [[full, full]],
        );
        assert.equal(Number(other.instead), trace.prompt.at(-1).id);

        // and both are there again after a reload, word by word
        await page.reload();
        await page.click('#tab-chat');
        await page.waitForFunction(() => document.querySelectorAll('[data-testid="answer"] [data-index]').length > 0);
        assert.equal(
          await page
            .locator(`.turn-assistant ${test('sibling')}`)
            .last()
            .textContent(),
          '2/2',
        );
        await words(page).nth(6).click();
        assert.match(await page.textContent(test('word')), /rank/);
        assert.match(await page.textContent('#panel-why'), /A hand put this token here/);
        assert.deepEqual(await words(page).allTextContents(), second);
        assert.deepEqual(seen.errors, []);
        hashes.set(host.name, told);
        await close();
      } finally {
        await there.close();
      }
    });
  }

  it('the same in both', context => {
    if (hashes.size < hosts.length) return context.skip(noEngine);
    const [server, tab] = hosts.map(host => hashes.get(host.name));
    assert.ok(server.flat().length > 40);
    assert.deepEqual(tab, server);
  });
});
