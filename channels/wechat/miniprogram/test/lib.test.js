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

// Control: fontSizeScaleFactor not looked at.
test('letters follow what WeChat is set to, and never fall below the body', () => {
  const care = require('../src/lib/care');
  const sizes = [[{ fontSizeSetting: 17 }, false, 18], [{ fontSizeSetting: 15 }, false, 18], [{ fontSizeSetting: 23.8 }, false, 25.2], [{ fontSizeSetting: 16, fontSizeScaleFactor: 1.75 }, false, 31.5],
    [{}, true, 23.8], [{ fontSizeSetting: 23.8 }, true, 25.2], [{ fontSizeScaleFactor: 3 }, true, 32]];
  for (const [info, on, want] of sizes) {
    globalThis.wx = { getAppBaseInfo: () => info, getStorageSync: () => (on ? true : '') };
    assert.equal(care.rootSize(), want, JSON.stringify(info) + on);
  }
});

const { answerOf, blank, draftOf } = require('../src/lib/answer');

// Control: half a certificate taken for one; "1.2万" read as 1.2.
test('what stands on the screen is what the interview takes, or nothing', () => {
  const d = (more) => ({ ...blank(), ...more });
  for (const [type, draft, want] of [
    ['money', d({ text: '12,000 元' }), { value: 12000 }], ['money', d({ text: '1.2万' }), { said: '1.2万' }], ['money', d({ text: ' ' }), null], ['money', d({ text: '0' }), { value: 0 }],
    ['number', d({ text: '3' }), { value: 3 }], ['number', d({ text: '两三个' }), { said: '两三个' }], ['yes_no', d({ chosen: ['false'] }), { value: false }], ['yes_no', d({}), null],
    ['choice', d({ chosen: ['rural'] }), { value: 'rural' }], ['many', d({ chosen: ['a', 'b'] }), { value: ['a', 'b'] }], ['id', d({ text: ' 37142419630315002X ' }), { value: '37142419630315002X' }],
    ['family', d({ rows: [{ relation: 'spouse', age: '71' }, { relation: 'child', age: '' }, { relation: '', age: '' }] }), { value: [{ relation: 'spouse', age: 71 }, { relation: 'child' }] }],
    ['family', d({ rows: [{ relation: '', age: '8' }] }), null], ['disability', d({ chosen: ['limb'], grade: ['1'] }), { value: { kind: 'limb', grade: 1 } }], ['disability', d({ chosen: ['limb'] }), null],
    ['parents', d({ chosen: ['dead'], second: ['missing'] }), { value: ['dead', 'missing'] }], ['shocks', d({ chosen: ['fire'], date: '2026-11-05' }), { value: [{ kind: 'fire', date: '2026-11-05' }] }],
    ['shocks', d({ chosen: ['fire'], date: '去年' }), { value: [{ kind: 'fire' }] }], ['text', d({ text: '村东头' }), { value: '村东头' }],
  ]) {
    const got = answerOf({ kind: 'question', type }, draft);
    assert.deepEqual(got, want, type);
    if (got && 'value' in got) assert.deepEqual(answerOf({ kind: 'question', type }, d(draftOf({ type }, got.value))), got, `${type} put right again`);
  }
  assert.deepEqual(answerOf({ kind: 'round', type: 'yes_no' }, d({ chosen: ['m2'] })), { members: ['m2'] });
});
