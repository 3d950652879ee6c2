import { type PerspectiveCamera, Vector3 } from 'three';
import type { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import type { Camera } from '../state/state';
import { glassHeight, type Layout, stackBottom } from './layout';

const tweenMs = 520;
const angle = 36; // of view, vertically, in degrees
const widest = 40; // a longer text is shown by its end

export interface Shot {
  eye: Vector3;
  target: Vector3;
  /** Beyond this things fade. */
  haze: number;
}

/** Where to stand for a preset. */
export function shot(preset: Exclude<Camera, 'orbit'>, picture: Layout, aspect: number): Shot {
  const head = picture.headX;
  const tall = Math.tan((angle * Math.PI) / 360);
  const last = picture.tokens.at(-1);
  const end = Math.max(last ? last.x + last.width / 2 : 0, head) + 0.9;
  if (preset === 'head') return { eye: new Vector3(head + 3.4, 3.5, 2.3), target: new Vector3(head - 7, 0.1, -0.4), haze: 44 };
  if (preset === 'follow') {
    const near = aspect < 0.9 ? 1.25 : aspect < 1.4 ? 1.1 : 1;
    return {
      eye: new Vector3(head + 2.4 * near, 4.7 * near, 11 * near),
      target: new Vector3(head - 3.7 / near, aspect < 0.9 ? -1.3 : -0.1, 0),
      haze: 52,
    };
  }
  const from = Math.max(-0.6, end - (preset === 'top' ? widest * 1.4 : widest) * Math.min(1, aspect));
  const wide = Math.max(9, end - from) + 1.2;
  const middle = end + 0.6 - wide / 2;
  const arch = 0.4 + 1.25 * Math.sqrt(wide);
  if (preset === 'top') {
    const deep = arch + 2.4;
    const far = Math.max(wide / (2 * tall * aspect), deep / (2 * tall));
    return {
      eye: new Vector3(middle, far + glassHeight, -deep / 2 + 1.6 + 0.01),
      target: new Vector3(middle, 0, -deep / 2 + 1.6),
      haze: far * 8,
    };
  }
  const bottom = stackBottom(picture.blocks) - 0.7;
  const high = glassHeight + 1.6 + arch * 0.5 - bottom;
  const far = Math.max(wide / (2 * tall * aspect), high / (2 * tall)) + 1;
  const centre = bottom + high / 2;
  return { eye: new Vector3(middle, centre + far * 0.05, far), target: new Vector3(middle, centre, 0), haze: far * 6 };
}

/** Moves the camera from where it is to a shot, in a moment or at once. */
export class CameraTween {
  private from: Shot | null = null;
  private to: Shot | null = null;
  private began = 0;
  haze = 52;

  constructor(
    private readonly camera: PerspectiveCamera,
    private readonly controls: OrbitControls,
  ) {}

  go(to: Shot, now: number, smooth: boolean, ms = tweenMs) {
    this.from = { eye: this.camera.position.clone(), target: this.controls.target.clone(), haze: this.haze };
    this.to = to;
    this.began = smooth ? now : now - ms;
    this.ms = ms;
  }

  private ms = tweenMs;

  stop() {
    this.to = null;
  }

  /** Whether it is still under way. */
  step(now: number): boolean {
    if (!this.to || !this.from) return false;
    const part = Math.min(1, (now - this.began) / this.ms);
    const eased = part * part * (3 - 2 * part);
    this.camera.position.lerpVectors(this.from.eye, this.to.eye, eased);
    this.controls.target.lerpVectors(this.from.target, this.to.target, eased);
    this.haze = this.from.haze + (this.to.haze - this.from.haze) * eased;
    this.camera.lookAt(this.controls.target);
    if (part < 1) return true;
    this.to = null;
    return false;
  }
}

export const viewAngle = angle;
