import { describe, expect, test } from 'vitest';
import { spring } from '../src/scene/camera';

describe('the camera goes as a spring does', () => {
  test('it comes to rest where it should, and never beyond', () => {
    let [at, speed] = [0, 0];
    for (let i = 0; i < 60; i++) {
      const [next, now] = spring(at, speed, 10, 8, 1 / 60);
      expect(next).toBeGreaterThan(at);
      [at, speed] = [next, now];
    }
    expect(at).toBeGreaterThan(9.9);
    expect(at).toBeLessThan(10);
  });

  test('it is as far after one long picture as after many short ones', () => {
    let state = spring(0, 0, 10, 8, 0.01);
    for (let i = 1; i < 20; i++) state = spring(...state, 10, 8, 0.01);
    const once = spring(0, 0, 10, 8, 0.2);
    expect(state[0]).toBeCloseTo(once[0]);
    expect(state[1]).toBeCloseTo(once[1]);
  });

  test('an aim that moves on four times a second neither stops nor jerks it', () => {
    let [at, speed] = [0, 0];
    const speeds: number[] = [];
    for (let i = 0; i < 120; i++) {
      [at, speed] = spring(at, speed, Math.floor(i / 15) + 1, 8, 1 / 60);
      if (i >= 60) speeds.push(speed);
    }
    expect(Math.min(...speeds)).toBeGreaterThan(0.35 * Math.max(...speeds));
  });
});
