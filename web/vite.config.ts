import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { defineConfig } from 'vite';
import { guide } from './guide/plugin.ts';

// `npm run dev` shows the page from its sources, with the routes of a server that runs (`sandglass serve`).
const server = process.env.SANDGLASS_URL ?? 'http://127.0.0.1:8080';
const routes = ['/trace', '/v1', '/tokenize', '/detokenize', '/apply-template', '/health', '/ready', '/metrics', '/activity'];

/** While developing, styles come as scripts and changes through a socket, which the page's own policy forbids. */
const withoutPolicy = {
  name: 'without-policy',
  apply: 'serve' as const,
  transformIndexHtml: (html: string) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

/** Each file that becomes smaller lies compressed beside itself: the server embeds and sends it as it is. */
const packed = {
  name: 'packed',
  apply: 'build' as const,
  async writeBundle({ dir }: { dir?: string }) {
    if (!dir) return;
    for (const name of await readdir(dir, { recursive: true })) {
      if (!/\.(js|css|html|svg|json|wasm)$/.test(name)) continue;
      const file = join(dir, name);
      const plain = await readFile(file);
      const small = brotliCompressSync(plain, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
      });
      if (small.length < plain.length) await writeFile(`${file}.br`, small);
    }
  },
};

/** Shaders come without their indentation and comments, which no minifier of scripts takes out of a text. */
const leanShaders = {
  name: 'lean-shaders',
  apply: 'build' as const,
  transform: (code: string, id: string) =>
    /\/three\/build\/[^/]*\.js$/.test(id) ? { code: code.replace(/\n[\t ]+/g, '\n').replace(/\n(?:\/\/.*)?(?=\n)/g, ''), map: null } : null,
};

/** What lab and guide alone are made of lies apart: neither is of the first view, and what there is to download is counted apart too. */
const aside = (of: readonly string[]) =>
  of.length > 0 && of.every(path => /\/src\/(lab|guide)\/|\/src\/page\/plot|virtual:guide|contract\/lab/.test(path));

export default defineConfig({
  plugins: [guide, withoutPolicy, leanShaders, packed],
  base: './', // the static folder works at any path
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the policy of contents has no data: addresses
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 640, // three is fetched when the scene is first looked at
    rolldownOptions: {
      output: {
        chunkFileNames: chunk => `assets/${aside(chunk.moduleIds) ? 'aside/' : ''}[name]-[hash].js`,
        assetFileNames: asset =>
          `assets/${asset.names.some(name => /^(reader|desk|plot)\./.test(name)) ? 'aside/' : ''}[name]-[hash][extname]`,
      },
    },
  },
  server: { proxy: Object.fromEntries(routes.map(route => [route, server])) },
});
