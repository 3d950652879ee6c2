// The token tree, behind a server and in the tab: by keys alone another token is put in and the text goes on from it, with nothing read again that is in a full page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import {
  download,
  fewLooks,
  findings,
  finish,
  generate,
  hosts,
  isLong,
  launch,
  lines,
  missing,
  noEngine,
  open,
  reach,
  run,
  saved,
  shot,
  test,
} from './browser.js';

const pagePositions = 32;
const prompt =
  'Once upon a time there was a fox who lived beside a river, and every morning he went down to the water and looked for the old owl in the tall tree. One day';
const draws = { temperature: 0.9, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };

const chosen = page => page.locator('[role="treeitem"][aria-selected="true"]');
const tokensOf = trace => trace.steps.filter(step => step.kind === 'token');
const idsOf = trace => [...trace.prompt.map(token => token.id), ...tokensOf(trace).map(step => step.id)];

/** Length of the longest common subsequence, written down anew: what the page counts as equal. */
function common(a, b) {
  const rows = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      rows[i][j] = a[i - 1] === b[j - 1] ? rows[i - 1][j - 1] + 1 : Math.max(rows[i - 1][j], rows[i][j - 1]);
  return rows[a.length][b.length];
}

for (const host of hosts) {
  describe(`the tree ${host.name}`, { skip: missing, timeout: 900_000 }, () => {
    const itLong = host === hosts[0] || isLong ? it : () => {}; // twice only where all is tried
    let browser;
    let there;

    before(async () => {
      browser = await launch({ flat: true });
      there = await host.start();
    });

    after(async () => {
      await browser?.close();
      await there?.close();
    });

    /** A page with a text in its tree; null where there is no engine. */
    const tree = async (context, settings, options, text = prompt) => {
      if (!there) {
        context.skip(noEngine);
        return null;
      }
      const opened = await open(browser, there.url, options);
      await opened.page.click('#tab-tree');
      await generate(opened.page, text, { ...draws, ...settings });
      return opened;
    };
    const write = (page, position, which) =>
      page
        .locator('.node.token')
        .nth(position)
        .click()
        .then(() => page.locator('.alternative.open').nth(which).click());

    it('goes on from an alternative that is chosen by keys alone; full pages are not read again', async context => {
      const opened = await tree(context, { seed: 101, maxTokens: 60 });
      if (!opened) return;
      const { page, seen, close } = opened;
      const first = await saved(page);
      const promptLength = first.prompt.length;
      const place = 50; // of the token that is replaced: in a page that the text itself has filled there is something to adopt
      assert.ok(promptLength + place > 2 * pagePositions && tokensOf(first).length > place);

      await page.evaluate(() => document.activeElement?.blur());
      await reach(page, 'tree');
      await page.keyboard.press('Home');
      assert.equal(await chosen(page).getAttribute('aria-level'), '1');
      assert.equal(await chosen(page).getAttribute('aria-expanded'), 'true');
      await page.keyboard.press('End');
      assert.equal(await chosen(page).getAttribute('aria-level'), String(1 + tokensOf(first).length));
      assert.equal(await chosen(page).getAttribute('aria-expanded'), null, 'a leaf is neither open nor closed');
      await page.keyboard.press('Home');
      for (let i = 0; i <= place; i++) await page.keyboard.press('ArrowRight');
      assert.equal(await chosen(page).getAttribute('aria-level'), String(2 + place));
      assert.equal(await page.getAttribute(test('tree'), 'aria-activedescendant'), await chosen(page).getAttribute('id'));
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      let alternative = await chosen(page).evaluate(e => ({ ...e.dataset, state: e.className, expanded: e.ariaExpanded }));
      if (alternative.state.includes('here')) {
        await page.keyboard.press('ArrowDown');
        alternative = await chosen(page).evaluate(e => ({ ...e.dataset, state: e.className, expanded: e.ariaExpanded }));
      }
      assert.equal(alternative.expanded, 'false', 'no text goes on from it yet');
      const before = await page.locator('.tree-row').count();
      await page.keyboard.press('Enter');
      await finish(page);
      assert.equal(await page.locator('.tree-row').count(), before + 2, 'the branch, and what follows its place in the first text');

      const branch = await saved(page);
      const at = promptLength + place;
      assert.deepEqual(
        branch.prompt.map(t => t.id),
        [...idsOf(first).slice(0, at), Number(alternative.id)],
      );
      assert.ok(tokensOf(branch).length > 0, 'it goes on');
      const pieces = branch.steps.filter(step => step.kind === 'prefill');
      const full = Math.floor((branch.prompt.length - 1) / pagePositions) * pagePositions;
      assert.ok(full > promptLength, 'pages of what was written are among them');
      assert.deepEqual(
        pieces.map(p => [p.adopted, p.from, p.to]),
        [[full, full, branch.prompt.length]],
      );
      assert.match(pieces[0].cache.pages, new RegExp(`^a{${full / pagePositions}}o$`));
      assert.equal(pieces[0].cache.blocksRecomputed, 0);
      assert.equal(branch.run.seed, first.run.seed);
      for (const step of tokensOf(branch)) {
        const twin = tokensOf(first).find(other => other.position === step.position);
        if (twin) assert.equal(step.why.draw.toFixed(6), twin.why.draw.toFixed(6), 'the same number is drawn at each position');
      }

      // side by side, with the differences marked
      const a = idsOf(first).slice(promptLength);
      const b = idsOf(branch).slice(promptLength);
      const equal = common(a.slice(place), b.slice(place));
      assert.equal(await page.locator('.column').nth(0).locator('ins.token').count(), a.length - place - equal);
      assert.equal(await page.locator('.column').nth(1).locator('ins.token').count(), b.length - place - equal);
      assert.match(await page.textContent(test('difference')), new RegExp(`part at token ${place + 1}:.*same number drawn`));

      // the branch is folded and unfolded by the keys of the pattern
      await page.focus(test('tree'));
      assert.equal(await chosen(page).getAttribute('aria-expanded'), 'true');
      await page.keyboard.press('ArrowLeft');
      assert.equal(await chosen(page).getAttribute('aria-expanded'), 'false');
      assert.match(await page.textContent(test('folded')), new RegExp(` ${tokensOf(branch).length} more`));
      await page.keyboard.press('ArrowRight');
      assert.equal(await chosen(page).getAttribute('aria-expanded'), 'true');
      await page.keyboard.press('ArrowRight');
      assert.equal(await chosen(page).getAttribute('aria-level'), String(3 + place));
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      assert.equal(
        await chosen(page).getAttribute('aria-level'),
        String(1 + place),
        'from a folded branch left goes to the token before it',
      );
      assert.deepEqual(seen.errors, []);
      await shot(page, `tree-branch-${host.name.replaceAll(' ', '-')}`);
      await close();
    });

    itLong('plays several branches as one batch, which a hand holds and lets go', async context => {
      const opened = await tree(context, { seed: 102, maxTokens: 24 });
      if (!opened) return;
      const { page, close } = opened;
      await page.locator('#set-maxTokens').fill('200');
      await page.locator('#set-maxTokens').blur();
      await page.locator('.node.token').nth(3).click();
      // two alternatives in one turn of the page: both texts begin together
      await page.evaluate(() => {
        const choose = id => document.querySelector(`.alternative.open[data-id="${id}"]`).click();
        const ids = [...document.querySelectorAll('.alternative.open')].slice(0, 2).map(e => e.dataset.id);
        const place = document.querySelector('[role="treeitem"][aria-selected="true"]').id;
        choose(ids[0]);
        document.getElementById(place).click();
        choose(ids[1]);
      });
      await finish(page);
      const branch = await saved(page);
      const texts = branch.steps.filter(step => step.cost).map(step => step.cost.texts);
      assert.ok(
        texts.some(n => n > 1),
        `texts that went through the model together: ${[...new Set(texts)]}`,
      );
      assert.equal(await page.locator('.tree-tools .chip').count(), 3);

      // at one token at a time both are held, and each step gives each of them one
      await page.selectOption(test('speed'), 'step');
      await page.locator('.node.token').nth(6).click();
      await page.locator('.alternative.open').nth(0).click();
      await page.waitForFunction(() => document.querySelector('[data-testid="pause"]').textContent === 'Go on');
      const length = () => page.locator('.column').nth(1).locator('.token').count();
      await page.waitForFunction(() => document.querySelectorAll('.writing').length === 1);
      await page.waitForTimeout(300);
      const held = await length();
      await page.waitForTimeout(300);
      assert.equal(await length(), held, 'a held text writes nothing');
      await page.click(test('step'));
      await page.waitForFunction(n => document.querySelectorAll('.column:nth-child(2) .token').length === n, held + 1);
      await page.click(test('pause'));
      await page.waitForFunction(n => document.querySelectorAll('.column:nth-child(2) .token').length > n, held + 1);
      await page.click(test('pause'));
      assert.equal(await page.textContent(test('pause')), 'Go on');
      await page.waitForTimeout(100);
      const paused = await length();
      await page.waitForTimeout(500);
      assert.equal(await length(), paused, 'a paused text writes nothing');
      await page.click(test('pause'));
      await page.click('text=Stop all');
      await page.waitForFunction(() => document.querySelector('[data-testid="pause"]').disabled);
      await close();
    });

    itLong('repeats a text with the same seed by bits, with another one and at temperature 0 by what it says', async context => {
      const opened = await tree(context, { seed: 103, maxTokens: 20 });
      if (!opened) return;
      const { page, close } = opened;
      const first = await saved(page);
      const count = tokensOf(first).length;
      await page.click(test('repeat-same'));
      await finish(page);
      assert.equal(await page.textContent(test('repeated')), `The same seed: all ${count} tokens are equal, and their logits bit for bit.`);
      assert.equal(await page.locator('.tree-row').count(), 1, 'the same text stands once in the tree');
      for (const way of ['repeat-other', 'repeat-greedy']) {
        await page.click(test(way));
        await finish(page);
        const said = await page.textContent(test('repeated'));
        const chips = page.locator('.tree-tools .chip');
        await chips.last().click();
        const again = await saved(page);
        const [a, b] = [first, again].map(trace => tokensOf(trace).map(step => step.id));
        const part = a.findIndex((id, i) => id !== b[i]);
        const shared = Math.min(a.length, b.length);
        const differ = a.slice(0, shared).filter((id, i) => id !== b[i]).length;
        assert.match(said, new RegExp(`part at token ${part + 1}; of ${shared} tokens ${differ} differ`));
        if (way === 'repeat-greedy') {
          const told = run(prompt, '--model', 'embedded:grain-1m', '--max-tokens', String(count), '--temperature', '0');
          assert.deepEqual(
            b,
            told.tokens.map(t => t.id),
          );
        } else assert.notEqual(again.run.seed, first.run.seed);
        await chips.first().click();
      }
      await close();
    });

    itLong('draws itself as an SVG that stands alone, with every node that is to be seen, in both themes', async context => {
      for (const colorScheme of ['dark', 'light']) {
        const opened = await tree(context, { seed: 104, maxTokens: 40 }, { colorScheme }, `${prompt} <b>&"quoted"</b>\nhe said: “ü”`);
        if (!opened) return;
        const { page, close } = opened;
        await write(page, 12, 0);
        await write(page, 3, 1);
        await finish(page);
        await page.locator('.node.token').nth(8).click();
        const file = readFileSync(await download(page, 'save-tree'), 'utf8');
        const nodes = await page.locator('[data-testid="tree"] [role="treeitem"]').evaluateAll(all => all.map(e => [e.id, e.textContent]));
        assert.ok(
          nodes.some(([id]) => id.startsWith('alternative-')),
          'alternatives are open',
        );
        const drawn = await page.evaluate(text => {
          const made = new DOMParser().parseFromString(text, 'image/svg+xml');
          const problem = made.querySelector('parsererror')?.textContent ?? null;
          const texts = [...made.querySelectorAll('g[id]')].map(g => [
            g.id,
            [...g.querySelectorAll('text')]
              .map(t => t.textContent)
              .join('')
              .replaceAll('\u00a0', ' '),
          ]);
          const all = [...made.querySelectorAll('*')];
          return {
            problem,
            texts,
            root: made.documentElement.namespaceURI,
            names: [...new Set(all.map(e => e.localName))],
            fonts: [...new Set(all.map(e => e.getAttribute('font-family')).filter(Boolean))],
            paints: all.flatMap(e => ['fill', 'stroke'].map(a => e.getAttribute(a))).filter(Boolean),
            background: made.querySelector('rect').getAttribute('fill'),
            size: ['width', 'height'].map(a => Number(made.documentElement.getAttribute(a))),
            out: all.filter(
              e =>
                e.hasAttribute('x') &&
                (Number(e.getAttribute('x')) < 0 || Number(e.getAttribute('x')) > Number(made.documentElement.getAttribute('width'))),
            ).length,
          };
        }, file);
        assert.equal(drawn.problem, null);
        assert.equal(drawn.root, 'http://www.w3.org/2000/svg');
        const names = new Map(drawn.texts);
        assert.equal(names.size, drawn.texts.length, 'each has its own name');
        for (const [id, text] of nodes) {
          assert.ok(names.has(id), `${id} “${text}” is drawn`);
          const is = names.get(id).trim();
          const wanted = text.replaceAll('\u200b', '').trim();
          if (id === 'tree-prompt') assert.ok(wanted.startsWith(is));
          else if (!id.startsWith('alternative-')) assert.equal(is, wanted);
        }
        assert.deepEqual(
          drawn.names.filter(name => ['style', 'script', 'image', 'use', 'foreignObject', 'a'].includes(name)),
          [],
        );
        assert.deepEqual(drawn.fonts.toSorted(), ['sans-serif', 'serif']);
        assert.ok(
          drawn.paints.every(paint => paint === 'none' || /^#[0-9a-f]{6}$/i.test(paint)),
          `${[...new Set(drawn.paints)]}`,
        );
        assert.equal(drawn.background, colorScheme === 'dark' ? '#0d1119' : '#f6f1e6');
        assert.doesNotMatch(file, /href|url\(|var\(|https?:\/\/(?!www\.w3\.org\/2000\/svg")/);
        assert.equal(drawn.out, 0);
        assert.ok(drawn.size.every(size => size > 100));
        await page.setViewportSize({ width: Math.max(400, drawn.size[0]), height: drawn.size[1] });
        await page.goto(`data:image/svg+xml;base64,${Buffer.from(file).toString('base64')}`);
        await shot(page, `tree-drawing-${colorScheme}-${host.name.replaceAll(' ', '-')}`);
        await close();
      }
    });

    itLong('shows where two words were equally likely, with the figures of lab fork', async context => {
      const text = 'Once upon a time';
      const opened = await tree(context, { temperature: 0, maxTokens: 60 }, {}, text);
      if (!opened) return;
      const { page, close } = opened;
      const trace = await saved(page);
      const wanted = tokensOf(trace)
        .map(step => [step.position, step.candidates[1].probability / step.candidates[0].probability])
        .filter(([, ratio]) => ratio >= 0.75)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 6);
      assert.ok(wanted.length > 0, 'the text has such places');
      const ties = page.locator(test('tie'));
      assert.deepEqual(
        await ties.evaluateAll(all => all.map(e => Number(e.dataset.position))),
        wanted.map(([position]) => position),
      );
      for (const [position] of wanted.slice(0, 2)) {
        await page.click(`${test('tie')}[data-position="${position}"]`);
        await finish(page);
        const at = position - trace.prompt.length;
        const told = lines('lab', 'fork', text, '--json', '--model', 'embedded:grain-1m', '--at', String(at), '--branches', '2');
        const scores = await page.locator(test('fork-score')).allTextContents();
        scores.forEach((score, i) => {
          assert.ok(Math.abs(Number(score) - told[i].score) < 2e-4, `${score} and ${told[i].score}`);
        });
        assert.equal(await page.locator(test('fork-shared')).nth(1).textContent(), `${told[1].sharedTokens} of ${told[1].ids.length - 1}`);
        assert.equal(await page.locator(test('fork-meets')).nth(1).textContent(), String(told[1].meetsAt ?? 'never'));
        const second = await saved(page);
        assert.deepEqual([second.prompt.at(-1).id, ...tokensOf(second).map(step => step.id)], told[1].ids);
        assert.match(await page.textContent(test('fork-words')), new RegExp(`part at token ${at + 1}`));
        assert.equal((await page.locator('.fork .beam-node.shared').count()) % 2, 0);
      }
      await page.locator('.forks').scrollIntoViewIfNeeded();
      await shot(page, `tree-fork-${host.name.replaceAll(' ', '-')}`);
      await close();
    });

    if (host !== hosts[0]) return;
    for (const { theme: colorScheme, width } of fewLooks) {
      it(`and the reason beside it, ${colorScheme}, ${width} wide: nothing serious that axe finds`, async context => {
        const viewport = { width, height: width < 500 ? 812 : 900 };
        const { page, close } = await tree(context, {}, { viewport, colorScheme });
        await page.locator('.sampling').evaluate(details => {
          details.open = matchMedia('(min-width: 1100px)').matches;
        });
        await write(page, 4, 0);
        await finish(page);
        await page.locator('.node.token').nth(9).click();
        await shot(page, `tree-${colorScheme}-${width}`);
        await page.locator(test('tie')).first().click();
        await finish(page);
        await page.locator('.forks').scrollIntoViewIfNeeded();
        await shot(page, `tree-fork-${colorScheme}-${width}`);
        await page.locator(test('what-if')).scrollIntoViewIfNeeded();
        await shot(page, `why-${colorScheme}-${width}`);
        assert.deepEqual(await findings(page), []);
        await close();
      });
    }
  });
}
