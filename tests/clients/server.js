// The server that the tests ask, and what they all check of it.
import assert from 'node:assert/strict';

/** Where it listens: `sandglass serve --model embedded:grain-1m`, started by whoever runs the tests. */
export const url = process.env.SANDGLASS_URL?.replace(/\/$/, '') ?? 'http://127.0.0.1:8080';

export const model = 'grain-1m';

/** What stands in docs/errors.md: the codes that a refusal may have. */
export const codes = new Set((process.env.SANDGLASS_ERROR_CODES ?? '').split(' ').filter(code => code));

/** 32 texts that only the number of tokens ends: work of which a test sees the beginning. */
export const long = { n: 32, max_tokens: 900, ignore_eos: true };

/** A number of the page for Prometheus. */
export async function metric(name, label = '') {
  const page = await (await fetch(`${url}/metrics`)).text();
  const line = page.split('\n').find(line => line.startsWith(`${name}{`) && line.includes(label));
  assert.ok(line, `no ${name} ${label} in /metrics`);
  return Number(line.slice(line.lastIndexOf(' ')));
}

/** Runs `leave`, which goes away in the middle of `long`, and asserts that the server stops working on it. */
export async function frees(leave) {
  const aborted = () => metric('vllm:request_success_total', 'finished_reason="abort"');
  const written = () => metric('vllm:generation_tokens_total');
  const [before, tokens] = [await aborted(), await written()];
  await leave();
  for (let i = 0; i < 300; i++) {
    if (await metric('vllm:num_requests_running') === 0 && await metric('vllm:num_requests_waiting') === 0 && await aborted() > before) {
      assert.ok(await written() - tokens < long.n * long.max_tokens, 'all of it was written all the same');
      return;
    }
    await new Promise(wait => setTimeout(wait, 20));
  }
  assert.fail('the server works on although its client left');
}

/** Asserts that an error of the server is in OpenAI's shape and names the parameter. */
export function isRefusal(error, param, code) {
  assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type']);
  assert.equal(error.type, 'invalid_request_error', JSON.stringify(error));
  assert.equal(error.param?.split(/[.[]/)[0] ?? null, param, JSON.stringify(error));
  if (code) assert.equal(error.code, code, JSON.stringify(error));
  if (codes.size > 0) assert.ok(codes.has(error.code), `${error.code} is no line of docs/errors.md`);
  if (param) assert.ok(error.message.includes(param), error.message);
  return true;
}
