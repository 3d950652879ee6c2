import type { Camera } from '../state/state';
import type { Page } from './parts';

const cameras: Record<string, Camera> = { '1': 'top', '2': 'front', '3': 'follow', '4': 'head', '5': 'orbit' };

/** Keys for the whole page, where nobody types: the space bar pauses, . and , step, digits are cameras. They are listed beside the transport. */
export function keyboard(page: Page) {
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const at = event.target as HTMLElement;
    if (at.closest('input, textarea, select, dialog, [contenteditable], [role=tree], [role=tablist], [role=listbox]')) return;
    if (document.querySelector<HTMLElement>('.controls')?.hidden) return; // a view with keys of its own
    const { player, store } = page;
    const onButton = at.closest('button, a, summary') !== null;
    if (event.key === ' ' && !onButton) player.toggle();
    else if (event.key === '.') player.step();
    else if (event.key === ',') player.back();
    else if (event.key === 'c') player.setCache(!store.get().cache);
    else if (cameras[event.key]) store.set({ camera: cameras[event.key]! });
    else return;
    event.preventDefault();
  });
}
