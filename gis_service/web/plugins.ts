import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { build, type Manifest, type Plugin } from 'vite';

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

/** What `public/` brings for the field, installed with it. */
const FIELD_PUBLIC = ['field/manifest.webmanifest', 'field/icon.svg', 'field/icon-192.png', 'field/icon-512.png'];

/** Builds the service worker of the field (`dist/field/sw.js`, one file) with the list of all files this build's field page needs. */
export function fieldWorker(define: Record<string, string>): Plugin {
  return {
    name: 'field-worker',
    apply: 'build',
    async closeBundle() {
      const out = resolve(here, 'dist');
      if (!existsSync(join(out, '.vite/manifest.json'))) return;
      const manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8')) as Manifest;
      const files = [...filesOf(manifest, 'field/index.html')].sort();
      const contents = [...files, ...FIELD_PUBLIC, 'field/index.html'].map((name) => readFileSync(join(out, name)));
      const addresses = [...files.map((name) => `/static/${name}`), ...FIELD_PUBLIC.map((name) => (name.endsWith('.webmanifest') ? `/${name}` : `/static/${name}`))];
      await build({
        configFile: false, root: here, publicDir: false, logLevel: 'warn',
        define: {
          ...define,
          __BUILD__: JSON.stringify(hashOf(contents)), __FILES__: JSON.stringify(addresses), __ENTRY__: JSON.stringify(`/static/${manifest['field/index.html']!.file}`),
        },
        build: {
          outDir: join(out, 'field'), emptyOutDir: false,
          lib: { entry: resolve(here, 'src/field/sw.ts'), formats: ['iife'], name: 'fieldWorker', fileName: () => 'sw.js' },
        },
      });
    },
  };
}

/** A page's script, all it imports now or later, and their styles and pictures. */
function filesOf(manifest: Manifest, key: string, found = new Set<string>(), seen = new Set<string>()): Set<string> {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return found;
  seen.add(key);
  for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) found.add(file);
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) filesOf(manifest, next, found, seen);
  return found;
}

function hashOf(contents: Buffer[]): string {
  const hash = createHash('sha256');
  for (const one of contents) hash.update(one);
  return hash.digest('hex').slice(0, 12);
}

/** The version that the field app says of itself in every record: that of the product, and a word for these very sources. */
export function appVersion(): string {
  const version = /^version = "(.+)"/m.exec(readFileSync(resolve(here, '../../pyproject.toml'), 'utf8'))?.[1] ?? '0';
  const sources = ['src/field', 'src/shared'].flatMap((folder) =>
    readdirSync(resolve(here, folder), { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name)));
  return `${version}+${hashOf(sources.sort().map((path) => readFileSync(path))).slice(0, 8)}`;
}
