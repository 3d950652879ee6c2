import { Box3, PerspectiveCamera, type Ray, Raycaster, Scene, Vector2, Vector3, WebGLRenderer } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { h } from '../page/dom';
import type { Page } from '../page/parts';
import { layerWeights } from '../trace/attention';
import type { Recording } from '../trace/recording';
import { Beams } from './beams';
import { Blocks, kinds, patterns } from './blocks';
import { CameraSpring, shot, viewAngle } from './camera';
import { strength } from './curve';
import { Head } from './head';
import { Labels } from './labels';
import { blockPlace, glassHeight, type Layout, layout, stackBottom, stepShown } from './layout';
import { palette, read } from './palette';
import { beamsShown, type ShownBeam } from './shown';

const calm = matchMedia('(prefers-reduced-motion: reduce)');
const slowFrame = 60; // ms from one picture to the next while something moves: longer ones make it coarser

/** The scene in three dimensions. It is drawn when something changed, and while something moves; never in a free loop. */
export class Stage {
  readonly canvas: HTMLCanvasElement;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(viewAngle, 1, 0.1, 2000);
  private readonly controls: OrbitControls;
  private readonly flight: CameraSpring;
  private readonly colors = palette();
  private readonly beams = new Beams(this.colors);
  private readonly head = new Head(this.colors);
  private readonly labels = new Labels();
  private blocks = new Blocks(1024, this.colors);
  private picture: Layout | null = null;
  private newest: { token: number; blocks: number[]; fill: number } | null = null;
  private shownCursor = 0;
  private shownRecording: Recording | null = null;
  private moveBegan = Number.NEGATIVE_INFINITY;
  private moveMs = 0;
  private headFrom = 0;
  private readonly headAt = new Vector3(0, glassHeight + 1.15, 0);
  private bright = new Set<number>();
  private heat = new Map<number, number>(); // of the blocks, at the last step
  private width = 1;
  private height = 1;
  private ratio = 1;
  private pending = 0;
  private frameAt = 0;
  private slow = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly page: Page,
  ) {
    this.canvas = h('canvas', {
      class: 'canvas',
      role: 'img',
      tabindex: 0,
      'aria-label': 'The text at work. The tab Steps has the same in a table.',
    });
    this.renderer = new WebGLRenderer({ canvas: this.canvas, antialias: true, powerPreference: 'high-performance' });
    root.append(this.canvas, this.labels.root);
    this.controls = new OrbitControls(this.camera, this.canvas);
    this.controls.listenToKeyEvents(this.canvas);
    this.controls.enableDamping = false;
    this.controls.minDistance = 2;
    this.controls.maxDistance = 400;
    this.flight = new CameraSpring(this.camera, this.controls);
    this.scene.add(this.blocks.mesh, this.beams.mesh, this.head.group, this.head.falling);
    this.listen();
  }

  private listen() {
    const { store } = this.page;
    this.controls.addEventListener('start', () => {
      this.flight.stop();
      if (store.get().camera !== 'orbit') store.set({ camera: 'orbit' });
    });
    this.controls.addEventListener('change', () => this.invalidate());
    new ResizeObserver(() => this.resize()).observe(this.root);
    document.addEventListener('themechange', () => this.themeChanged());
    this.canvas.addEventListener('click', event => this.pick(event));
    this.themeChanged();
    this.resize();
    store.watch(
      s => s.recording,
      () => this.changed(),
    );
    store.watch(
      s => s.cursor,
      () => this.changed(),
    );
    for (const pick of ['selected', 'attention', 'withoutSink'] as const) {
      store.watch(
        s => s[pick],
        () => this.build(),
      );
    }
    store.watch(
      s => s.camera,
      () => this.aim(true),
    );
  }

  private themeChanged() {
    read(this.colors);
    this.beams.themeChanged();
    this.head.themeChanged();
    this.renderer.setClearColor(this.colors.ink.value);
    this.invalidate();
  }

  private resize() {
    const { clientWidth, clientHeight } = this.root;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.width = clientWidth;
    this.height = clientHeight;
    this.ratio = Math.min(devicePixelRatio, 2, this.ratio === 1 ? 2 : this.ratio);
    this.sized();
    this.aim(false);
  }

  private sized() {
    this.renderer.setPixelRatio(this.ratio);
    this.renderer.setSize(this.width, this.height, false);
    this.camera.aspect = this.width / this.height;
    this.camera.updateProjectionMatrix();
    this.beams.resize(this.width, this.height, this.ratio);
    this.head.resize(this.ratio * (this.height / 600));
  }

  /** A step more, a step less or another text: what is new moves in, anything else is there at once. */
  private changed() {
    const { recording, cursor } = this.page.store.get();
    const further =
      recording !== null && this.shownRecording?.start === recording.start && isOneFurther(recording, this.shownCursor, cursor);
    if (recording === this.shownRecording && cursor === this.shownCursor) return;
    this.shownRecording = recording;
    this.shownCursor = cursor;
    this.headFrom = this.headAt.x;
    const gap = performance.now() - this.moveBegan;
    this.moveMs = calm.matches || !further ? 0 : Math.min(620, Math.max(120, gap * 0.7));
    this.moveBegan = performance.now();
    this.build();
    this.aim(true);
  }

  /** Puts everything where the state says that it is. */
  private build() {
    const { recording, cursor, selected } = this.page.store.get();
    this.picture = recording ? layout(recording, cursor) : null;
    this.newest = null;
    this.bright = new Set();
    let beams: ShownBeam[] = [];
    this.blocks.begin();
    if (recording && this.picture) {
      const picture = this.picture;
      const step = stepShown(recording, cursor, selected);
      const shown = step && beamsShown(step, this.page.store.get(), picture);
      beams = shown ?? [];
      for (const beam of beams.slice(0, 8)) if (!beam.isRest && beam.weight > 0.04) this.bright.add(beam.position);
      const heat = step?.attention ? layerWeights(step.attention) : null;
      this.addPages(picture);
      const hot = this.addTokens(picture, heat, step?.attention?.layers ?? 0);
      if (this.blocks.isTooSmall) return this.grow();
      this.heat = hot;
      const target = selected !== null && step ? (picture.tokens[step.position]?.x ?? picture.headX) : picture.headX;
      this.beams.draw(beams, glassHeight * 0.98, target, selected === null ? this.headAt.y : glassHeight + 0.2);
    } else this.beams.draw([], 0, 0, 0);
    this.blocks.end();
    this.canvas.setAttribute('aria-label', this.words());
    this.invalidate();
  }

  private addPages(picture: Layout) {
    const y = stackBottom(picture.blocks) - 0.16;
    for (const p of picture.pages)
      this.blocks.add(p.x, y, 0, p.width + 0.14, 0.09, 1.5, p.quantized ? 1 : 0, kinds.page, patterns[p.kind], 0);
  }

  private addTokens(picture: Layout, heat: ReturnType<typeof layerWeights> | null, layers: number): Map<number, number> {
    const last = picture.tokens.length - 1;
    const columns = heat && layers > 0 ? heat.weights.length / layers : 0;
    const warmest = warmestOf(heat?.weights, columns);
    const { recording, cursor } = this.page.store.get();
    const step = recording?.steps[cursor - 1];
    const [from, to] = step?.kind === 'prefill' ? [step.from, step.to] : [picture.filled - 1, picture.filled];
    const filling: number[] = [];
    const hot = new Map<number, number>();
    for (const token of picture.tokens) {
      const i = token.position;
      if (i >= picture.filled && !picture.kept && picture.recomputed === 0) continue;
      const column = heat ? heat.columnOf(i) : -1;
      for (let b = 0; b < picture.blocks; b++) {
        const { y, height } = blockPlace(b, picture.blocks);
        let warm = 0;
        for (let l = b * picture.merged; column >= 0 && l < Math.min(layers, (b + 1) * picture.merged); l++)
          warm = Math.max(warm, heat!.weights[l * columns + column]!);
        const [key, now] = [i * picture.blocks + b, strength(Math.min(1, warm / warmest))];
        if (now > 0.01) hot.set(key, now);
        const number = this.blocks.add(
          token.x,
          y,
          0,
          token.width,
          height,
          1,
          i < picture.filled ? 1 : 0,
          kinds.block,
          now,
          i < picture.recomputed ? 1 : 0,
          this.heat.get(key) ?? 0,
        );
        if (i >= from && i < to && picture.recomputed === 0) filling.push(number);
      }
    }
    for (const token of picture.tokens) {
      const number = this.blocks.add(
        token.x,
        glassHeight / 2,
        0,
        token.width,
        glassHeight,
        1,
        token.fill,
        token.given ? kinds.given : kinds.written,
        0,
        0,
      );
      if (token.position === last) this.newest = { token: number, blocks: filling, fill: token.given ? -1 : token.fill };
    }
    return hot;
  }

  private grow() {
    const larger = new Blocks(Math.ceil(this.blocks.needed * 1.5), this.colors);
    this.scene.remove(this.blocks.mesh);
    this.blocks.dispose();
    this.blocks = larger;
    this.scene.add(larger.mesh);
    this.build();
  }

  private aim(smooth: boolean) {
    const { camera, speed } = this.page.store.get();
    this.controls.enableRotate = true;
    if (camera !== 'orbit') {
      const picture = this.picture ?? emptyPicture;
      this.flight.go(shot(camera, picture, this.width / this.height), performance.now(), smooth && !calm.matches, speed === 'max');
    }
    this.invalidate();
  }

  invalidate() {
    this.pending ||= requestAnimationFrame(now => {
      this.pending = 0;
      if (this.frame(Math.max(now, this.moveBegan))) this.invalidate();
    });
  }

  /** Draws one picture; true while something still moves. */
  private frame(now: number): boolean {
    if (this.root.clientWidth === 0) return false;
    const part = this.moveMs > 0 ? Math.min(1, (now - this.moveBegan) / this.moveMs) : 1;
    this.move(part);
    const turning = this.flight.step(now);
    this.blocks.uniform('haze', this.flight.haze);
    this.renderer.render(this.scene, this.camera);
    const flat = this.page.store.get().camera === 'top';
    if (this.picture)
      this.labels.draw(this.picture, this.camera, this.width, this.height, this.bright, this.page.store.get().selected, flat);
    else this.labels.draw(emptyPicture, this.camera, this.width, this.height, this.bright, null, flat);
    const moves = part < 1 || turning;
    if (this.frameAt > 0) this.adapt(now - this.frameAt);
    this.frameAt = moves ? now : 0;
    return moves;
  }

  /** What is new: the glass drops, sand falls into it, the cache's blocks of the token before fill, the head goes on, light runs along the beams. */
  private move(part: number) {
    const eased = 1 - (1 - part) ** 3;
    const x = this.picture?.headX ?? 0.5;
    this.headAt.x = this.headFrom + (x - this.headFrom) * eased;
    this.head.group.position.copy(this.headAt);
    const token = this.newest && this.picture ? this.picture.tokens.at(-1)! : null;
    const pouring = Math.max(0, (part - 0.3) / 0.7);
    this.head.falling.position.set(token?.x ?? 0, glassHeight + 0.9, 0);
    this.head.fall = token && token.fill > 0.01 && part < 1 ? pouring : 1;
    this.head.brightness = 1 + 0.45 * Math.sin(Math.PI * Math.min(1, part * 1.2));
    this.beams.pulse = part < 1 ? part * 1.7 - 0.2 : 3;
    this.beams.turn(part, this.page.store.get().selected === null ? this.headAt.x - x : 0);
    this.blocks.uniform('turn', part);
    const again = this.picture && this.picture.recomputed > 0;
    this.blocks.uniform('flash', again ? (this.moveMs === 0 ? 0.55 : 1 - 0.72 * part) : 0);
    if (!token || !this.newest) return;
    for (const block of this.newest.blocks) this.blocks.setFill(block, eased);
    this.blocks.changed();
    if (this.newest.fill < 0) return; // the prompt was read: nothing was written
    const drop = part < 0.45 ? 1 - (part / 0.45) ** 2 : 0;
    this.blocks.put(
      this.newest.token,
      token.x,
      glassHeight / 2 + drop * 1.2,
      0,
      token.width,
      glassHeight,
      1,
      this.newest.fill * (1 - (1 - pouring) ** 2),
      kinds.written,
      0,
      0,
    );
  }

  /** A slow machine gets a coarser picture rather than a stuttering one. */
  private adapt(ms: number) {
    this.slow = ms < slowFrame ? 0 : this.slow + 1;
    if (this.slow < 3 || this.ratio <= 0.5) return;
    this.slow = 0;
    this.ratio = Math.max(0.5, this.ratio * 0.75);
    this.sized();
    this.invalidate(); // another size is an empty canvas
  }

  private pick(event: MouseEvent) {
    const box = this.canvas.getBoundingClientRect();
    const at = new Vector2(((event.clientX - box.left) / box.width) * 2 - 1, 1 - ((event.clientY - box.top) / box.height) * 2);
    const caster = new Raycaster();
    caster.setFromCamera(at, this.camera);
    const found = this.tokenAt(caster.ray);
    const { selected } = this.page.store.get();
    this.page.store.set({ selected: found === selected ? null : found });
  }

  private tokenAt(ray: Ray): number | null {
    let best: { position: number; far: number } | null = null;
    const [box, hit] = [new Box3(), new Vector3()];
    const bottom = this.picture ? stackBottom(this.picture.blocks) : 0;
    for (const token of this.picture?.tokens ?? []) {
      box.min.set(token.x - token.width / 2, bottom, -0.5);
      box.max.set(token.x + token.width / 2, glassHeight, 0.5);
      if (!ray.intersectBox(box, hit)) continue;
      const far = hit.distanceToSquared(ray.origin);
      if (!best || far < best.far) best = { position: token.position, far };
    }
    return best && !this.picture!.tokens[best.position]!.given ? best.position : null;
  }

  /** The picture in a sentence. */
  private words(): string {
    const picture = this.picture;
    if (!picture || picture.tokens.length === 0) return 'Nothing is written yet.';
    const last = picture.tokens.at(-1)!;
    const looked = [...this.bright].map(position => picture.tokens[position]?.label.trim() || 'the first token').slice(0, 3);
    const chosen = last.given ? '' : ` The last one, ${last.label.trim()}, was chosen with ${Math.round(last.fill * 100)} percent.`;
    const seen = looked.length > 0 ? ` It looked most at: ${looked.join(', ')}.` : '';
    const again = picture.recomputed > 0 ? ` The blocks of ${picture.recomputed} tokens were computed again.` : '';
    return `${picture.tokens.length} tokens.${chosen}${seen}${again} The tab Steps has all of it in a table.`;
  }

  /** The picture as a file. */
  toBlob(): Promise<Blob | null> {
    this.frame(performance.now());
    return new Promise(resolve => this.canvas.toBlob(resolve, 'image/png'));
  }
}

/** Whether one thing happened: a piece was read, or a token was chosen (and the text read again for it). */
function isOneFurther(recording: Recording, from: number, to: number): boolean {
  const between = recording.steps.slice(from, to);
  return to > from && (between.length === 1 || between.filter(step => step.kind === 'token').length === 1);
}

/** The largest weight beside the first token's, to which the blocks' warmth is in proportion. */
function warmestOf(weights: Float32Array | undefined, columns: number): number {
  let warmest = 0.02;
  weights?.forEach((weight, i) => {
    if (i % columns !== 0) warmest = Math.max(warmest, weight);
  });
  return warmest;
}

const emptyPicture: Layout = { tokens: [], pages: [], merged: 1, blocks: 6, filled: 0, recomputed: 0, kept: false, headX: 0.5 };
