/** When the page has been on the screen once: what is costly and not seen at once waits for it. A page in the background is never drawn, and waits a while. */
export const painted = new Promise<void>(resolve => {
  requestAnimationFrame(() => setTimeout(resolve));
  setTimeout(resolve, 500);
});
