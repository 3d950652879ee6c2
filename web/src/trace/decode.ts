import type { Base64, TokenStep, TraceAttention, TraceStep, TraceToken } from './types';

export function bytesOf(text: Base64): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Little-endian, as every machine is that runs a browser. */
export function floatsOf(text: Base64): Float32Array {
  const bytes = bytesOf(text);
  return new Float32Array(bytes.buffer, 0, bytes.byteLength >> 2);
}

/** A byte b stands for (b / 255)^2: small weights stay apart. */
const weightOfByte = Float32Array.from({ length: 256 }, (_, b) => (b / 255) ** 2);

export function weightsOf(text: Base64): Float32Array {
  return Float32Array.from(bytesOf(text), b => weightOfByte[b]!);
}

/** The position in the text of a column of an attention's rows. */
export function positionOf(attention: TraceAttention, column: number): number {
  return column < attention.sinks ? column : attention.from + column - attention.sinks;
}

const utf8 = new TextDecoder('utf-8', { fatal: false });
const encoder = new TextEncoder();

/** What to write on a token: its text; its bytes in hexadecimal where they are no whole characters; a name where it is a control token, which has none. */
export function labelOf(token: TraceToken): string {
  if (token.bytes?.length === 0) return `‹${token.text.replaceAll(/[<|>]/g, '')}›`;
  if (token.bytes) return token.bytes.map(b => `‹${b.toString(16).padStart(2, '0')}›`).join('');
  return token.text === '' ? `‹${token.id}›` : token.text;
}

/** Tokens as one text: bytes that are characters together are joined, control tokens have none. */
export function joined(tokens: readonly TraceToken[]): string {
  return utf8.decode(Uint8Array.from(tokens.flatMap(token => token.bytes ?? [...encoder.encode(token.text)])));
}

/** The token that a step chose, as the schema's tokens are. */
export function tokenOf(step: TokenStep): TraceToken {
  const text = utf8.decode(Uint8Array.from(step.bytes));
  return text.includes('�') ? { id: step.id, text, bytes: step.bytes } : { id: step.id, text };
}

/** Blanks and line ends made visible, for labels. */
export function visible(text: string): string {
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥');
}

export function isToken(step: TraceStep): step is TokenStep {
  return step.kind === 'token';
}
