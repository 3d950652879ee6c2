// OpenAI's own client: each parameter that it offers once honoured and once refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import OpenAI from 'openai';
import { frees, isRefusal, long, model, url } from './server.js';

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0, timeout: 60_000 });
const messages = [{ role: 'system', content: 'You tell stories.' }, { role: 'user', content: 'Once upon a time there was a king.' }];
const prompt = 'Once upon a time there was a king. The king';

const chat = more => client.chat.completions.create({ model, messages, seed: 11, ...('max_completion_tokens' in more ? {} : { max_tokens: 24 }), ...more });
const complete = more => client.completions.create({ model, prompt, seed: 11, max_tokens: 24, ...more });
const text = answer => answer.choices[0].message?.content ?? answer.choices[0].text;

const changes = (answer, plain) => assert.notEqual(text(answer), text(plain));
const keeps = (answer, plain) => assert.equal(text(answer), text(plain));
const wrote = count => answer => assert.equal(answer.usage.completion_tokens, count);
const ends = (answer, plain) => {
  assert.equal(text(answer), text(plain).slice(0, text(plain).indexOf('e')));
  assert.equal(answer.choices[0].finish_reason, 'stop');
};
const told = top => answer => {
  const tokens = answer.choices[0].logprobs.content;
  assert.equal(tokens.map(one => one.token).join(''), text(answer));
  for (const one of tokens) {
    assert.equal(one.top_logprobs.length, top);
    assert.ok(one.logprob <= 0 && one.bytes.length > 0);
  }
};
const several = count => answer => {
  assert.deepEqual(answer.choices.map(one => one.index), [...Array(count).keys()]);
  assert.equal(new Set(answer.choices.map(one => one.message?.content ?? one.text)).size, count);
};

// parameter: [honoured value, what must be seen, refused value, what else a request with it has]
const drawn = {
  frequency_penalty: [2, changes, 2.5],
  presence_penalty: [2, changes, -3],
  temperature: [0.2, changes, 3],
  top_p: [0.3, changes, 0],
  logit_bias: [{ 300: 100 }, changes, { 300: 101 }],
  max_tokens: [5, wrote(5), 1.5],
  n: [3, several(3), 0],
  seed: [12, (answer, plain) => { changes(answer, plain); assert.equal(answer.seed, 12); }, 1.5],
  stop: ['e', ends, ['']],
  user: ['somebody', keeps, 7],
};
const ofChat = {
  ...drawn,
  messages: [
    [{ role: 'developer', content: [{ type: 'text', text: 'You tell ' }, { type: 'text', text: 'stories.' }] }, messages[1]], keeps,
    [{ role: 'robot', content: 'a' }]],
  audio: [null, keeps, { voice: 'alloy', format: 'wav' }],
  function_call: ['none', keeps, { name: 'f' }],
  functions: [[], keeps, [{ name: 'f' }]],
  logprobs: [true, told(0), 2],
  max_completion_tokens: [5, wrote(5), -1],
  metadata: [{ job: '7' }, keeps, { job: 7 }],
  modalities: [['text'], keeps, ['text', 'audio']],
  moderation: [null, keeps, { model: 'omni-moderation-latest' }],
  parallel_tool_calls: [true, keeps, 'yes'],
  prediction: [{ type: 'content', content: 'a good king, and the king was' }, keeps, { type: 'content', content: 7 }],
  prompt_cache_key: ['a', keeps, 7],
  prompt_cache_options: [null, keeps, { mode: 'explicit' }],
  prompt_cache_retention: ['in_memory', keeps, '24h'],
  reasoning_effort: ['none', keeps, 'high'],
  response_format: [{ type: 'text' }, keeps, { type: 'json_object' }],
  safety_identifier: ['somebody', keeps, 7],
  service_tier: ['auto', keeps, 'flex'],
  store: [false, keeps, true],
  stream: [false, keeps, 'yes'],
  stream_options: [null, keeps, { include_usage: true }],
  tool_choice: ['none', keeps, 'required'],
  tools: [[], keeps, [{ type: 'function', function: { name: 'f', parameters: {} } }]],
  top_logprobs: [3, told(3), 21, { logprobs: true }],
  verbosity: ['medium', keeps, 'low'],
  web_search_options: [null, keeps, {}],
};
const ofCompletions = {
  ...drawn,
  prompt: [[prompt, 'A queen'], answer => assert.equal(answer.choices.length, 2), []],
  best_of: [3, answer => assert.equal(answer.choices.length, 1), 0],
  echo: [true, (answer, plain) => assert.equal(text(answer), prompt + text(plain)), 'yes'],
  logprobs: [2, answer => {
    const told = answer.choices[0].logprobs;
    assert.equal(told.tokens.join(''), text(answer));
    assert.equal(told.text_offset[1], told.tokens[0].length);
    assert.ok(told.token_logprobs.every(one => one <= 0));
    assert.ok(told.top_logprobs.every(one => Object.keys(one).length >= 2));
  }, true],
  stream: [false, keeps, 'yes'],
  stream_options: [null, keeps, { include_usage: true }],
  suffix: ['', keeps, 'The end.'],
};

