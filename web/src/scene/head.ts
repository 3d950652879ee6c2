import {
  AdditiveBlending,
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  Group,
  Mesh,
  MeshBasicMaterial,
  NormalBlending,
  Points,
  ShaderMaterial,
  SphereGeometry,
  Sprite,
  SpriteMaterial,
} from 'three';
import type { Palette } from './palette';

const grains = 90;

const vertex = /* glsl */ `
attribute vec4 seed; // x and z about the stream, delay, speed
uniform float fall, drop, ratio;
varying float shown;
void main() {
  float t = (fall - seed.z) * seed.w;
  shown = step(0.0, t) * step(t, 1.0) * step(fall, 0.999);
  vec3 at = vec3(seed.x, -t * t * drop, seed.y);
  vec4 view = modelViewMatrix * vec4(at, 1.0);
  gl_PointSize = shown * ratio * 44.0 / -view.z;
  gl_Position = projectionMatrix * view;
}`;

const fragment = /* glsl */ `
uniform vec3 sandLight;
varying float shown;
void main() {
  float far = length(gl_PointCoord - 0.5);
  if (shown < 0.5 || far > 0.5) discard;
  gl_FragColor = vec4(sandLight, 1.0 - far);
  #include <colorspace_fragment>
}`;

/** The write head: a sphere that glows, out of which the sand of the next token falls. */
export class Head {
  readonly group = new Group();
  private readonly ball: Mesh<SphereGeometry, MeshBasicMaterial>;
  private readonly glow: Sprite;
  private readonly stream: Points<BufferGeometry, ShaderMaterial>;

  constructor(private readonly colors: Palette) {
    this.ball = new Mesh(new SphereGeometry(0.23, 24, 16), new MeshBasicMaterial());
    this.glow = new Sprite(new SpriteMaterial({ map: halo(), transparent: true, depthWrite: false }));
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(grains * 3), 3));
    geometry.setAttribute('seed', new BufferAttribute(seeds(), 4));
    this.stream = new Points(
      geometry,
      new ShaderMaterial({
        vertexShader: vertex,
        fragmentShader: fragment,
        transparent: true,
        depthWrite: false,
        uniforms: { ...colors, fall: { value: 1 }, drop: { value: 2.4 }, ratio: { value: 1 } },
      }),
    );
    this.stream.frustumCulled = false;
    this.stream.renderOrder = 3;
    this.glow.renderOrder = 4;
    this.group.add(this.ball, this.glow);
    this.themeChanged();
  }

  get falling(): Points {
    return this.stream;
  }

  themeChanged() {
    const light = this.colors.light.value === 1;
    this.ball.material.color.copy(light ? this.colors.sand.value : this.colors.sandLight.value);
    this.glow.material.color.copy(this.colors.sand.value);
    this.glow.material.blending = light ? NormalBlending : AdditiveBlending;
    this.glow.material.opacity = light ? 0.55 : 0.9;
    this.glow.material.needsUpdate = true;
  }

  resize(ratio: number) {
    this.stream.material.uniforms.ratio!.value = ratio;
  }

  /** 1 at rest; larger while it works. */
  set brightness(value: number) {
    this.glow.scale.setScalar(1.9 * value);
  }

  /** 0 to 1: how far the sand of a token has come; at 1 none falls. */
  set fall(value: number) {
    this.stream.material.uniforms.fall!.value = value;
  }

  dispose() {
    this.ball.geometry.dispose();
    this.ball.material.dispose();
    this.glow.material.map?.dispose();
    this.glow.material.dispose();
    this.stream.geometry.dispose();
    this.stream.material.dispose();
  }
}

/** The same grains every time. */
function seeds(): Float32Array {
  const made = new Float32Array(grains * 4);
  for (let i = 0; i < grains; i++) {
    const angle = i * 2.399963;
    const far = 0.15 * Math.sqrt(i / grains);
    made.set([Math.cos(angle) * far, Math.sin(angle) * far, (i / grains) * 0.55, 2.2], i * 4);
  }
  return made;
}

function halo(): CanvasTexture {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 128;
  const draw = canvas.getContext('2d')!;
  const round = draw.createRadialGradient(64, 64, 0, 64, 64, 64);
  round.addColorStop(0, 'rgba(255,255,255,0.9)');
  round.addColorStop(0.25, 'rgba(255,255,255,0.35)');
  round.addColorStop(1, 'rgba(255,255,255,0)');
  draw.fillStyle = round;
  draw.fillRect(0, 0, 128, 128);
  return new CanvasTexture(canvas);
}
