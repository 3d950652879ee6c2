// How fast the engine in the tab is: node e2e/tab-speed.js [MODEL.gguf], with a tool that was built with -p:EmbedEngine=true. A measurement, no test.
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { folder, launch } from './browser.js';
import { load, start, write } from './worker.js';

const dropped = process.argv[2];
const browser = await launch();
const site = await folder([]);
try {
  for (const name of ['grain-1m', 'grain-6m']) await measure(name, { url: `models/${name}.q8_0.gguf` }, 'Once upon a time', 200);
  if (dropped) await measure(basename(dropped), {}, 'The capital of France is', 24);
} finally {
  await browser.close();
  site.close();
}

async function measure(name, where, prompt, tokens) {
  const page = await browser.newPage();
  const began = performance.now();
  await start(page, site.url);
  const started = performance.now() - began;
  if (!where.url) {
    copyFileSync(dropped, join(site.root, 'engine/dropped.gguf'));
    where = { url: new URL('engine/dropped.gguf', site.url).href };
  }
  const { ms, model } = await load(page, { name, ...where });
  const body = { prompt, temperature: 0, ignore_eos: true, cache_prompt: false, trace: { candidates: 0, attention: 'none' } };
  const first = await write(page, { ...body, max_tokens: 4 });
  await write(page, { ...body, max_tokens: tokens }); // code that is hot is compiled by now
  const { result } = await write(page, { ...body, max_tokens: tokens });
  console.log(
    `${name}: started in ${started.toFixed(0)} ms, loaded (${model.bytes} bytes) in ${ms.toFixed(0)} ms, first token after ${first.firstMs.toFixed(0)} ms more, ` +
      `${result.decodeTokensPerSecond.toFixed(1)} tokens/s`,
  );
  await page.close();
}
