import vue from '@vitejs/plugin-vue';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

import { appVersion, fieldWorker, gzipSiblings, vendorFiles } from './plugins.ts';

const here = import.meta.dirname;
const define = { __APP__: JSON.stringify(appVersion()) };

/** One project, one page per audience: each page is a folder with its own index.html. */
export default defineConfig({
  root: here,
  base: '/static/',
  define,
  plugins: [vue(), vendorFiles(), fieldWorker(define), gzipSiblings()],
  build: {
    manifest: true,
    chunkSizeWarningLimit: 800,
    outDir: resolve(here, 'dist'),
    rolldownOptions: { checks: { pluginTimings: false }, input: { desk: resolve(here, 'desk/index.html'), field: resolve(here, 'field/index.html') } },
  },
  test: { include: ['tests/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
