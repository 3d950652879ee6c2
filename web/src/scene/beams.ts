import { AdditiveBlending, BufferAttribute, BufferGeometry, DoubleSide, Mesh, NormalBlending, ShaderMaterial, Vector2 } from 'three';
import { strength, way } from './curve';
import type { Palette } from './palette';

const pieces = 36;
const most = 25; // the strongest 24, and one for the rest

export interface Beam {
  x: number;
  weight: number;
  /** All that is not among the strongest, as one dashed beam. */
  isRest: boolean;
}

const vertex = /* glsl */ `
attribute vec3 tangent3;
attribute vec4 beam; // side, along, strength, rest
uniform vec2 resolution;
uniform float ratio;
varying vec4 of;
void main() {
  of = beam;
  vec4 here = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  vec4 there = projectionMatrix * modelViewMatrix * vec4(position + tangent3 * 0.05, 1.0);
  vec2 direction = (there.xy / there.w - here.xy / here.w) * resolution;
  direction = length(direction) > 1e-6 ? normalize(direction) : vec2(1.0, 0.0);
  float width = (1.8 + 6.0 * beam.z) * ratio;
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
  private readonly position = new BufferAttribute(new Float32Array(most * (pieces + 1) * 2 * 3), 3);
  private readonly tangent = new BufferAttribute(new Float32Array(most * (pieces + 1) * 2 * 3), 3);
  private readonly beam = new BufferAttribute(new Float32Array(most * (pieces + 1) * 2 * 4), 4);

  constructor(uniforms: Palette) {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', this.position);
    geometry.setAttribute('tangent3', this.tangent);
    geometry.setAttribute('beam', this.beam);
    geometry.setIndex(indices());
    geometry.setDrawRange(0, 0);
    const material = new ShaderMaterial({
      vertexShader: vertex,
      fragmentShader: fragment,
      transparent: true,
      depthWrite: false,
      side: DoubleSide,
      uniforms: { ...uniforms, resolution: { value: new Vector2(1, 1) }, ratio: { value: 1 }, pulse: { value: 2 } },
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

  draw(beams: readonly Beam[], fromY: number, toX: number, toY: number) {
    const shown = beams.slice(0, most);
    const strongest = Math.max(1e-6, ...shown.filter(b => !b.isRest).map(b => b.weight));
    shown.forEach((beam, n) => {
      const { x, y, z } = way(beam.x, fromY, toX, toY, pieces);
      const seen = beam.isRest
        ? Math.min(0.5, strength(beam.weight))
        : 0.3 * strength(beam.weight) + 0.7 * strength(beam.weight / strongest);
      for (let i = 0; i <= pieces; i++) {
        const [before, after] = [Math.max(0, i - 1), Math.min(pieces, i + 1)];
        for (const side of [0, 1]) {
          const at = (n * (pieces + 1) + i) * 2 + side;
          this.position.setXYZ(at, x[i]!, y[i]!, z[i]!);
          this.tangent.setXYZ(at, x[after]! - x[before]!, y[after]! - y[before]!, z[after]! - z[before]!);
          this.beam.setXYZW(at, side * 2 - 1, i / pieces, seen, beam.isRest ? 1 : 0);
        }
      }
    });
    this.mesh.geometry.setDrawRange(0, shown.length * pieces * 6);
    for (const attribute of [this.position, this.tangent, this.beam]) attribute.needsUpdate = true;
  }

  dispose() {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

function indices(): number[] {
  const made: number[] = [];
  for (let n = 0; n < most; n++) {
    for (let i = 0; i < pieces; i++) {
      const at = (n * (pieces + 1) + i) * 2;
      made.push(at, at + 1, at + 2, at + 2, at + 1, at + 3);
    }
  }
  return made;
}
