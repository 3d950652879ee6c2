// @langchain/openai: each field of its chat model, its completion model and its embeddings once honoured and once refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AIMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { frees, isRefusal, long, model, url } from './server.js';

const where = { model, apiKey: 'none', maxRetries: 0, configuration: { baseURL: `${url}/v1` } };
const messages = [new SystemMessage('You tell stories.'), new HumanMessage('Once upon a time there was a king.')];
const ask = (fields, call) => new ChatOpenAI({ ...where, temperature: 1, maxTokens: 24, ...fields }).invoke(messages, { seed: 11, ...call });
const plain = ask({});
plain.catch(() => {});

const changes = (answer, plain) => assert.notEqual(answer.text, plain.text);
const keeps = (answer, plain) => assert.equal(answer.text, plain.text);
const ends = (answer, plain) => {
  assert.equal(answer.text, plain.text.slice(0, plain.text.indexOf('e')));
  assert.equal(answer.response_metadata.finish_reason, 'stop');
};
const told = top => answer => {
  const tokens = answer.response_metadata.logprobs.content;
  assert.equal(tokens.map(one => one.token).join(''), answer.text);
  assert.ok(tokens.every(one => one.top_logprobs.length === top));
};
const refused = param => error => error.status === 400 && isRefusal(error.error, param);

// field: [parameter, of the model, of the call, what must be seen, refused of the model, of the call]
const fields = {
  temperature: ['temperature', { temperature: 0.2 }, {}, changes, { temperature: 3 }],
  topP: ['top_p', { topP: 0.3 }, {}, changes, { topP: 1.5 }],
  frequencyPenalty: ['frequency_penalty', { frequencyPenalty: 2 }, {}, changes, { frequencyPenalty: 3 }],
  presencePenalty: ['presence_penalty', { presencePenalty: 2 }, {}, changes, { presencePenalty: -3 }],
  logitBias: ['logit_bias', { logitBias: { 300: 100 } }, {}, changes, { logitBias: { 300: 101 } }],
  maxTokens: ['max_tokens', { maxTokens: 5 }, {}, answer => assert.equal(answer.usage_metadata.output_tokens, 5), { maxTokens: 1.5 }],
  maxCompletionTokens: [
    'max_completion_tokens', { maxTokens: undefined, modelKwargs: { max_completion_tokens: 5 } }, {},
    answer => assert.equal(answer.usage_metadata.output_tokens, 5), { maxTokens: undefined, modelKwargs: { max_completion_tokens: 1.5 } }],
  n: ['n', { n: 2 }, {}, keeps, { n: 65 }],
  seed: ['seed', {}, { seed: 12 }, changes, {}, { seed: 1.5 }],
  stop: ['stop', { stop: ['e'] }, {}, ends, {}, { stop: [''] }],
  logprobs: ['logprobs', { logprobs: true }, {}, told(0), { logprobs: 'yes' }],
  topLogprobs: ['top_logprobs', { logprobs: true, topLogprobs: 3 }, {}, told(3), { logprobs: true, topLogprobs: 21 }],
  user: ['user', { user: 'somebody' }, {}, keeps, { user: 'a'.repeat(513) }],
  modalities: ['modalities', { modalities: ['text'] }, {}, keeps, { modalities: ['audio'] }],
  audio: ['audio', {}, { audio: undefined }, keeps, { audio: { voice: 'alloy', format: 'wav' } }],
  service_tier: ['service_tier', { service_tier: 'auto' }, {}, keeps, { service_tier: 'flex' }],
  prediction: ['prediction', {}, { prediction: { type: 'content', content: 'a good king' } }, keeps, {}, { prediction: { type: 'content', content: 7 } }],
  verbosity: ['verbosity', { verbosity: 'medium' }, {}, keeps, { verbosity: 'low' }],
  promptCacheKey: ['prompt_cache_key', { promptCacheKey: 'a' }, {}, keeps, { promptCacheKey: 'a'.repeat(513) }],
  promptCacheRetention: ['prompt_cache_retention', { promptCacheRetention: 'in_memory' }, {}, keeps, { promptCacheRetention: '24h' }],
  promptCacheOptions: ['prompt_cache_options', {}, { promptCacheOptions: undefined }, keeps, { promptCacheOptions: { mode: 'explicit' } }],
  response_format: ['response_format', {}, { response_format: { type: 'text' } }, keeps, {}, { response_format: { type: 'json_object' } }],
  tools: ['tools', {}, { tools: [] }, keeps, {}, { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }] }],
  modelKwargs: ['top_k', { modelKwargs: { top_k: 1 } }, {}, changes, { modelKwargs: { top_k: -2 } }],
};
for (const [name, [param, good, goodCall, check, bad, badCall]] of Object.entries(fields)) {
  test(`${name} is honoured`, async () => check(await ask(good, goodCall), await plain));
  test(`${name} is refused by its name`, () => assert.rejects(() => ask(bad, badCall), refused(param)));
}

