import vue from '@vitejs/plugin-vue';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

import { gzipSiblings, vendorFiles } from './plugins.ts';

const here = import.meta.dirname;

/** One project, one page per audience: each page is a folder with its own index.html. */
export default defineConfig({
  root: here,
  base: '/static/',
  plugins: [vue(), vendorFiles(), gzipSiblings()],
  build: {
    manifest: true,
    chunkSizeWarningLimit: 800,
    outDir: resolve(here, 'dist'),
    rolldownOptions: { checks: { pluginTimings: false }, input: { desk: resolve(here, 'desk/index.html'), field: resolve(here, 'field/index.html') } },
  },
  test: { include: ['tests/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
