import { askForKeyWith } from '../engine/key';
import { h } from './dom';

/** Asks for the server's key when it wants one. The key stays in memory and is gone with the page. */
export function askForKey() {
  askForKeyWith(
    () =>
      new Promise(resolve => {
        const field = h('input', { type: 'password', id: 'key', autocomplete: 'off', required: true });
        const dialog = h(
          'dialog',
          { class: 'key', 'aria-labelledby': 'key-title' },
          h(
            'form',
            { method: 'dialog' },
            h('h2', { id: 'key-title' }, 'This server asks for a key'),
            h('p', {}, 'It is sent with each request and kept until the page is closed.'),
            h('label', { for: 'key' }, 'API key'),
            field,
            h(
              'div',
              { class: 'row' },
              h('button', { value: 'give', class: 'primary' }, 'Use it'),
              h('button', { value: '', formnovalidate: true }, 'Cancel'),
            ),
          ),
        );
        dialog.addEventListener('close', () => {
          resolve(dialog.returnValue === 'give' && field.value !== '' ? field.value : null);
          dialog.remove();
        });
        document.body.append(dialog);
        dialog.showModal();
      }),
  );
}
