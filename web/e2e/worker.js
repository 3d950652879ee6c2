// What the tests of the engine in the tab do inside a page: the worker's messages as promises, without the page's own code.

/** Starts the engine of a static page that lies at an address; nothing but the worker runs there. */
export async function start(page, url) {
  await page.goto(new URL('icon.svg', url).href);
  await page.evaluate(async engine => {
    const worker = new Worker(engine, { type: 'module' });
    const listeners = new Set();
    worker.onmessage = ({ data }) => {
      for (const listen of [...listeners]) listen(data);
    };
    window.ask = (message, isLast, seen = () => {}) =>
      new Promise((resolve, reject) => {
        worker.onerror = event => reject(new Error(event.message));
        const listen = data => {
          seen(data);
          if (!isLast(data)) return;
          listeners.delete(listen);
          if (data.type === 'error') reject(new Error(`${data.error.code}: ${data.error.message}`));
          else resolve(data);
        };
        listeners.add(listen);
        if (message) worker.postMessage(message);
      });
    await window.ask(null, data => data.type === 'ready');
  }, new URL('engine/engine.js', url).href);
}

/** Loads a model; how long it took is in `ms`. */
export function load(page, message) {
  return page.evaluate(async asked => {
    const began = performance.now();
    const { model } = await window.ask({ type: 'load', ...asked }, ({ type }) => type === 'model' || type === 'error');
    return { model, ms: performance.now() - began };
  }, message);
}

/** Writes a text; its tokens, its result, how long the first token took and all of it. */
export function write(page, body) {
  return page.evaluate(async asked => {
    const began = performance.now();
    const id = Math.round(began * 1000);
    const tokens = [];
    let firstMs = 0;
    const { result } = await window.ask(
      { type: 'trace', id, body: asked },
      data => data.id === id && (data.type === 'result' || data.type === 'error'),
      data => {
        if (data.id !== id || data.type !== 'step' || data.step.kind !== 'token') return;
        firstMs ||= performance.now() - began;
        tokens.push(data.step);
      },
    );
    return { tokens, result, firstMs, ms: performance.now() - began };
  }, body);
}
