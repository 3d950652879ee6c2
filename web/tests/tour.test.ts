import { describe, expect, test } from 'vitest';
import { FileSource } from '../src/engine/file';
import type { EngineKind, TraceSource } from '../src/engine/source';
import type { Page } from '../src/page/parts';
import { Player } from '../src/state/player';
import { initial, type State } from '../src/state/state';
import { createStore } from '../src/state/store';
import { Drive, written } from '../src/tour/drive';
import { entropyOf, forkOf, leastSure, surest } from '../src/tour/moments';
import { beside, scrollBy, shared, threadFrom } from '../src/tour/place';
import { recordings } from '../src/tour/recorded';
import type { Piece } from '../src/tour/say';
import { stops } from '../src/tour/stops/all';
import { sharedBefore } from '../src/tour/stops/branching';
import { told } from '../src/tour/stops/choosing';
import { tokenOf } from '../src/trace/decode';
import { tokenSteps } from '../src/trace/recording';
import { percent } from '../src/tree/glass';
import { type FakeNode, fakeDocument } from './dom';
import { recorded, traceFile } from './traces';

fakeDocument();

const texts = ['tale', 'tale-no-cache', 'temperature-1', 'window', 'lookup', 'half-characters', 'prefix-hit'];
const stop = (id: string) => stops.find(one => one.id === id)!;
const plain = (pieces: readonly Piece[]) =>
  pieces
    .map(piece => (typeof piece === 'string' ? piece : piece.textContent))
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim();
const isGlass = (piece: Piece) => typeof piece !== 'string' && (piece as unknown as FakeNode).attributes.class === 'tour-token';
const signal = new AbortController().signal;

function pageOf(...names: string[]): Page {
  const files = new FileSource([]);
  for (const name of names) files.add(name, traceFile(name));
  const store = createStore<State>({ ...initial, engine: 'trace', models: names.map(id => ({ id, hash: '', context: 0 })), speed: 'max' });
  return { store, player: new Player(store, new Map([['trace', files]])), announce: () => {} };
}

describe('the moments that the tour tells of', () => {
  test('are in the trace itself', () => {
    for (const name of texts) {
      const recording = recorded(name);
      const [unsure, sure] = [leastSure(recording)!, surest(recording)!];
      expect(entropyOf(unsure)).toBeGreaterThan(entropyOf(sure));
      const { step, other } = forkOf(recording)!;
      expect(step.candidates).toContain(other);
      expect(other.id).not.toBe(step.id);
      expect(other.removedBy).toBeNull();
    }
  });

  test('the least sure is the one with the largest entropy among the words', () => {
    const step = leastSure(recorded('tale'))!;
    const more = tokenSteps(recorded('tale')).filter(s => entropyOf(s) > entropyOf(step));
    expect(more.every(s => !/^\s?\p{L}{2,}$/u.test(tokenOf(s).text))).toBe(true);
  });

  test('a fork is rather where pages are full before it', () => {
    const { step } = forkOf(recorded('tale'))!;
    expect(step.position).toBeGreaterThanOrEqual(recorded('tale').start.model.pagePositions);
  });
});

