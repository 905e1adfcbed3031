import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** The parts of the field map on a bare page, for browser tests that must not wait for the screens around it. */
export default defineConfig({ root: import.meta.dirname, base: '/harness/', plugins: [vue()], build: { emptyOutDir: true } });
