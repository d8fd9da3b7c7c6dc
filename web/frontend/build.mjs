// Build the front end: each file in src/entries becomes one hashed, precompressed file in web/static/dist,
// listed in manifest.json; src/feel/index.js becomes engine/feel/dist/feel.js for the V8 isolate of the server.
import { build } from 'esbuild';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exposeFeelin } from './src/feel/expose.mjs';
import { decisionPackages } from './src/decisions/packages.mjs';
import { panelPackages } from './src/studio/panel_packages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(here, '../static/dist');
const feelDist = resolve(here, '../../engine/feel/dist');
const entriesFolder = join(here, 'src/entries');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
mkdirSync(feelDist, { recursive: true });

const entries = readdirSync(entriesFolder).filter((name) => ['.js', '.css'].includes(extname(name)));
const pages = await build({
  entryPoints: entries.map((name) => join(entriesFolder, name)),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022', 'safari15'],
  legalComments: 'none',
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.svg': 'text', '.png': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl', '.eot': 'dataurl' },
  plugins: [panelPackages, decisionPackages],
  outdir: dist,
  metafile: true,
  logLevel: 'warning',
});

const manifest = {};
for (const [output, meta] of Object.entries(pages.metafile.outputs)) {
  const file = basename(output);
  if (meta.entryPoint) {
    const name = basename(meta.entryPoint);
    manifest[name] = file;
    // The style that a script imports has the script's name.
    if (meta.cssBundle) manifest[name.replace(/\.js$/, '.css')] = basename(meta.cssBundle);
  }
}
for (const file of readdirSync(dist)) {
  const body = readFileSync(join(dist, file));
  writeFileSync(join(dist, `${file}.gz`), gzipSync(body, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  writeFileSync(join(dist, `${file}.br`), brotliCompressSync(body, { params }));
}
writeFileSync(join(dist, 'manifest.json'), JSON.stringify(manifest, null, 2));

const feelEntry = join(here, 'src/feel/index.js');
if (existsSync(feelEntry)) {
  await build({
    entryPoints: [feelEntry],
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2022'],
    legalComments: 'none',
    plugins: [exposeFeelin],
    outfile: join(feelDist, 'feel.js'),
    logLevel: 'warning',
  });
}
