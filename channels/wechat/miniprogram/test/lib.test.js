// The parts that need no page, against code nobody here wrote.
const test = require('node:test');
const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const jsqr = require('jsqr');

const { sha256 } = require('../src/lib/sha256');
const { qr } = require('../src/lib/qr');
const { spoken, day } = require('../src/lib/words');

// Control: the last byte of the length left out of the padding.
test('a digest is that of node', () => {
  for (const text of ['', 'abc', '我填的都是真的。\n', '𠮷'.repeat(40), 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), '求助登记'.repeat(999)]) {
    assert.equal(sha256(text), createHash('sha256').update(text).digest('hex'), `of ${text.length} characters`);
  }
});

/** @param {boolean[][]} grid with a quiet zone, four pixels a module */
function pixels(grid) {
  const scale = 4;
  const side = (grid.length + 8) * scale;
  const out = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const dark = (grid[Math.floor(y / scale) - 4] || [])[Math.floor(x / scale) - 4];
      if (dark) out.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  return jsqr.default ? jsqr.default(out, side, side) : jsqr(out, side, side);
}

// Control: mask and data swapped for one module in two.
test('a receipt is read back by a scanner', () => {
  for (const digits of ['4071882635', '0000000000', '9999999999', '1234567890']) {
    const read = pixels(qr(digits));
    assert.ok(read, `nothing read of ${digits}`);
    assert.equal(read.data, digits);
  }
});

test('numbers and days are said as everywhere', () => {
  assert.equal(spoken('4071882635'), '4071 8826 35');
  assert.equal(day('2026-03-04T20:30:00Z'), '3月5日');
  assert.equal(day('nonsense'), '');
});
