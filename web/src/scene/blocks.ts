import { BoxGeometry, InstancedBufferAttribute, InstancedMesh, Matrix4, ShaderMaterial } from 'three';
import type { Palette } from './palette';

/** What an instance is; the shader has the same numbers. */
export const kinds = { written: 0, given: 1, block: 2, page: 3 } as const;

/** Patterns of pages; a quantised one has a grid over it. */
export const patterns = { own: 0, adopted: 1, shared: 2, left: 3 } as const;

const vertex = /* glsl */ `
attribute vec4 data; // fill, kind, heat or pattern, again
attribute float before; // heat at the step before
uniform float turn;
varying vec3 place;
varying vec3 size;
varying vec3 eye;
varying vec3 face;
varying vec4 of;
varying float far;
void main() {
  size = vec3(instanceMatrix[0][0], instanceMatrix[1][1], instanceMatrix[2][2]);
  place = position;
  face = normal;
  of = data;
  if (data.y > 1.5 && data.y < 2.5) of.z = mix(before, data.z, turn);
  vec4 world = instanceMatrix * vec4(position, 1.0);
  eye = (cameraPosition - instanceMatrix[3].xyz) / size;
  vec4 view = viewMatrix * world;
  far = -view.z;
  gl_Position = projectionMatrix * view;
}`;

const fragment = /* glsl */ `
uniform vec3 sand, sandLight, glass, paper, again, shared, ink;
uniform float light, flash, haze;
varying vec3 place;
varying vec3 size;
varying vec3 eye;
varying vec3 face;
varying vec4 of;
varying float far;

float grain(vec3 at) {
  return fract(sin(dot(floor(at * 34.0), vec3(12.9898, 78.233, 37.719))) * 43758.5453);
}
float edges() {
  vec3 room = (0.5 - abs(place)) * size + abs(face) * 9.0; // how far the box's edges are, in the face
  float near = min(room.x, min(room.y, room.z));
  float soft = fwidth(near);
  return 1.0 - smoothstep(0.0, max(0.035, soft * 1.6), near);
}
float lit() {
  return 0.74 + 0.26 * dot(face, normalize(vec3(-0.35, 0.85, 0.45)));
}
void main() {
  float edge = edges();
  vec3 look = normalize((place - eye) * size);
  float rim = clamp(1.0 - abs(dot(look, face)), 0.0, 1.0);
  rim *= rim;
  vec4 made;
  if (of.y < 0.5) { // a token that was written: glass with sand in it
    float level = of.x - 0.5;
    vec3 ray = place - eye;
    bool full = place.y < level;
    float depth = ray.y < 0.0 ? (level - place.y) / ray.y : -1.0;
    vec3 meets = place + ray * depth;
    bool top = !full && depth > 0.0 && abs(meets.x) < 0.5 && abs(meets.z) < 0.5;
    vec3 body = sand * lit() * (0.9 + 0.2 * grain(place * size));
    body = mix(body, sandLight, smoothstep(level - 0.05, level, place.y) * 0.55);
    vec3 surface = sandLight * (0.88 + 0.2 * grain(meets * size + 3.0));
    vec3 clear = mix(glass, paper, 0.35);
    float thin = 0.07 + 0.22 * rim;
    made = full ? vec4(body, 0.97) : top ? vec4(mix(surface, clear, thin), 0.96) : vec4(clear, thin);
    made = mix(made, vec4(mix(clear, full ? sandLight : paper, 0.4), 0.9), edge * (full ? 0.55 : 0.85));
  } else if (of.y < 1.5) { // of the prompt: frosted, since nobody chose it
    made = vec4(mix(glass, paper, 0.25) * lit(), 0.16 + 0.12 * rim);
    made = mix(made, vec4(mix(glass, paper, 0.3), 0.6), edge);
  } else if (of.y < 2.5) { // keys and values of one position in some layers
    float there = step(place.x + 0.498, of.x);
    float cold = (1.0 - of.z) * (1.0 - of.z);
    vec3 kept = light > 0.5 ? mix(glass, sand, smoothstep(0.12, 0.45, of.z)) : glass * 0.5 * cold + sand * of.z; // hardly any grey between blue and sand
    float solid = there * (0.22 + 0.6 * of.z);
    float red = flash * of.w;
    vec3 tone = mix(kept, sandLight, of.z * of.z * 0.5) * lit();
    made = vec4(mix(tone, again, red), max(solid, red * 0.9));
    made = mix(made, vec4(mix(kept, again, max(red, of.w * 0.55)), 0.3 + 0.5 * max(of.z, of.w)), edge);
  } else { // a page
    vec2 at = place.xz * size.xz;
    float pattern = of.z;
    vec3 tone = pattern < 0.5 ? glass : pattern < 2.5 ? shared : paper;
    float drawn = 0.2;
    if (pattern > 0.5 && pattern < 1.5) drawn = 0.16 + 0.5 * step(0.5, fract((at.x + at.y) * 1.4));
    if (pattern > 1.5 && pattern < 2.5) drawn = 0.16 + 0.6 * (1.0 - smoothstep(0.2, 0.26, length(fract(at * 2.2) - 0.5)));
    if (pattern > 2.5) drawn = 0.03;
    if (of.x > 0.5) drawn += 0.4 * step(0.86, max(fract(at.x * 2.0), fract(at.y * 2.0)));
    made = vec4(tone, drawn);
    made = mix(made, vec4(tone, pattern > 2.5 ? 0.8 * step(0.5, fract((at.x + at.y) * 3.0)) : 0.85), edge);
  }
  float mist = smoothstep(haze * 0.55, haze, far);
  made.rgb = mix(made.rgb, ink, mist * 0.85);
  made.a *= 1.0 - mist * 0.75;
  if (made.a < 0.01) discard;
  gl_FragColor = made;
  #include <colorspace_fragment>
}`;

