// Every file through the compilers that WeChat's own tools use.
const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const root = path.join(__dirname, '..', 'src');
const bin = (/** @type {string} */ name) => {
  const folder = process.platform === 'darwin' ? 'mac' : 'linux';
  const file = path.join(path.dirname(require.resolve('miniprogram-compiler/package.json')), 'bin', folder, name);
  fs.chmodSync(file, 0o755); // npm unpacks it without the bit
  return file;
};

/** @param {string} ext @param {string} [dir] @returns {string[]} relative to src */
function files(ext, dir = '') {
  return fs.readdirSync(path.join(root, dir), { withFileTypes: true }).flatMap((f) => {
    const at = path.posix.join(dir, f.name);
    if (f.isDirectory()) return files(ext, at);
    return at.endsWith(ext) ? [at] : [];
  });
}

/** @param {string} tool @param {string[]} args @param {string} cwd */
function run(tool, args, cwd) {
  const got = spawnSync(bin(tool), args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20 });
  assert.ifError(got.error);
  return got;
}

// Control: an end tag taken away, below.
test('wcc compiles every page and component', () => {
  const all = files('.wxml');
  assert.ok(all.length > 20, `only ${all.length} files`);
  const got = run('wcc', ['-d', ...all], root);
  assert.equal(got.status, 0, got.stderr);
  assert.equal(got.stderr, '');
  for (const f of all) assert.ok(got.stdout.includes(f), `${f} is not in what came out`);
});

test('wcc refuses a missing end tag', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'wcc-'));
  try {
    fs.writeFileSync(path.join(dir, 'bad.wxml'), '<view><text>求助</view>');
    const got = run('wcc', ['-d', 'bad.wxml'], dir);
    assert.match(got.stderr + got.stdout, /expect end-tag|bad\.wxml/);
    assert.notEqual(got.status, 0);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
});

// Control: a brace taken away in one of them.
test('wcsc compiles every style', () => {
  const all = files('.wxss');
  const got = run('wcsc', ['-lc', ...all], root);
  assert.equal(got.status, 0, got.stderr);
  assert.equal(got.stderr, '');
});
