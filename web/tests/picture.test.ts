import { describe, expect, it } from 'vitest';
import { isToken } from '../src/trace/decode';
import { type Branch, ownSteps, withToken } from '../src/tree/branch';
import { pictureOf, type Shown } from '../src/tree/picture';
import { svgFile } from '../src/tree/svg';
import { recorded } from './traces';

const recording = recorded('tale');
const steps = recording.steps.filter(isToken);
const place = steps[4]!;
const first: Branch = { id: 0, parent: null, from: recording.start.prompt.length, recording, state: 'done', title: 'The first text' };
const other = withToken(recording, place.position, place.candidates[1]!);
const branch: Branch = { id: 1, parent: 0, from: place.position, recording: other, state: 'done', title: '<one> & "another"' };
const open = { branch: 0, position: steps[2]!.position, alternatives: steps[2]!.candidates.slice(0, 5) };
const shown: Shown = { folded: new Set(), open };
const measure = (text: string, size: number) => text.length * size * 0.5;
const colours = { ink: '#000', raised: '#111', line: '#222', text: '#fff', soft: '#aaa', sand: '#fc0', glass: '#0cf', shared: '#0f0' };

describe('the drawing of a tree', () => {
  const picture = pictureOf([first, branch], shown, measure);

  it('has a box for the prompt, for each token of each branch and for each alternative that is open', () => {
    const wanted = [first, branch].flatMap(b => ownSteps(b).map(step => `node-${b.id}-${step.position}`));
    const ids = picture.boxes.flatMap(box => (box.id ? [box.id] : []));
    expect(ids.toSorted()).toEqual(['tree-prompt', ...wanted, ...open.alternatives.map((_, i) => `alternative-${i}`)].toSorted());
  });

  it('lays nothing over anything else, and nothing beside the sheet', () => {
    for (const y of new Set(picture.boxes.map(box => box.y))) {
      const inOrder = picture.boxes.filter(box => box.y === y).toSorted((a, b) => a.x - b.x);
      for (let i = 1; i < inOrder.length; i++) expect(inOrder[i]!.x).toBeGreaterThanOrEqual(inOrder[i - 1]!.x + inOrder[i - 1]!.width);
    }
    for (const box of picture.boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(picture.width);
      expect(box.y).toBeLessThan(picture.height);
    }
  });

  it('fills each glass with as much sand as its token was likely', () => {
    for (const step of steps) {
      const box = picture.boxes.find(b => b.id === `node-0-${step.position}`);
      expect(box?.sand).toBeCloseTo(Math.exp(step.logprob));
    }
  });

  it('leaves out what is folded away, and says how much that is', () => {
    const long: Branch = { ...branch, recording: { ...recording, forced: [place.position] } };
    const folded = pictureOf([first, long], { folded: new Set([1]), open: null }, measure);
    expect(folded.boxes.filter(box => box.id?.startsWith('node-1-'))).toHaveLength(1);
    expect(folded.boxes.find(box => box.look === 'more')?.text).toBe(` … ${ownSteps(long).length - 1} more`);
  });

  it('is a file in which names and marks of XML are letters', () => {
    const file = svgFile(picture, colours, 'a < b \u0001');
    expect(file).toContain('&lt;one&gt;\u00a0&amp;\u00a0&quot;another&quot;');
    expect(file).toContain('a &lt; b \ufffd');
    expect(file).not.toMatch(/undefined|NaN|var\(/);
  });
});