/** The parameters that the client's own types have. */
function offered(file, type) {
  const source = readFileSync(new URL(`./node_modules/openai/resources/${file}`, import.meta.url), 'utf8');
  const body = source.slice(source.indexOf(`export interface ${type} {`));
  return [...body.slice(0, body.indexOf('\n}')).matchAll(/^ {4}([a-z_]+)\??:/gm)].map(found => found[1]).filter(name => name !== 'model');
}

for (const [route, ask, table, file, type] of [
  ['chat', chat, ofChat, 'chat/completions/completions.d.ts', 'ChatCompletionCreateParamsBase'],
  ['completions', complete, ofCompletions, 'completions.d.ts', 'CompletionCreateParamsBase'],
]) {
  const plain = ask({});
  plain.catch(() => {});

  test(`${route}: every parameter that the client offers has a row here`, () =>
    assert.deepEqual(offered(file, type).sort(), Object.keys(table).sort()));

  for (const [name, [good, check, bad, more]] of Object.entries(table)) {
    test(`${route}: ${name} is honoured`, async () => check(await ask({ ...more, [name]: good }), await plain));

    test(`${route}: ${name} is refused by its name`, () => assert.rejects(() => ask({ ...more, [name]: bad }), refusal => {
      assert.ok(refusal instanceof OpenAI.BadRequestError, String(refusal));
      assert.equal(refusal.status, 400);
      assert.ok(refusal.requestID, 'an id to ask for');
      assert.deepEqual([refusal.code, refusal.param, refusal.type], [refusal.error.code, refusal.error.param, refusal.error.type]);
      return isRefusal(refusal.error, name);
    }));
  }

  test(`${route}: streamed it is the same text, with usage at the end`, async () => {
    const whole = await ask({ n: 2, logprobs: route === 'chat' ? true : 1 });
    const stream = await ask({ n: 2, stream: true, stream_options: { include_usage: true }, logprobs: route === 'chat' ? true : 1 });
    const [texts, reasons, events] = [['', ''], [], []];
    for await (const event of stream) {
      events.push(event);
      for (const choice of event.choices) {
        texts[choice.index] += choice.delta?.content ?? choice.text ?? '';
        if (choice.finish_reason) reasons[choice.index] = choice.finish_reason;
      }
    }
    assert.deepEqual(texts, whole.choices.map(one => one.message?.content ?? one.text));
    assert.deepEqual(reasons, whole.choices.map(one => one.finish_reason));
    assert.deepEqual(events.at(-1).choices, []);
    assert.equal(events.at(-1).usage.total_tokens, whole.usage.total_tokens);
    assert.ok(events.slice(0, -1).every(event => event.usage === null && event.choices.length === 1));
    if (route === 'chat') assert.equal(events[0].choices[0].delta.role, 'assistant');
    assert.equal(new Set(events.map(event => `${event.id} ${event.seed} ${event.system_fingerprint}`)).size, 1);
  });

  test(`${route}: without include_usage no event has any`, async () => {
    for await (const event of await ask({ stream: true })) assert.ok(!event.usage);
  });

  test(`${route}: a stream that is left in its middle frees the server`, () => frees(async () => {
    const stream = await ask({ ...long, stream: true });
    for await (const event of stream) if (event.choices[0].delta?.content || event.choices[0].text) break;      // this aborts it
    assert.ok(stream.controller.signal.aborted);
  }));

  test(`${route}: an answer that is not waited for frees the server`, () => frees(async () => {
    const leave = new AbortController();
    const answer = (route === 'chat' ? client.chat.completions : client.completions)
      .create({ model, ...(route === 'chat' ? { messages } : { prompt }), ...long }, { signal: leave.signal });
    setTimeout(() => leave.abort(), 100);
    await assert.rejects(answer, OpenAI.APIUserAbortError);
  }));
}