describe('what is told', () => {
  test('two to four sentences, with no figure missing, of every recorded text', () => {
    for (const name of texts) {
      const recording = recorded(name);
      const page = pageOf(name);
      for (const cursor of [recording.steps.findIndex(s => s.kind === 'token') + 1, recording.steps.length]) {
        page.store.set({ recording, cursor, phase: 'idle' });
        for (const one of stops) {
          const pieces = one.words(page.store.get(), new Drive(page));
          const words = plain(pieces);
          const sentences = plain(pieces.map(piece => (isGlass(piece) ? '▯' : piece))).split(/[.!?](?= |$)/).length - 1;
          expect({ name, stop: one.id, words, sentences }).toSatisfy(told => told.sentences >= 2 && told.sentences <= 4);
          expect(words).not.toMatch(/undefined|NaN|null|\[object/);
        }
      }
    }
  });

  test('the token that was drawn last, and its probability', () => {
    const recording = recorded('tale');
    const page = pageOf('tale');
    page.store.set({ recording, cursor: 2 });
    const first = tokenSteps(recording)[0]!;
    const words = plain(stop('one').words(page.store.get(), new Drive(page)));
    expect(words).toContain(`has read ${recording.start.prompt.length} of them`);
    expect(words).toContain(`one was drawn: ${first.text.trim()}, which had ${(100 * Math.exp(first.logprob)).toFixed(0)} %`);
  });

  test('the passes that the trace has counted', () => {
    const page = pageOf('tale-no-cache');
    const recording = recorded('tale-no-cache');
    page.store.set({ recording, cursor: recording.steps.length });
    const { layers } = recording.start.model;
    const length = recording.start.prompt.length + tokenSteps(recording).length - 1;
    expect(plain(stop('cache').words(page.store.get(), new Drive(page)))).toContain(`took ${layers * length} passes instead of ${layers}`);
    const kept = recorded('tale');
    page.store.set({ recording: kept, cursor: kept.steps.length });
    const words = plain(stop('cache').words(page.store.get(), new Drive(page)));
    expect(words).toContain(`took ${layers} passes of a token through a layer, not ${layers * (kept.start.prompt.length + 39)}`);
  });

  test('the draw and its interval as they were, and what another temperature makes of them', () => {
    const recording = recorded('tale');
    const step = leastSure(recording)!;
    const words = plain(told(recording, step));
    expect(words).toContain(`was ${entropyOf(step).toFixed(2)} nats`);
    expect(words).toContain(`The number drawn was ${step.why.draw.toFixed(3)}`);
    const [from, to] = step.why.interval;
    expect(words).toContain(`of the ${step.why.kept} that temperature and filters left`);
    expect(words).toContain(`${from.toFixed(3)} to ${to.toFixed(3)}, so ${percent(to - from)}`);
    expect(to - from).toBeCloseTo(step.asked[0]!.final, 6); // the odds after the filters, while those first named are before them
    expect(words).toContain(`before any filter it gave ${step.candidates[0]!.text.trim()}`);
    expect(words).toMatch(
      new RegExp(
        `At temperature 0, .* ${tokenOf(step).text.trim() === step.candidates[0]!.text.trim() ? 'still be' : 'have been'} ${step.candidates[0]!.text.trim()}`,
      ),
    );
  });

  test('of what came before a branch only full pages are shared', () => {
    expect(plain(sharedBefore(32, 75))).toContain('of the 75 tokens before, the first 64 fill whole pages');
    expect(plain(sharedBefore(32, 31))).toContain('by whole pages of 32 tokens, and none is full yet');
  });

  test('why it stopped, in the trace’s own word', () => {
    const page = pageOf('tale');
    const recording = recorded('tale');
    for (const finish of ['eos', 'length', 'stop', 'context', 'cancelled', 'loop', 'time'] as const) {
      page.store.set({ recording: { ...recording, result: { ...recording.result!, finish } }, cursor: recording.steps.length });
      expect(plain(stop('stopping').words(page.store.get(), new Drive(page)))).toContain(`the reason as ${finish}.`);
    }
  });
});

describe('the drive', () => {
  test('takes every stop on a recording, and gives the page back as it was', async () => {
    const page = pageOf('beams', 'tale-no-cache', 'tale');
    page.store.set(s => ({ settings: { ...s.settings, prompt: 'my own', model: 'beams' }, view: 'chat', cache: false }));
    const before = page.store.get();
    const drive = new Drive(page);
    for (const one of [stop('one'), stop('choosing'), stop('branching'), stop('stopping')]) {
      await one.enter(drive, signal);
      expect(plain(one.words(drive.state, drive))).not.toBe('');
    }
    expect(drive.state.recording!.start.prompt).toEqual(traceFile('tale').prompt);
    expect(drive.state.settings.model).toBe('tale');
    expect(stop('branching').acts(drive.state, drive)).toEqual([]);
    expect(stop('cache').acts(drive.state, drive)).toHaveLength(1);
    drive.giveBack();
    const { settings, view, cache, speed } = page.store.get();
    expect({ settings, view, cache, speed }).toEqual({ settings: before.settings, view: 'chat', cache: false, speed: 'max' });
  });

  test('what a hand has changed on the way stays, and nothing else', async () => {
    const page = pageOf('tale');
    page.store.set(s => ({
      settings: { ...s.settings, prompt: 'my own', model: 'tale', topK: 7 },
      speed: '2',
      view: 'chat',
      camera: 'top',
    }));
    const drive = new Drive(page);
    await drive.begin('max', signal);
    page.store.set(s => ({ settings: { ...s.settings, temperature: 1.3 }, speed: '1' }));
    await drive.begin('max', signal); // the tour sets both again
    page.store.set(s => ({ settings: { ...s.settings, seed: '99' }, camera: 'head', theme: 'light' }));
    drive.giveBack();
    const { settings, speed, camera, view, theme } = page.store.get();
    expect(settings).toMatchObject({ prompt: 'my own', topK: 7, temperature: 1.3, seed: '99' });
    expect({ speed, camera, view, theme }).toEqual({ speed: '1', camera: 'head', view: 'chat', theme: 'light' });
  });

  test('an engine that a hand has chosen stays, with its models', async () => {
    const page = pageOf('tale');
    (page.player.sources as Map<EngineKind, TraceSource>).set('tab', page.player.sources.get('trace')!);
    const { models } = page.store.get();
    const drive = new Drive(page);
    const begins = drive.prepare('max', signal);
    expect(page.store.get()).toMatchObject({ engine: 'tab', models: [] });
    const tabs = [{ id: 'grain', hash: '', context: 0 }];
    page.store.set(s => ({ models: tabs, settings: { ...s.settings, model: 'grain' } }));
    await begins;
    const other = new Drive(page); // one that begins here gives it back
    drive.giveBack();
    expect(page.store.get()).toMatchObject({ engine: 'trace', models, settings: { model: initial.settings.model } });
    page.store.set({ engine: 'server', models: tabs });
    other.giveBack();
    expect(page.store.get()).toMatchObject({ engine: 'server', models: tabs });
  });

  test('a text that a hand has begun on the way stays', async () => {
    const page = pageOf('tale', 'temperature-1');
    page.store.set(s => ({ recording: recorded('tale'), cursor: 3, settings: { ...s.settings, model: 'tale' } }));
    const drive = new Drive(page);
    await drive.begin('max', signal);
    const own = recorded('temperature-1');
    page.store.set(s => ({ recording: own, cursor: 4, selected: 5, settings: { ...s.settings, model: 'temperature-1' } }));
    drive.giveBack();
    expect(page.store.get()).toMatchObject({ recording: own, cursor: 4, selected: 5, settings: { model: 'temperature-1' } });
  });

  test('one that begins before the models are known does not take them away', () => {
    const page = pageOf('tale');
    const { models, settings } = page.store.get();
    page.store.set({ models: [], settings: { ...settings, model: '' } });
    const drive = new Drive(page);
    page.store.set({ models, settings: { ...settings, model: 'tale' } });
    drive.giveBack();
    expect(page.store.get()).toMatchObject({ models, settings: { model: 'tale' } });
  });

  test('a text that was there before is there again', async () => {
    const page = pageOf('tale', 'temperature-1');
    const recording = recorded('temperature-1');
    page.store.set({ recording, cursor: 5, selected: 6 });
    const drive = new Drive(page);
    await drive.begin('max', signal);
    expect(page.store.get().recording).not.toBe(recording);
    drive.giveBack();
    expect(page.store.get()).toMatchObject({ recording, cursor: 5, selected: 6 });
  });

  test('leaving a stop ends what it waits for', async () => {
    const page = pageOf('tale');
    const drive = new Drive(page);
    await drive.begin('step', signal);
    const leaving = new AbortController();
    const waits = drive.until(s => written(s) === 1000, leaving.signal);
    leaving.abort();
    await expect(waits).rejects.toThrow(/abort/i);
  });
});

test('of recordings the one is taken that was written with the cache, with its twin', async () => {
  const source = pageOf('beams', 'tale-no-cache', 'temperature-1', 'tale').player.sources.get('trace')!;
  expect(await recordings(source, 'beams', signal)).toEqual({ name: 'temperature-1', uncached: null });
  expect(await recordings(source, 'tale', signal)).toEqual({ name: 'tale', uncached: 'tale-no-cache' });
  expect(await recordings(pageOf('beams').player.sources.get('trace')!, 'beams', signal)).toBeNull();
});

describe('the place of the panel', () => {
  const within = { left: 14, top: 72, right: 1426, bottom: 886 };
  const size = { width: 348, height: 330 };

  test('is never on what it talks of', () => {
    for (const target of [
      { left: 272, top: 140, right: 1068, bottom: 700 },
      { left: 18, top: 300, right: 254, bottom: 342 },
      { left: 1085, top: 500, right: 1420, bottom: 580 },
      { left: 300, top: 800, right: 340, bottom: 830 },
    ]) {
      const at = beside(size, target, [], within);
      const box = { ...at, right: at.left + size.width, bottom: at.top + size.height };
      expect(shared(box, target)).toBe(0);
      expect(box.left >= within.left && box.right <= within.right && box.top >= within.top && box.bottom <= within.bottom).toBe(true);
    }
  });

  test('leaves what should be seen beside it, where there is room', () => {
    const target = { left: 1085, top: 760, right: 1400, bottom: 790 };
    const stage = { left: 272, top: 140, right: 1068, bottom: 700 };
    const at = beside(size, target, [stage], within);
    expect(shared({ ...at, right: at.left + size.width, bottom: at.top + size.height }, stage)).toBe(0);
  });

  test('a thread leads the shortest way', () => {
    const panel = { left: 0, top: 0, right: 100, bottom: 100 };
    expect(threadFrom(panel, { left: 150, top: 20, right: 200, bottom: 60 })).toEqual({ x: 100, y: 40, length: 50, angle: 0 });
    expect(threadFrom(panel, { left: 130, top: 140, right: 200, bottom: 200 })).toMatchObject({ x: 100, y: 100, length: 50 });
    expect(threadFrom(panel, { left: 101, top: 0, right: 200, bottom: 60 })).toBeNull();
  });

  test('the page is scrolled by what it needs, and the target is seen in any case', () => {
    const view = { top: 10, bottom: 500 };
    const box = (top: number, bottom: number) => ({ left: 0, right: 10, top, bottom });
    expect(scrollBy(box(100, 200), [], view)).toBe(0);
    expect(scrollBy(box(600, 700), [], view)).toBe(650 - 255);
    expect(scrollBy(box(600, 640), [box(640, 1400)], view)).toBe(590);
    expect(scrollBy(box(1300, 1340), [box(640, 1300)], view)).toBe(840);
    expect(scrollBy(box(2000, 2040), [box(0, 100), box(2040, 9000)], view)).toBe(1990);
  });
});
