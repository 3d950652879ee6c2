import { type PerspectiveCamera, Vector3 } from 'three';
import type { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import type { Camera } from '../state/state';
import { glassHeight, type Layout, stackBottom } from './layout';

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

const calmSpring = 8; // by the second: within half of one it is nearly there
const quickSpring = 15;
const near = 2e-3;

/** Moves the camera to a shot as a damped spring does: where the shot becomes another on the way it neither stops nor jerks. */
export class CameraSpring {
  private to: Shot | null = null;
  private readonly speed = { eye: new Vector3(), target: new Vector3(), haze: 0 };
  private at = 0;
  private pull = calmSpring;
  haze = 52;

  constructor(
    private readonly camera: PerspectiveCamera,
    private readonly controls: OrbitControls,
  ) {}

  go(to: Shot, now: number, smooth: boolean, quick: boolean) {
    if (!this.to) this.at = now;
    this.to = to;
    this.pull = quick ? quickSpring : calmSpring;
    if (!smooth) this.arrive(to);
  }

  stop() {
    this.to = null;
    this.speed.eye.set(0, 0, 0);
    this.speed.target.set(0, 0, 0);
    this.speed.haze = 0;
  }

  /** Whether it is still under way. */
  step(now: number): boolean {
    const { to, pull, speed, camera, controls } = this;
    if (!to) return false;
    const seconds = Math.max(0, now - this.at) / 1000;
    this.at = now;
    [this.haze, speed.haze] = spring(this.haze, speed.haze, to.haze, pull, seconds);
    const eye = towards(camera.position, speed.eye, to.eye, pull, seconds);
    const target = towards(controls.target, speed.target, to.target, pull, seconds);
    if (eye + target + Math.abs(this.haze - to.haze) / 10 < near && speed.eye.length() < 10 * near) this.arrive(to);
    camera.lookAt(controls.target);
    return this.to !== null;
  }

  private arrive(to: Shot) {
    this.camera.position.copy(to.eye);
    this.controls.target.copy(to.target);
    this.haze = to.haze;
    this.camera.lookAt(to.target);
    this.stop();
  }
}

/** Where a critically damped spring has got to after a time, and how fast it is. */
export function spring(at: number, speed: number, to: number, pull: number, seconds: number): [at: number, speed: number] {
  const away = at - to;
  const push = speed + pull * away;
  const decay = Math.exp(-pull * seconds);
  return [to + (away + push * seconds) * decay, (speed - pull * push * seconds) * decay];
}

function towards(at: Vector3, speed: Vector3, to: Vector3, pull: number, seconds: number): number {
  for (const axis of ['x', 'y', 'z'] as const) [at[axis], speed[axis]] = spring(at[axis], speed[axis], to[axis], pull, seconds);
  return at.distanceTo(to);
}

export const viewAngle = angle;
