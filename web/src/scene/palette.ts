import { Color } from 'three';

/** The page's colours, as the shaders take them: the same objects for all, changed when the theme is. */
export type Palette = {
  sand: { value: Color };
  sandLight: { value: Color };
  glass: { value: Color };
  paper: { value: Color };
  again: { value: Color };
  shared: { value: Color };
  ink: { value: Color };
  /** 1 in the light theme. */
  light: { value: number };
};

const names = {
  sand: '--sand',
  sandLight: '--sand-2',
  glass: '--glass',
  paper: '--text',
  again: '--again',
  shared: '--shared',
  ink: '--ink',
} as const;

export function palette(): Palette {
  const made = { light: { value: 0 } } as Palette;
  for (const name of Object.keys(names) as (keyof typeof names)[]) made[name] = { value: new Color() };
  read(made);
  return made;
}

export function read(into: Palette) {
  const style = getComputedStyle(document.documentElement);
  for (const name of Object.keys(names) as (keyof typeof names)[]) into[name].value.set(style.getPropertyValue(names[name]).trim());
  into.light.value = document.documentElement.dataset.theme === 'light' ? 1 : 0;
  if (into.light.value === 1) into.sandLight.value.set('#e3b35c'); // on paper sand's top is lighter than sand, its letters darker
}
