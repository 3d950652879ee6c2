// Why a token was chosen, and what else would have been: what the page says is what the trace has, and what it computes is what the engine chooses.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { generate, hosts, isLong, launch, missing, noEngine, open, saved, shot, test } from './browser.js';
import { load, start, write } from './worker.js';

const prompt = 'The old owl said to the fox that the river';
const settings = { temperature: 0.9, topK: 20, topP: 0.9, minP: 0.05, repetitionPenalty: 1.1, maxTokens: 40, seed: 55 };
const orders = {
  llama: ['penalties', 'top_k', 'top_p', 'min_p', 'temperature'],
  first: ['penalties', 'temperature', 'top_k', 'top_p', 'min_p'],
};
const off = { temperature: 1, topK: 0, topP: 1, minP: 0, repetition: 1, frequency: 0, presence: 0 };

/** Chains to try: what is not named is off. */
const chains = [
  { temperature: 0 },
  { temperature: 0.3 },
  { temperature: 1 },
  { temperature: 1.5 },
  { temperature: 2 },
  { topK: 1 },
  { topK: 5, temperature: 1.4 },
  { topK: 40 },
  { topP: 0.3 },
  { topP: 0.7, temperature: 1.6 },
  { topP: 0.95, temperature: 1.6, order: 'first' },
  { minP: 0.1 },
  { minP: 0.5, temperature: 2, order: 'first' },
  { repetition: 1.5 },
  { frequency: 1.2, presence: 0.6 },
  { topK: 30, topP: 0.9, minP: 0.02, temperature: 1.3, repetition: 1.2 },
  { topK: 30, topP: 0.9, minP: 0.02, temperature: 1.3, repetition: 1.2, order: 'first' },
].map(chain => ({ ...off, order: 'llama', ...chain }));

/** The same under the API's names. */
function asked({ temperature, topK, topP, minP, repetition, frequency, presence, order }) {
  const filters = temperature === 0 ? {} : { top_k: topK, top_p: topP, min_p: minP };
  return {
    temperature,
    ...filters,
    repetition_penalty: repetition,
    frequency_penalty: frequency,
    presence_penalty: presence,
    samplers: temperature === 0 ? ['penalties', 'temperature'] : orders[order],
  };
}

