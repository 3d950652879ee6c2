import { defineConfig } from 'vitest/config';

// `npm run dev` shows the page from its sources, with the routes of a server that runs (`sandglass serve`).
const server =
  (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env.SANDGLASS_URL ?? 'http://127.0.0.1:8080';
const routes = ['/trace', '/v1', '/tokenize', '/detokenize', '/apply-template', '/health', '/ready', '/metrics'];

/** While developing, styles come as scripts and changes through a socket, which the page's own policy forbids. */
const withoutPolicy = {
  name: 'without-policy',
  apply: 'serve' as const,
  transformIndexHtml: (html: string) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

export default defineConfig({
  plugins: [withoutPolicy],
  base: './', // the static folder works at any path
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the policy of contents has no data: addresses
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 640, // three is fetched when the scene is first looked at
  },
  server: { proxy: Object.fromEntries(routes.map(route => [route, server])) },
  test: { include: ['tests/**/*.test.ts'] },
});