test('a text to a schema is refused, since no grammar holds it', () => assert.rejects(
  () => new ChatOpenAI(where).withStructuredOutput({ title: 'a', type: 'object', properties: {} }, { method: 'jsonMode' }).invoke(messages),
  refused('response_format')));

test('usage and the reason of the end are told', async () => {
  const answer = await plain;
  assert.equal(answer.usage_metadata.total_tokens, answer.usage_metadata.input_tokens + 24);
  assert.equal(answer.response_metadata.finish_reason, 'length');
  assert.equal(answer.response_metadata.model_name ?? answer.response_metadata.model, model);
  assert.match(answer.response_metadata.system_fingerprint, /^fp_/);
});

test('several answers of one request', async () => {
  const result = await new ChatOpenAI({ ...where, n: 3, maxTokens: 12 }).generate([messages], { seed: 11 });
  assert.equal(new Set(result.generations[0].map(one => one.text)).size, 3);
});

for (const streamUsage of [true, false]) {
  test(`streamed it is the same text, ${streamUsage ? 'with' : 'without'} usage`, async () => {
    let all;
    const chat = new ChatOpenAI({ ...where, temperature: 1, maxTokens: 24, streamUsage });
    for await (const chunk of await chat.stream(messages, { seed: 11 })) all = all?.concat(chunk) ?? chunk;
    assert.equal(all.text, (await plain).text);
    assert.equal(all.usage_metadata?.output_tokens, streamUsage ? 24 : undefined);
  });
}

test('a stream that is left in its middle frees the server', () => frees(async () => {
  const chat = new ChatOpenAI({ ...where, modelKwargs: long });
  for await (const chunk of await chat.stream(messages)) if (chunk.text) break;
}));

test('an answer that is aborted frees the server', () => frees(async () => {
  const leave = new AbortController();
  const answer = new ChatOpenAI({ ...where, modelKwargs: long }).invoke(messages, { signal: leave.signal });
  setTimeout(() => leave.abort(), 100);
  await assert.rejects(answer);
}));

test('a conversation that does not fit is the error that LangChain has for it', () => assert.rejects(
  () => new ChatOpenAI(where).invoke([new HumanMessage('king '.repeat(1200))]), error => error.name === 'ContextOverflowError'));

test('a conversation of several turns', async () => {
  const answer = await new ChatOpenAI({ ...where, maxTokens: 4 }).invoke([...messages, new AIMessage('He was old.'), new HumanMessage('And then?')]);
  assert.equal(answer.usage_metadata.output_tokens, 4);
});

test('completions', async () => {
  const of = more => new OpenAI({ ...where, temperature: 1, maxTokens: 24, ...more, modelKwargs: { seed: 11, ...more?.modelKwargs } });
  const whole = await of().invoke('The king');
  let streamed = '';
  for await (const chunk of await of().stream('The king')) streamed += chunk;
  assert.equal(streamed, whole);
  assert.notEqual(await of({ temperature: 0.2 }).invoke('The king'), whole);
  assert.equal((await of({ n: 2, bestOf: 4 }).generate(['The king'])).generations[0].length, 2);
  await assert.rejects(() => of({ temperature: 3 }).invoke('The king'), refused('temperature'));
  await assert.rejects(() => of({ bestOf: 65 }).invoke('The king'), refused('best_of'));
  await assert.rejects(() => of({ modelKwargs: { suffix: 'The end.' } }).invoke('The king'), refused('suffix'));
});

test('embeddings', async () => {
  const embeddings = new OpenAIEmbeddings({ ...where });
  const [king, queen] = await embeddings.embedDocuments(['The king', 'The queen']);
  assert.equal(king.length, 128);
  assert.notDeepEqual(king, queen);
  assert.deepEqual(await embeddings.embedQuery('The king'), king);
  await assert.rejects(() => new OpenAIEmbeddings({ ...where, dimensions: 8 }).embedQuery('a'), refused('dimensions'));
});
