// The description of the API against OpenAPI's own schema.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { url } from './server.js';

test('/openapi.json is valid OpenAPI 3.1', async () => {
  const document = await (await fetch(`${url}/openapi.json`)).json();
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  assert.ok(result.valid, JSON.stringify(result.errors, null, 1));
  assert.equal(validator.version, '3.1');
  delete document.paths['/tokenize'].post.responses;
  document.info.titel = 1;
  assert.equal((await new Validator().validate(document)).valid, false, 'a document that is wrong must not pass');
});
