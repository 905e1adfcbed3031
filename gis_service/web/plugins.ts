import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const here = import.meta.dirname;

/** Libraries the self-contained folium pages carry inside them: they are read from dist/vendor by the server. */
const VENDOR: Record<string, string> = {
  'leaflet.js': 'leaflet/dist/leaflet.js',
  'leaflet.css': 'leaflet/dist/leaflet.css',
  'images/layers.png': 'leaflet/dist/images/layers.png',
  'images/layers-2x.png': 'leaflet/dist/images/layers-2x.png',
  'images/marker-icon.png': 'leaflet/dist/images/marker-icon.png',
  'images/marker-icon-2x.png': 'leaflet/dist/images/marker-icon-2x.png',
  'images/marker-shadow.png': 'leaflet/dist/images/marker-shadow.png',
  'jquery.min.js': 'jquery/dist/jquery.min.js',
};

const COMPRESSED = /\.(js|css|html|json|svg|map)$/;

/** Copies the vendor files beside the build. */
export function vendorFiles(): Plugin {
  return {
    name: 'vendor-files',
    apply: 'build',
    writeBundle({ dir }) {
      for (const [name, source] of Object.entries(VENDOR)) {
        const target = join(dir ?? 'dist', 'vendor', name);
        mkdirSync(dirname(target), { recursive: true });
        copyFileSync(resolve(here, 'node_modules', source), target);
      }
    },
  };
}

/** Writes `name.gz` beside every text file, because the server sends files as they lie and does not compress. */
export function gzipSiblings(): Plugin {
  return {
    name: 'gzip-siblings',
    apply: 'build',
    enforce: 'post',
    closeBundle() {
      const out = resolve(here, 'dist');
      if (!existsSync(out)) return;
      for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
        if (COMPRESSED.test(name)) compress(join(out, name));
      }
    },
  };
}

function compress(path: string): void {
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }));
}
