// The chat against a running server: what is asked and answered, stopped, asked again, changed, kept, and opened word by word.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fewLooks, findings, launch, missing, open, serve, shot, test } from './browser.js';

describe('the chat', { skip: missing }, () => {
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

  const chat = async options => {
    const opened = await open(browser, server.url, options);
    await opened.page.click('#tab-chat');
    await opened.page.waitForSelector(test('chat-field'));
    return opened;
  };
  const set = async (page, name, value) => {
    const details = page.locator('.chat-aside details', { has: page.locator(test('chat-settings')) });
    if ((await details.getAttribute('open')) === null) await page.click(test('chat-settings'));
    await page.fill(test(`chat-${name}`), String(value));
    await page.locator(test(`chat-${name}`)).blur();
  };
  /** Any token may come: a text that does not end, and is another one each time. */
  const any = async page => {
    await page.route('**/trace', route => {
      const body = route.request().postData();
      const isTold = body.includes('"ignore_eos"'); // an answer that goes on has the options of the first
      return route.continue({ postData: isTold ? body : `${body.slice(0, -1)},"ignore_eos":true}` });
    });
    for (const [name, value] of Object.entries({ temperature: 2, topK: 0, topP: 1, minP: 0 })) await set(page, name, value);
  };
  const done = page => page.waitForSelector(test('send'));
  const ask = async (page, text) => {
    await page.fill(test('chat-field'), text);
    await page.press(test('chat-field'), 'Enter');
  };
  const answers = page => page.locator(test('answer'));

  it('sends with Enter, breaks a line with Shift+Enter, says what an answer took', async () => {
    const { page, seen, close } = await chat();
    await set(page, 'maxTokens', 24);
    await page.fill(test('chat-field'), 'Tell me of a fox');
    await page.press(test('chat-field'), 'Shift+Enter');
    await page.type(test('chat-field'), 'and of a river');
    await page.press(test('chat-field'), 'Enter');
    await done(page);
    assert.equal(await page.textContent('.turn-user .turn-body'), 'Tell me of a fox\nand of a river');
    assert.equal(await page.inputValue(test('chat-field')), '');
    assert.match(await page.textContent(test('usage')), /^grain-1m · \d+ tokens? · prompt \d+ .*first after/);
    assert.equal(await page.textContent('.chat-name[aria-current]'), 'Tell me of a fox and of a river');
    assert.match(await page.textContent(test('no-template')), /no chat template/);
    assert.deepEqual(seen.errors, []);
    await close();
  });

  it('an answer that takes another word is shown from where it parts, another one to its end', async () => {
    const { page, close } = await chat({ viewport: { width: 1280, height: 620 } });
    await set(page, 'maxTokens', 400);
    await any(page);
    const place = () =>
      page.$eval(test('log'), async log => {
        await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        const word = log.querySelector('.token.chosen')?.getBoundingClientRect();
        const { top, bottom } = log.getBoundingClientRect();
        return { left: log.scrollHeight - log.scrollTop - log.clientHeight, at: word && (word.top - top) / (bottom - top) };
      });
    await ask(page, 'Tell me of a fox');
    await done(page);
    assert.ok((await place()).left < 2, 'the end of a whole answer is seen');
    await page
      .locator(`${test('answer')} [data-index="60"]`)
      .first()
      .click();
    await page
      .locator(test('instead'), { hasText: /^␣?\w+ / })
      .first()
      .click();
    await page.waitForFunction(id => document.querySelectorAll(`${id} [data-index]`).length > 300, test('answer'));
    await done(page);
    assert.equal(await page.textContent(`.turn-assistant ${test('sibling')}`), '2/2');
    const { left, at } = await place();
    assert.ok(left > 100, `the end is not what is seen, ${left} px before it, at ${at}`);
    assert.ok(at > 0.1 && at < 0.6, `the word is seen, at ${at} of the view, with what follows it`);
    await ask(page, 'And then?');
    await done(page);
    assert.ok((await place()).left < 2, 'a further answer is followed to its end');
    await close();
  });

  it('Escape stops an answer; it goes on from where it was', async () => {
    const { page, close } = await chat();
    await set(page, 'maxTokens', 900);
    await any(page);
    await page.evaluate(() => {
      const watched = new MutationObserver(() => {
        const field = document.getElementById('chat-field');
        if (document.querySelectorAll('[data-testid="answer"] [data-index]').length < 3) return;
        watched.disconnect();
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
      });
      watched.observe(document.querySelector('[data-testid="log"]'), { childList: true, subtree: true });
    });
    await ask(page, 'Tell me of a fox');
    await done(page);
    assert.match(await page.textContent(test('usage')), /Stopped\./);
    await set(page, 'maxTokens', 8);
    await page.click(test('show-formatted'));
    const plain = await answers(page).first().textContent();
    await page.click(test('go-on'));
    await done(page);
    const longer = await answers(page).first().textContent();
    assert.ok(longer.startsWith(plain) && longer.length > plain.length, `${JSON.stringify(plain)} then ${JSON.stringify(longer)}`);
    await close();
  });

  it('again and edit make siblings, and a reload keeps them all', async () => {
    const { page, close } = await chat();
    await set(page, 'maxTokens', 8);
    await any(page);
    await ask(page, 'The wolf');
    await done(page);
    const first = await answers(page).first().textContent();
    await page.click(`.turn-assistant ${test('again')}`);
    await done(page);
    assert.equal(await page.textContent(test('sibling')), '2/2');
    const second = await answers(page).first().textContent();
    await page.click(test('earlier'));
    assert.equal(await answers(page).first().textContent(), first);
    await page.click(test('edit'));
    await page.fill(test('edit-field'), 'The bear');
    await page.press(test('edit-field'), 'Enter');
    await done(page);
    assert.equal(await page.textContent('.turn-user .turn-body'), 'The bear');
    assert.equal(await page.textContent(`.turn-user ${test('sibling')}`), '2/2');
    const third = await answers(page).first().textContent();
    await page.fill(test('chat-field'), 'half a question');
    await page.reload();
    await page.click('#tab-chat');
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="answer"] [data-index]').length > 0);
    assert.equal(await answers(page).first().textContent(), third);
    assert.equal(await page.inputValue(test('chat-field')), 'half a question');
    await page.click(`.turn-user ${test('earlier')}`);
    assert.equal(await answers(page).first().textContent(), first);
    await page.click(`.turn-assistant ${test('later')}`);
    assert.equal(await answers(page).first().textContent(), second);
    await close();
  });

  it('a word opens with a click and by keys: its probability, the reason, the tree', async () => {
    const { page, seen, close } = await chat();
    await set(page, 'maxTokens', 12);
    await any(page);
    await set(page, 'seed', 3);
    await ask(page, 'The fox');
    await done(page);
    const words = page.locator(`${test('answer')} [data-index]`);
    await words.nth(1).click();
    const word = await page.textContent(test('word'));
    assert.match(word, /%, rank \d+/);
    assert.equal(await page.locator('.token.chosen').count(), 1);
    await answers(page).first().focus();
    await page.keyboard.press('ArrowRight');
    assert.notEqual(await page.textContent(test('word')), word);
    assert.equal(await page.getAttribute('#tab-why, #tab-cost', 'aria-selected'), 'true');
    await page.click('.chat-word [data-to="tree"]');
    assert.equal(await page.getAttribute('#tab-tree', 'aria-selected'), 'true');
    await page.waitForSelector('#panel-tree [role="treeitem"]');
    assert.deepEqual(seen.errors, []);
    await close();
  });

  it('conversations are renamed, exported, deleted and imported, with the words that can be opened', async () => {
    const { page, close } = await chat();
    await set(page, 'maxTokens', 6);
    await any(page);
    await ask(page, 'The owl');
    await done(page);
    await page.click(test('rename'));
    await page.fill(test('rename-field'), 'Of owls');
    await page.press(test('rename-field'), 'Enter');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(test('export'))]);
    assert.equal(download.suggestedFilename(), 'Of-owls.json');
    const text = await answers(page).first().textContent();
    const file = await download.path();
    await page.click(test('delete'));
    await page.click(test('delete-yes'));
    assert.equal(await page.textContent('.chat-name[aria-current]'), 'New conversation');
    await page.setInputFiles(test('import-file'), { name: 'Of-owls.json', mimeType: 'application/json', buffer: readFileSync(file) });
    await page.waitForFunction(() => document.querySelector('.chat-name[aria-current]').textContent === 'Of owls');
    assert.equal(await answers(page).first().textContent(), text);
    await page
      .locator(`${test('answer')} [data-index]`)
      .first()
      .click();
    assert.match(await page.textContent(test('word')), /rank/);
    await page.setInputFiles(test('import-file'), { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"a":1}') });
    assert.match(await page.textContent('.problem:not([hidden])'), /x\.json was not imported.*sandglass-chat/);
    await close();
  });

  it('what the server refuses is said in its words, and can be asked again; so where it goes away', async () => {
    const { page, close } = await chat();
    await set(page, 'stop', Array.from({ length: 200 }, (_, i) => `stop ${i}`).join('\n'));
    await page.fill(test('chat-field'), 'The fox');
    await page.press(test('chat-field'), 'Enter');
    await page.waitForSelector('.turn-error:not([hidden])');
    assert.match(await page.textContent('.turn-error:not([hidden])'), /stop/);
    await set(page, 'stop', '');
    await set(page, 'maxTokens', 6);
    await any(page);
    let broken = true;
    await page.route('**/trace', route => (broken ? route.abort('connectionreset') : route.fallback()));
    await page.click(`.turn-assistant ${test('again')}`);
    await page.waitForFunction(() => document.querySelector('.turn-error:not([hidden])')?.textContent.includes('went away'));
    assert.equal(await page.textContent('.turn-user .turn-body'), 'The fox');
    broken = false;
    await page.click(`.turn-assistant ${test('again')}`);
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="answer"] [data-index]').length > 0);
    await done(page);
    await close();
  });

  it('an answer of hostile Markdown makes no element that loads or runs', async () => {
    const { page, seen, close } = await chat();
    const text =
      '# A *fox*\n\n<img src="https://example.org/x.png" onerror="document.title=1">\n\n[go](javascript:alert(1)) [web](https://example.org)\n\n```js\nlet a = 1;\n```\n';
    const file = {
      format: 'sandglass-chat',
      version: 1,
      conversations: [
        {
          title: 'Hostile <b>title</b>',
          system: '',
          turns: [
            { id: 'q', parent: null, role: 'user', content: '<script>document.title=1</script>' },
            { id: 'a', parent: 'q', role: 'assistant', content: text },
          ],
        },
      ],
    };
    await page.setInputFiles(test('import-file'), {
      name: 'h.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(file)),
    });
    await page.waitForSelector('.turn-body h3 em');
    assert.equal(await page.locator('.turn-body :is(img, script, iframe, style)').count(), 0);
    assert.deepEqual(await page.locator('.turn-body a').evaluateAll(all => all.map(a => [a.textContent, a.rel.includes('noopener')])), [
      ['web', true],
    ]);
    assert.equal(await page.title(), 'Sandglass');
    assert.equal(await page.locator('.turn-body [data-copy]').count(), 1);
    assert.equal(seen.hosts.size, 1);
    await close();
  });

  for (const { theme, width } of fewLooks) {
    it(`has no serious finding of axe at ${width} px, ${theme}`, async () => {
      const { page, close } = await chat({ viewport: { width, height: 860 }, colorScheme: theme });
      await shot(page, `chat-start-${width}-${theme}`);
      if (width < 1100) await page.click('.chat-aside summary >> nth=1');
      await set(page, 'maxTokens', 60);
      await set(page, 'seed', 11);
      if (width < 1100) await page.click('.chat-aside summary >> nth=1');
      await ask(page, 'Tell me a story of a fox and an owl');
      await done(page);
      await page.click(`.turn-assistant ${test('again')}`);
      await done(page);
      await page
        .locator(`${test('answer')} [data-index]`)
        .nth(2)
        .click();
      await shot(page, `chat-${width}-${theme}`);
      assert.deepEqual(await findings(page), []);
      await close();
    });
  }
});
