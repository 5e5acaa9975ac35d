import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Relative addresses: the page works under any sub-path (spec/auth.md §7). */
export default defineConfig({
  base: './',
  plugins: [react(), tailwindcss()],
  build: { emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
