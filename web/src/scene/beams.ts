import { AdditiveBlending, BufferAttribute, BufferGeometry, DoubleSide, Mesh, NormalBlending, ShaderMaterial, Vector2 } from 'three';
import { strength, way } from './curve';
import type { Palette } from './palette';

const pieces = 36;
const most = 25; // the strongest 24, and one for the rest
const drawn = 2 * most; // those that go among them

export interface Beam {
  x: number;
  weight: number;
  /** All that is not among the strongest, as one dashed beam. */
  isRest: boolean;
}

const vertex = /* glsl */ `
attribute vec3 tangent3;
attribute vec4 beam; // side, along, strength, rest
attribute float before; // strength at the step before
uniform vec2 resolution;
uniform float ratio, turn, shift;
varying vec4 of;
void main() {
  of = beam;
  of.z = mix(before, beam.z, turn);
  vec3 at = position + vec3(shift * beam.y, 0.0, 0.0);
  vec4 here = projectionMatrix * modelViewMatrix * vec4(at, 1.0);
  vec4 there = projectionMatrix * modelViewMatrix * vec4(at + tangent3 * 0.05, 1.0);
  vec2 direction = (there.xy / there.w - here.xy / here.w) * resolution;
  direction = length(direction) > 1e-6 ? normalize(direction) : vec2(1.0, 0.0);
  float width = (1.8 + 6.0 * of.z) * ratio;
  here.xy += vec2(-direction.y, direction.x) / resolution * width * beam.x * here.w;
  gl_Position = here;
}`;

const fragment = /* glsl */ `
uniform vec3 sand, sandLight;
uniform float light, pulse;
varying vec4 of;
void main() {
  float across = 1.0 - abs(of.x);
  float body = smoothstep(0.0, 0.9, across);
  float core = smoothstep(0.55, 1.0, across);
  float away = (of.y - pulse) * 7.0;
  float moving = exp(-away * away);
  float alpha = body * of.z * (0.75 + 0.5 * core + 0.9 * moving);
  if (of.w > 0.5) alpha *= 0.45 * step(0.5, fract(of.y * 22.0));
  alpha *= smoothstep(0.0, 0.06, of.y) * 0.85 + 0.15;
  vec3 color = mix(sand, sandLight, light > 0.5 ? 0.0 : max(core * 0.6, moving));
  gl_FragColor = vec4(color, min(1.0, alpha));
  #include <colorspace_fragment>
}`;

/** Beams from the write head back to what it looked at: ribbons that face the eye, in one draw. */
export class Beams {
  readonly mesh: Mesh<BufferGeometry, ShaderMaterial>;
  private readonly position = new BufferAttribute(new Float32Array(drawn * (pieces + 1) * 2 * 3), 3);
  private readonly tangent = new BufferAttribute(new Float32Array(drawn * (pieces + 1) * 2 * 3), 3);
  private readonly before = new BufferAttribute(new Float32Array(drawn * (pieces + 1) * 2), 1);
  private known = new Map<number, { beam: Beam; before: number; seen: number }>(); // by where it begins; the rest has one name
  private turned = 1;
  private readonly beam = new BufferAttribute(new Float32Array(drawn * (pieces + 1) * 2 * 4), 4);

  constructor(uniforms: Palette) {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', this.position);
    geometry.setAttribute('tangent3', this.tangent);
    geometry.setAttribute('beam', this.beam);
    geometry.setAttribute('before', this.before);
    geometry.setIndex(indices());
    geometry.setDrawRange(0, 0);
    const material = new ShaderMaterial({
      vertexShader: vertex,
      fragmentShader: fragment,
      transparent: true,
      depthWrite: false,
      side: DoubleSide,
      uniforms: {
        ...uniforms,
        resolution: { value: new Vector2(1, 1) },
        ratio: { value: 1 },
        pulse: { value: 2 },
        turn: { value: 1 },
        shift: { value: 0 },
      },
    });
    this.mesh = new Mesh(geometry, material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 2;
    this.themeChanged();
  }

  themeChanged() {
    const light = this.mesh.material.uniforms.light!.value === 1;
    this.mesh.material.blending = light ? NormalBlending : AdditiveBlending; // on paper light cannot be added
    this.mesh.material.needsUpdate = true;
  }

  resize(width: number, height: number, ratio: number) {
    (this.mesh.material.uniforms.resolution!.value as Vector2).set(width * ratio, height * ratio);
    this.mesh.material.uniforms.ratio!.value = ratio;
  }

  /** Where on its way from the tokens to the head the light is; beyond 1 it rests. */
  set pulse(value: number) {
    this.mesh.material.uniforms.pulse!.value = value;
  }

  /** How far the beams of the step before have become those of this one, and how far along the text their end at the head still is from its place. */
  turn(part: number, shift: number) {
    this.turned = part;
    this.mesh.material.uniforms.turn!.value = part;
    this.mesh.material.uniforms.shift!.value = shift;
  }

  draw(beams: readonly Beam[], fromY: number, toX: number, toY: number) {
    const shown = beams.slice(0, most);
    const strongest = Math.max(1e-6, ...shown.filter(b => !b.isRest).map(b => b.weight));
    const was = (key: number) => {
      const one = this.known.get(key);
      return one ? one.before + (one.seen - one.before) * this.turned : 0;
    };
    const known: typeof this.known = new Map();
    for (const beam of shown) {
      const key = beam.isRest ? -1e9 : beam.x;
      const seen = beam.isRest
        ? Math.min(0.5, strength(beam.weight))
        : 0.3 * strength(beam.weight) + 0.7 * strength(beam.weight / strongest);
      known.set(key, { beam, before: was(key), seen });
    }
    for (const [key, { beam }] of this.known)
      if (!known.has(key) && known.size < drawn && was(key) > 0.02) known.set(key, { beam, before: was(key), seen: 0 });
    this.known = known;
    let n = 0;
    for (const { beam, before, seen } of known.values()) {
      const { x, y, z } = way(beam.x, fromY, toX, toY, pieces);
      for (let i = 0; i <= pieces; i++) {
        const [from, to] = [Math.max(0, i - 1), Math.min(pieces, i + 1)];
        for (const side of [0, 1]) {
          const at = (n * (pieces + 1) + i) * 2 + side;
          this.position.setXYZ(at, x[i]!, y[i]!, z[i]!);
          this.tangent.setXYZ(at, x[to]! - x[from]!, y[to]! - y[from]!, z[to]! - z[from]!);
          this.beam.setXYZW(at, side * 2 - 1, i / pieces, seen, beam.isRest ? 1 : 0);
          this.before.setX(at, before);
        }
      }
      n++;
    }
    this.mesh.geometry.setDrawRange(0, n * pieces * 6);
    for (const attribute of [this.position, this.tangent, this.beam, this.before]) attribute.needsUpdate = true;
  }

  dispose() {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

function indices(): number[] {
  const made: number[] = [];
  for (let n = 0; n < drawn; n++) {
    for (let i = 0; i < pieces; i++) {
      const at = (n * (pieces + 1) + i) * 2;
      made.push(at, at + 1, at + 2, at + 2, at + 1, at + 3);
    }
  }
  return made;
}
