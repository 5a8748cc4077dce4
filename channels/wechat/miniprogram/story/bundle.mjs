// Makes one page for a browser out of the mini-program: its own wxml, js and wxss on
// WeChat's own component engine (glass-easel), with what the phone gives stubbed in
// phone.js. Usage: node story/bundle.mjs FOLDER
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const src = path.join(here, '..', 'src');
const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler');
const out = process.argv[2];
if (!out) throw new Error('usage: node story/bundle.mjs FOLDER');

const app = read('app.json');
const parts = fs.readdirSync(path.join(src, 'components')).map((name) => `components/${name}/index`).concat(app.pages);

function read(file) {
  return JSON.parse(fs.readFileSync(path.join(src, file), 'utf8'));
}

function templates() {
  const group = new TmplGroup();
  for (const at of parts) {
    const faults = group.addTmpl(at, fs.readFileSync(path.join(src, at + '.wxml'), 'utf8'));
    for (const f of faults) console.error(`${at}.wxml: ${f.message || JSON.stringify(f)}`);
  }
  return group.getTmplGenObjectGroups();
}

// A component's own styles may name no tags, so all of them can stand on one page.
function styles() {
  const files = ['app.wxss', ...parts.map((at) => at + '.wxss')].map((f) => path.join(src, f)).filter((f) => fs.existsSync(f));
  const css = files.map((f) => fs.readFileSync(f, 'utf8').replace(/@import[^;]*;/g, '')).join('\n');
  return fs.readFileSync(path.join(here, 'tags.css'), 'utf8') + css.replace(/^page\b/gm, 'body');
}

function entry() {
  const define = parts.map((at) => {
    const config = read(at + '.json');
    config.usingComponents = { ...app.usingComponents, ...config.usingComponents };
    return `define(${JSON.stringify(at)}, ${JSON.stringify(config)}, templates[${JSON.stringify(at)}], () => require('./src/${at}.js'));`;
  });
  return `import { define, start } from './story/engine.js';
import './story/phone.js';
const templates = ${templates()};
${define.join('\n')}
globalThis.App = () => start(${JSON.stringify(app.pages)});
require('./src/app.js');`;
}

fs.mkdirSync(out, { recursive: true });
const built = await esbuild.build({
  stdin: { contents: entry(), resolveDir: path.join(here, '..'), loader: 'js' },
  bundle: true, format: 'iife', target: 'chrome100', outfile: path.join(out, 'app.js'), logLevel: 'warning', minify: true, charset: 'utf8', metafile: true,
});
fs.writeFileSync(path.join(out, 'app.css'), styles());
fs.copyFileSync(path.join(here, 'index.html'), path.join(out, 'index.html'));
console.log(Object.values(built.metafile.outputs).map((o) => o.bytes).join(' '));
