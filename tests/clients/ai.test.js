// Vercel's AI SDK through @ai-sdk/openai-compatible: each setting that it has once honoured and once refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, embedMany, generateObject, generateText, jsonSchema, streamText, tool } from 'ai';
import { frees, isRefusal, long, model, url } from './server.js';

globalThis.AI_SDK_LOG_WARNINGS = false;

const sandglass = createOpenAICompatible({ name: 'sandglass', baseURL: `${url}/v1`, apiKey: 'none', includeUsage: true });
const usual = { maxRetries: 0, seed: 11, maxOutputTokens: 24, system: 'You tell stories.', prompt: 'Once upon a time there was a king.' };
const whole = more => generateText({ model: sandglass(model), ...usual, ...more });
const own = options => ({ providerOptions: { sandglass: options } });
const plain = whole({});
plain.catch(() => {});

const changes = (answer, plain) => assert.notEqual(answer.text, plain.text);
const keeps = (answer, plain) => assert.equal(answer.text, plain.text);

/** A refusal as the SDK tells it: not worth another try, with the error as the server sent it. */
const refused = param => error => {
  assert.ok(APICallError.isInstance(error), String(error));
  assert.equal(error.statusCode, 400);
  assert.equal(error.isRetryable, false);
  assert.equal(error.message, error.data.error.message);
  return isRefusal(error.data.error, param);
};

// setting: [parameter, honoured, what must be seen, refused]
const settings = {
  temperature: ['temperature', { temperature: 0.2 }, changes, { temperature: 3 }],
  topP: ['top_p', { topP: 0.3 }, changes, { topP: 1.5 }],
  frequencyPenalty: ['frequency_penalty', { frequencyPenalty: 2 }, changes, { frequencyPenalty: 3 }],
  presencePenalty: ['presence_penalty', { presencePenalty: 2 }, changes, { presencePenalty: -3 }],
  maxOutputTokens: ['max_tokens', { maxOutputTokens: 5 }, answer => {
    assert.equal(answer.usage.outputTokens, 5);
    assert.equal(answer.finishReason, 'length');
  }, own({ max_tokens: -1 })],
  seed: ['seed', { seed: 12 }, changes, own({ seed: 'a' })],
  stopSequences: ['stop', { stopSequences: ['e'] }, (answer, plain) => {
    assert.equal(answer.text, plain.text.slice(0, plain.text.indexOf('e')));
    assert.equal(answer.finishReason, 'stop');
  }, { stopSequences: [''] }],
  messages: ['messages', {
    system: undefined, prompt: undefined,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'The king' }] }, { role: 'assistant', content: 'was' }, { role: 'user', content: 'What?' }],
  }, changes, {
    prompt: undefined,
    messages: [{ role: 'user', content: [{ type: 'file', mediaType: 'image/png', data: new Uint8Array([137, 80, 78, 71]) }] }],
  }],
  tools: ['tools', { tools: {} }, keeps, { tools: { weather: tool({ inputSchema: jsonSchema({ type: 'object', properties: {} }) }) } }],
  user: ['user', own({ user: 'somebody' }), keeps, own({ user: 'a'.repeat(513) })],
  reasoningEffort: ['reasoning_effort', own({ reasoningEffort: 'none' }), keeps, own({ reasoningEffort: 'high' })],
  textVerbosity: ['verbosity', own({ textVerbosity: 'medium' }), keeps, own({ textVerbosity: 'low' })],
  'parameters that are only here': ['top_k', own({ top_k: 1 }), changes, own({ top_k: -2 })],
};
for (const [name, [param, good, check, bad]] of Object.entries(settings)) {
  test(`${name} is honoured`, async () => check(await whole(good), await plain));
  test(`${name} is refused by its name`, () => assert.rejects(() => whole(bad), refused(param)));
}

test('an object of a schema is refused, since no grammar holds the text', () => assert.rejects(
  () => generateObject({ model: sandglass(model), ...usual, schema: jsonSchema({ type: 'object', properties: { name: { type: 'string' } } }) }),
  refused('response_format')));

test('streamed it is the same text, with usage', async () => {
  const stream = streamText({ model: sandglass(model), ...usual });
  let text = '', parts = 0;
  for await (const delta of stream.textStream) {
    text += delta;
    parts++;
  }
  const expected = await plain, usage = await stream.usage;
  assert.equal(text, expected.text);
  assert.ok(parts > 5, `${parts} parts`);
  assert.equal(await stream.finishReason, 'length');
  assert.deepEqual([usage.inputTokens, usage.outputTokens], [expected.usage.inputTokens, expected.usage.outputTokens]);
});

test('a refusal of a stream is an error of the stream', async () => {
  const errors = [];
  const stream = streamText({ model: sandglass(model), ...usual, temperature: 3, onError: ({ error }) => errors.push(error) });
  await stream.consumeStream();
  assert.equal(errors.length, 1);
  refused('temperature')(errors[0]);
});

test('what was cached is told', async () => {
  const prompt = 'Once upon a time there was a queen. '.repeat(20);
  await whole({ prompt });
  assert.ok((await whole({ prompt })).usage.inputTokenDetails.cacheReadTokens > 100);
});

test('a stream that is aborted in its middle frees the server', () => frees(async () => {
  const leave = new AbortController();
  const stream = streamText({ model: sandglass(model), ...usual, ...own(long), abortSignal: leave.signal });
  const kinds = [];
  for await (const part of stream.fullStream) {
    kinds.push(part.type);
    if (part.type === 'text-delta') leave.abort();
  }
  assert.equal(kinds.at(-1), 'abort');
}));

test('an answer that is not waited for frees the server', () => frees(async () => {
  const answer = whole({ ...own(long), abortSignal: AbortSignal.timeout(100) });
  await assert.rejects(answer, error => error.name === 'TimeoutError' || error.name === 'AbortError');
}));

test('completions', async () => {
  const { system, ...settings } = usual;
  const completion = { model: sandglass.completionModel(model), ...settings };
  const answer = await generateText(completion), again = streamText(completion);
  assert.equal(answer.usage.outputTokens, 24);
  let text = '';
  for await (const delta of again.textStream) text += delta;
  assert.equal(text, answer.text);
  await assert.rejects(() => generateText({ ...completion, ...own({ suffix: 'The end.' }) }), refused('suffix'));
  await assert.rejects(() => generateText({ ...completion, temperature: 3 }), refused('temperature'));
});

test('embeddings', async () => {
  const values = ['The king', 'The queen'];
  const { embeddings, usage } = await embedMany({ model: sandglass.embeddingModel(model), values, maxRetries: 0 });
  assert.deepEqual(embeddings.map(one => one.length), [128, 128]);
  assert.ok(usage.tokens > 2);
  await assert.rejects(() => embedMany({ model: sandglass.embeddingModel(model), values, maxRetries: 0, ...own({ dimensions: 8 }) }), refused('dimensions'));
});

test('a model that is not there', () => assert.rejects(() => whole({ model: sandglass('gpt-5') }), error =>
  error.statusCode === 404 && isRefusal(error.data.error, 'model', 'model_not_found')));