/** Where a box is, how large, what it is and what it shows. */
type Box = [
  x: number,
  y: number,
  z: number,
  width: number,
  height: number,
  depth: number,
  fill: number,
  kind: number,
  heat: number,
  again: number,
  heatBefore?: number,
];

/** All boxes of the picture in one draw: glasses, cache blocks, pages. */
export class Blocks {
  readonly mesh: InstancedMesh<BoxGeometry, ShaderMaterial>;
  private capacity: number;
  private readonly matrix = new Matrix4();
  private data: InstancedBufferAttribute;
  private before: InstancedBufferAttribute;
  private used = 0;

  constructor(capacity: number, uniforms: Palette) {
    this.capacity = capacity;
    const material = new ShaderMaterial({
      vertexShader: vertex,
      fragmentShader: fragment,
      transparent: true,
      uniforms: { ...uniforms, flash: { value: 0 }, haze: { value: 60 }, turn: { value: 1 } },
    });
    this.data = new InstancedBufferAttribute(new Float32Array(capacity * 4), 4);
    this.before = new InstancedBufferAttribute(new Float32Array(capacity), 1);
    const geometry = new BoxGeometry(1, 1, 1);
    geometry.setAttribute('data', this.data);
    geometry.setAttribute('before', this.before);
    this.mesh = new InstancedMesh(geometry, material, capacity);
    this.mesh.frustumCulled = false;
  }

  begin() {
    this.used = 0;
  }

  /** Adds one and tells its number, by which it can be placed again. */
  add(...box: Box): number {
    const at = this.used++;
    if (at < this.capacity) this.put(at, ...box);
    return at;
  }

  put(at: number, ...box: Box) {
    const [x, y, z, width, height, depth, fill, kind, heat, again, heatBefore = heat] = box;
    this.matrix.makeScale(width, height, depth).setPosition(x, y, z);
    this.mesh.setMatrixAt(at, this.matrix);
    this.data.setXYZW(at, fill, kind, heat, again);
    this.before.setX(at, heatBefore);
  }

  setFill(at: number, fill: number) {
    this.data.setX(at, fill);
  }

  end() {
    this.mesh.count = Math.min(this.used, this.capacity);
    this.changed();
  }

  changed() {
    this.mesh.instanceMatrix.needsUpdate = true;
    this.data.needsUpdate = true;
    this.before.needsUpdate = true;
  }

  /** Whether another picture needs a larger one of these. */
  get isTooSmall(): boolean {
    return this.used > this.capacity;
  }

  get needed(): number {
    return this.used;
  }

  uniform(name: 'flash' | 'haze' | 'turn', value: number) {
    this.mesh.material.uniforms[name]!.value = value;
  }

  dispose() {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.mesh.dispose();
  }
}
