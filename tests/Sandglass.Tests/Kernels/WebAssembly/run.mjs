// Runs a kernel once: node run.mjs MODULE MEMORY ARGUMENT. MEMORY is loaded at address 65536 and written back.
import { readFileSync, writeFileSync } from 'node:fs';

const [module, file, argument] = process.argv.slice(2);
const from = 65536;
const image = readFileSync(file);
const memory = new WebAssembly.Memory({ initial: Math.ceil((from + image.length) / 65536) });
const bytes = new Uint8Array(memory.buffer);
bytes.set(image, from);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)), { e: { memory } });
exports.f(Number(argument));
writeFileSync(file, bytes.subarray(from, from + image.length));