test("the client's helper for streams puts the answer together", async () => {
  const stream = client.chat.completions.stream({ model, messages, seed: 11, max_tokens: 24, stream_options: { include_usage: true }, logprobs: true });
  const deltas = [];
  stream.on('content', delta => deltas.push(delta));
  const answer = await stream.finalChatCompletion(), whole = await chat({ logprobs: true });
  assert.equal(deltas.join(''), text(whole));
  assert.equal(text(answer), text(whole));
  assert.deepEqual(answer.choices[0].logprobs.content, whole.choices[0].logprobs.content);
  assert.equal(answer.usage.completion_tokens, 24);
});

test('what is only here is passed through and honoured', async () => {
  const answer = await complete({ top_k: 1, return_token_ids: true, hash_logits: true, cache_salt: 'a', draft: 'lookup' });
  assert.equal(text(answer), text(await complete({ temperature: 0 })));
  assert.equal(answer.choices[0].token_ids.length, 24);
  assert.match(answer.choices[0].logits_hashes[0], /^[0-9a-f]{16}$/);
});

test('an unknown parameter is refused with the nearest that exists', () => assert.rejects(() => chat({ temprature: 1 }), refusal =>
  isRefusal(refusal.error, 'temprature', 'parameter-unknown') && refusal.message.endsWith('is temperature.')));

test('a seed repeats, and is told where it was drawn', async () => {
  const drawn = await client.chat.completions.create({ model, messages, max_tokens: 24 });
  const again = await client.chat.completions.create({ model, messages, max_tokens: 24, seed: drawn.seed });
  assert.ok(Number.isSafeInteger(drawn.seed), `${drawn.seed} is rounded by JavaScript`);
  assert.equal(text(again), text(drawn));
  assert.equal(again.system_fingerprint, drawn.system_fingerprint);
});

test('a second turn reads only what is new', async () => {
  const first = [{ role: 'user', content: 'Once upon a time there was a king. '.repeat(20) }];
  const answer = await chat({ messages: first, max_tokens: 40 });
  const second = await chat({ messages: [...first, answer.choices[0].message, { role: 'user', content: 'And then?' }] });
  assert.ok(second.usage.prompt_tokens_details.cached_tokens > 100, JSON.stringify(second.usage));
});

test('models are listed, found, and refused with those that are there', async () => {
  const all = [];
  for await (const one of client.models.list()) all.push(one.id);
  assert.deepEqual(all, [model]);
  assert.equal((await client.models.retrieve(model)).owned_by, 'sandglass');
  for (const asked of [() => client.models.retrieve('gpt-5'), () => chat({ model: 'gpt-5' })]) {
    await assert.rejects(asked, refusal => refusal instanceof OpenAI.NotFoundError && isRefusal(refusal.error, 'model', 'model_not_found'));
  }
});

test('a route that is not there is one of the errors that the client knows', () =>
  assert.rejects(() => client.responses.create({ model, input: 'a' }), refusal =>
    refusal instanceof OpenAI.NotFoundError && isRefusal(refusal.error, null, 'route-unknown')));

test('embeddings: as numbers and in base64, which the client asks for, they are the same', async () => {
  const input = ['The king', 'The queen'];
  const packed = await client.embeddings.create({ model, input, user: 'somebody' });
  const numbers = await client.embeddings.create({ model, input, encoding_format: 'float' });
  assert.deepEqual(packed.data.map(one => one.embedding.map(Math.fround)), numbers.data.map(one => one.embedding.map(Math.fround)));
  assert.ok(Math.abs(numbers.data[0].embedding.reduce((sum, one) => sum + one * one, 0) - 1) < 1e-5);
  assert.ok(packed.usage.prompt_tokens > 2);
});

for (const [name, bad] of Object.entries({ input: [], dimensions: 8, encoding_format: 'hex', user: 7 })) {
  test(`embeddings: ${name} is refused by its name`, () =>
    assert.rejects(() => client.embeddings.create({ model, input: 'a', [name]: bad }), refusal => isRefusal(refusal.error, name)));
}
