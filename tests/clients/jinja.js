// Renders templates with @huggingface/jinja, an implementation of the language that has nothing in common with ours.
// node jinja.js CASES ANSWERS: a file with {"now", "contexts", "cases": [{"template", "context"}]} in, a file with [{"text"} or {"error"}] out.
import { readFileSync, writeFileSync } from 'node:fs';
import { Template } from '@huggingface/jinja';

const [cases, answers] = process.argv.slice(2);
const given = JSON.parse(readFileSync(cases, 'utf8'));

// the time of strftime_now is the clock's there, and cannot be given
const now = new Date(given.now);
globalThis.Date = class extends Date {
  constructor(...when) {
    super(...(when.length > 0 ? when : [now]));
  }
};

const compiled = new Map();
const render = ({ template, context }) => {
  try {
    if (!compiled.has(template)) compiled.set(template, new Template(template));
    return { text: compiled.get(template).render(given.contexts[context]) };
  } catch (failure) {
    return { error: failure.message };
  }
};
writeFileSync(answers, JSON.stringify(given.cases.map(render)));