/** Asks the server for the next token of some ids, without the page. */
async function serverStep(url, body) {
  const answer = await fetch(new URL('trace', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'grain-1m', ...body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text
    .split('\n\n')
    .filter(block => block.startsWith('event: step'))
    .map(block => JSON.parse(block.slice(block.indexOf('data: ') + 6)))
    .find(step => step.kind === 'token');
}

for (const host of hosts) {
  describe(`the reason ${host.name}`, { skip: missing, timeout: 900_000 }, () => {
    const itLong = host === hosts[0] || isLong ? it : () => {}; // twice only where all is tried
    let browser;
    let there;
    let engine; // a page that has nothing but the engine

    before(async () => {
      browser = await launch({ flat: true });
      there = await host.start();
      if (!there || host === hosts[0]) return;
      engine = await browser.newPage();
      await start(engine, there.url);
      await load(engine, { name: 'grain-1m', url: 'models/grain-1m.q8_0.gguf' });
    });

    after(async () => {
      await browser?.close();
      await there?.close();
    });

    const written = async context => {
      if (!there) {
        context.skip(noEngine);
        return null;
      }
      const opened = await open(browser, there.url);
      await generate(opened.page, prompt, settings);
      const trace = await saved(opened.page);
      return { ...opened, trace, steps: trace.steps.filter(step => step.kind === 'token') };
    };
    const look = (page, index) => page.click(`[data-testid="text"] [data-index="${index}"]`);
    const ask = body => (engine ? write(engine, body).then(({ tokens }) => tokens[0]) : serverStep(there.url, body));

    itLong('is what the trace has: bars, the step that removed each, entropy, the number drawn and its interval', async context => {
      const opened = await written(context);
      if (!opened) return;
      const { page, steps, trace, seen, close } = opened;
      const removers = new Set();
      for (let i = 0; i < steps.length; i += 3) {
        const {
          why,
          candidates,
          asked: [chosen],
          coverage,
        } = steps[i];
        await look(page, i);
        const table = await page.locator(test('stages')).evaluate(t => ({
          rows: [...t.tBodies[0].rows].map(r => ({
            name: r.cells[0].textContent,
            gone: [...r.cells].findIndex(c => c.className === 'gone'),
            bars: [...r.cells].map(c => c.querySelector('.glass')?.style.getPropertyValue('--fill') ?? null),
            chosen: r.className === 'chosen',
            last: r.cells[r.cells.length - 1].textContent,
          })),
          kept: [...t.tFoot.rows[0].cells].slice(1, -1).map(c => c.textContent),
          entropy: [...t.tFoot.rows[1].cells].slice(1, -1).map(c => c.textContent),
        }));
        const shown = candidates.slice(0, 12);
        const all = [...shown, ...(shown.some(c => c.id === chosen.id) ? [] : [chosen])];
        assert.equal(table.rows.length, all.length);
        all.forEach((candidate, k) => {
          const row = table.rows[k];
          const stage = why.stages.findIndex(s => s.name === candidate.removedBy);
          assert.equal(row.gone, candidate.removedBy === null ? -1 : 2 + stage, `${row.name}: ${candidate.removedBy}`);
          assert.equal(row.bars[1], `${(100 * candidate.probability).toFixed(1)}%`);
          assert.equal(row.chosen, candidate.id === chosen.id);
          if (candidate.removedBy) {
            removers.add(candidate.removedBy);
            assert.equal(row.last, `out: ${candidate.removedBy}`);
          } else assert.equal(row.bars[1 + why.stages.length], `${(100 * candidate.final).toFixed(1)}%`);
        });
        const number = value => (value === null ? '–' : value.toFixed(2));
        assert.deepEqual(table.kept, [trace.model.vocabulary, ...why.stages.map(s => s.kept)].map(String));
        assert.deepEqual(table.entropy, [why.entropyRaw, ...why.stages.map(s => s.entropy)].map(number));
        const [from, to] = why.interval;
        const told = (await page.textContent(test('drawn'))).match(/^([\d.]+) was drawn: it fell into ([\d.]+) to ([\d.]+)\.$/).slice(1);
        const digits = told[0].length - 2;
        assert.deepEqual(
          told,
          [why.draw, from, to].map(value => value.toFixed(digits)),
        );
        assert.ok(digits === 7 || (told[0] !== told[1] && told[0] !== told[2]), `${told}`);
        assert.ok(from <= why.draw && why.draw < to);
        assert.match(await page.textContent(test('coverage')), new RegExp(`^${candidates.length} of ${trace.model.vocabulary} tokens`));
        assert.ok(coverage > 0 && coverage <= 1);
        const hit = await page
          .locator('.why .ruler')
          .first()
          .evaluate(ruler => {
            const box = ruler.querySelector('.interval.hit');
            const pin = Number(
              ruler
                .querySelector('.pin')
                .getAttribute('d')
                .match(/^M([\d.]+)/)[1],
            );
            const [x, width] = ['x', 'width'].map(a => Number(box?.getAttribute(a)));
            return box ? pin >= x - 0.01 && pin <= x + width + 0.01 : null;
          });
        if (hit !== null) assert.ok(hit, 'the pin stands in the interval of the token');
      }
      assert.ok(removers.size >= 2, `steps that removed something shown: ${[...removers]}`);
      assert.equal(await page.locator(`${test('strip')} .column-glass`).count(), steps.length);
      assert.deepEqual(seen.errors, []);
      await look(page, 4);
      await shot(page, `why-${host.name.replaceAll(' ', '-')}`);
      await close();
    });

    it('what if: over many positions and chains, what the page says is what the engine chooses', async context => {
      const opened = await written(context);
      if (!opened) return;
      const { page, steps, trace, seen, close } = opened;
      const tried = engine ? chains.filter((_, i) => i % 2 === 0 || i === 10) : chains;
      const places = steps.map((_, i) => i).filter(i => i % (engine ? 9 : 4) === 1);
      const said = chain =>
        page.evaluate(chains => {
          const { order, ...knobs } = chains;
          for (const [name, value] of Object.entries(knobs)) {
            const input = document.getElementById(`if-${name}`);
            input.value = String(value);
            input.dispatchEvent(new Event('input', { bubbles: true }));
          }
          const preset = document.getElementById('order-preset');
          preset.value = order;
          preset.dispatchEvent(new Event('change', { bubbles: true }));
          const answer = document.querySelector('[data-testid="what-if-answer"]');
          const token = answer.querySelector('[data-testid="what-if-token"]');
          return { id: token ? Number(token.dataset.id) : null, exact: answer.textContent.includes('Exact') };
        }, chain);
      let sure = 0;
      let other = 0;
      for (const place of places) {
        const ids = [...trace.prompt.map(t => t.id), ...steps.slice(0, place).map(s => s.id)];
        const truth = [];
        for (const chain of tried) {
          const step = await ask({
            prompt: ids,
            max_tokens: 1,
            seed: settings.seed,
            ...asked(chain),
            trace: { candidates: 1, attention: 'none' },
          });
          truth.push(step.id);
        }
        await look(page, place);
        for (const [i, chain] of tried.entries()) {
          const { id } = await said(chain);
          if (id === null) continue; // not sure from what was recorded, and it says so
          sure++;
          if (id !== steps[place].id) other++;
          assert.equal(id, truth[i], `token ${place}: ${JSON.stringify(chain)}`);
        }
        await page.click(test('what-if-ask'));
        await page.waitForFunction(() =>
          document.querySelector('[data-testid="what-if-exact"]').textContent.startsWith('The engine chooses'),
        );
        for (const [i, chain] of tried.entries())
          assert.deepEqual(await said(chain), { id: truth[i], exact: true }, `token ${place}: ${JSON.stringify(chain)}`);
      }
      const all = places.length * tried.length;
      context.diagnostic(
        `${places.length} positions, ${tried.length} chains: ${sure} of ${all} sure from 32 candidates, ${other} choose another token; all equal with the whole vocabulary`,
      );
      assert.ok(sure > all / 2 && other > 0);
      assert.deepEqual(seen.errors, []);
      await close();
    });

    itLong('tells rank and probability of any word, recorded or not', async context => {
      const opened = await written(context);
      if (!opened) return;
      const { page, steps, trace, close } = opened;
      await look(page, 5);
      const known = steps[5].candidates[1];
      const unlikely = 'x';
      for (const text of [known.text, unlikely]) {
        await page.fill(test('ask-token'), text);
        await page.press(test('ask-token'), 'Enter');
        await page.waitForFunction(() => /rank/.test(document.querySelector('[data-testid="asked"]').textContent));
        const [, id, rank] = (await page.textContent(test('asked'))).match(/\(token (\d+)\).*?rank (\d+)/);
        const ids = [...trace.prompt.map(t => t.id), ...steps.slice(0, 5).map(s => s.id)];
        const step = await ask({
          prompt: ids,
          max_tokens: 1,
          temperature: 0,
          trace: { candidates: 0, asked: [Number(id)], attention: 'none' },
        });
        assert.equal(Number(rank), step.asked.find(c => c.id === Number(id)).rank);
      }
      await close();
    });
  });
}
