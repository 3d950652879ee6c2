import type { Page } from './parts';

export const isLight = (): boolean => getComputedStyle(document.documentElement).colorScheme === 'light';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** The system's theme, or the one that a person has chosen, which the browser keeps. */
export function theme(page: Page) {
  const kept = read();
  if (kept) page.store.set({ theme: kept });
  const show = () => {
    const chosen = page.store.get().theme;
    document.documentElement.dataset.theme = chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen;
    document.dispatchEvent(new Event('themechange'));
  };
  dark.addEventListener('change', show);
  page.store.watch(
    s => s.theme,
    chosen => {
      show();
      write(chosen);
    },
  );
}

function read(): 'light' | 'dark' | null {
  try {
    const kept = localStorage.getItem('theme');
    return kept === 'light' || kept === 'dark' ? kept : null;
  } catch {
    return null; // a browser that keeps nothing
  }
}

function write(chosen: string) {
  try {
    if (chosen === 'system') localStorage.removeItem('theme');
    else localStorage.setItem('theme', chosen);
  } catch {
    // the same
  }
}

export function nextTheme(page: Page) {
  const shown = document.documentElement.dataset.theme;
  page.store.set({ theme: shown === 'dark' ? 'light' : 'dark' });
}
