import { type PerspectiveCamera, Vector3 } from 'three';
import { h } from '../page/dom';
import { glassHeight, type Layout, stackBottom } from './layout';

const most = 120;

/** The words above the glasses and the names of pages: HTML over the canvas, so letters are letters. Where they would cover each other the later one stays. */
export class Labels {
  readonly root = h('div', { class: 'labels', 'aria-hidden': 'true' });
  private readonly words: HTMLElement[] = [];
  private readonly pages: HTMLElement[] = [];
  private readonly at = new Vector3();

  draw(
    picture: Layout,
    camera: PerspectiveCamera,
    width: number,
    height: number,
    bright: ReadonlySet<number>,
    selected: number | null,
    flat: boolean,
  ) {
    let used = 0;
    const taken: { left: number; right: number; y: number }[] = [];
    const place = (position: number) => {
      const token = picture.tokens[position]!;
      if (token.label.trim() === '' || used >= most) return;
      const spot = this.project(token.x, flat ? 0 : glassHeight + 0.1, flat ? 0.95 : 0, camera, width, height);
      if (!spot || spot.x < -40 || spot.x > width + 40 || spot.y < -20 || spot.y > height + 20) return;
      const size = Math.max(11, Math.min(19, 150 / spot.far + 4));
      const half = (token.label.trim().length * size * 0.5) / 2 + 2;
      const box = { left: spot.x - half, right: spot.x + half, y: spot.y };
      if (taken.some(other => Math.abs(other.y - box.y) < size && other.left < box.right && other.right > box.left)) return;
      taken.push(box);
      const word = this.word(used++);
      if (word.textContent !== token.label.trim()) word.textContent = token.label.trim();
      word.className = `word${token.given ? ' prompt' : ''}${bright.has(position) ? ' bright' : ''}${position === selected ? ' chosen' : ''}`;
      word.style.fontSize = `${size.toFixed(1)}px`;
      word.style.transform = `translate(${spot.x.toFixed(1)}px, ${spot.y.toFixed(1)}px) translate(-50%, ${flat ? '0' : '-100%'})`;
      word.style.opacity = String(Math.max(0.25, Math.min(1, 1.25 - spot.far / 46)).toFixed(2));
    };
    if (selected !== null && selected < picture.tokens.length) place(selected);
    for (let i = picture.tokens.length - 1; i >= 0; i--) if (i !== selected) place(i);
    for (let i = used; i < this.words.length; i++) this.words[i]!.hidden = true;
    this.drawPages(picture, camera, width, height, flat);
  }

  private drawPages(picture: Layout, camera: PerspectiveCamera, width: number, height: number, flat: boolean) {
    let used = 0;
    let free = -Infinity;
    picture.pages.forEach((page, number) => {
      const spot = this.project(page.x, stackBottom(picture.blocks) - 0.5, 0.9, camera, width, height);
      if (flat || !spot || spot.x < 0 || spot.x > width || spot.y > height - 8 || spot.x < free) return;
      const words = `page ${number} · ${page.kind}${page.quantized ? ', quantised' : ''}`;
      free = spot.x + words.length * 7;
      const label = this.page(used++);
      label.textContent = words;
      label.style.transform = `translate(${spot.x.toFixed(1)}px, ${spot.y.toFixed(1)}px) translate(-50%, 0)`;
    });
    for (let i = used; i < this.pages.length; i++) this.pages[i]!.hidden = true;
  }

  private project(
    x: number,
    y: number,
    z: number,
    camera: PerspectiveCamera,
    width: number,
    height: number,
  ): { x: number; y: number; far: number } | null {
    const far = this.at.set(x, y, z).distanceTo(camera.position);
    this.at.project(camera);
    if (this.at.z > 1) return null;
    return { x: (this.at.x * 0.5 + 0.5) * width, y: (0.5 - this.at.y * 0.5) * height, far };
  }

  private word(index: number): HTMLElement {
    return this.reuse(this.words, index, 'word');
  }

  private page(index: number): HTMLElement {
    return this.reuse(this.pages, index, 'page-name');
  }

  private reuse(list: HTMLElement[], index: number, kind: string): HTMLElement {
    if (!list[index]) {
      list[index] = h('span', { class: kind });
      this.root.append(list[index]!);
    }
    list[index]!.hidden = false;
    return list[index]!;
  }
}
