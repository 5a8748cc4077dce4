/**
 * A QR code of a receipt's digits (ISO/IEC 18004, version 1-Q, numeric, mask 0): a
 * window scans it instead of typing. Ten digits always fit, so nothing else is here.
 */
const SIZE = 21;
const DATA = 13; // codewords of data and of correction in 1-Q
const ECC = 13;
const FORMAT = 0b011010101011111; // level Q, mask 0, with its own correction

/** GF(256) over x^8+x^4+x^3+x^2+1. @param {number} a @param {number} b */
function times(a, b) {
  let out = 0;
  for (let x = a, y = b; y > 0; y >>= 1) {
    if (y & 1) out ^= x;
    x = x & 128 ? (x << 1) ^ 0x11d : x << 1;
  }
  return out;
}

function generator() {
  let poly = [1];
  for (let i = 0, root = 1; i < ECC; i += 1, root = times(root, 2)) {
    const next = poly.concat(0);
    poly.forEach((c, at) => {
      next[at + 1] ^= times(c, root);
    });
    poly = next;
  }
  return poly;
}

/** @param {number[]} data */
function correction(data) {
  const by = generator();
  const rest = data.concat(new Array(ECC).fill(0));
  for (let i = 0; i < data.length; i += 1) {
    const lead = rest[i];
    by.forEach((c, at) => {
      rest[i + at] ^= times(c, lead);
    });
  }
  return rest.slice(data.length);
}

/** @param {string} digits */
function codewords(digits) {
  let bits = '0001' + digits.length.toString(2).padStart(10, '0');
  for (let i = 0; i < digits.length; i += 3) {
    const part = digits.slice(i, i + 3);
    bits += Number(part).toString(2).padStart([0, 4, 7, 10][part.length], '0');
  }
  bits += '0000';
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  const out = (bits.match(/.{8}/g) || []).map((b) => parseInt(b, 2));
  for (let i = 0; out.length < DATA; i += 1) out.push(i % 2 ? 0x11 : 0xec);
  return out;
}

/** The parts that are the same in every code; null is free for data. */
function frame() {
  /** @type {(boolean|null)[][]} */
  const grid = Array.from({ length: SIZE }, () => new Array(SIZE).fill(null));
  const finder = (/** @type {number} */ top, /** @type {number} */ left) => {
    for (let y = -1; y <= 7; y += 1) {
      for (let x = -1; x <= 7; x += 1) {
        if (!grid[top + y] || grid[top + y][left + x] === undefined) continue;
        const ring = Math.max(Math.abs(y - 3), Math.abs(x - 3));
        grid[top + y][left + x] = ring !== 2 && ring !== 4;
      }
    }
  };
  finder(0, 0);
  finder(0, SIZE - 7);
  finder(SIZE - 7, 0);
  for (let i = 8; i < SIZE - 8; i += 1) grid[6][i] = grid[i][6] = i % 2 === 0;
  grid[SIZE - 8][8] = true;
  formats(grid);
  return grid;
}

/** @param {(boolean|null)[][]} grid */
function formats(grid) {
  for (let i = 0; i < 15; i += 1) {
    const on = ((FORMAT >> i) & 1) === 1;
    const down = i < 6 ? i : i < 8 ? i + 1 : SIZE - 15 + i;
    const across = i < 8 ? SIZE - 1 - i : i === 8 ? 7 : 14 - i;
    grid[down][8] = on;
    grid[8][across] = on;
  }
}

/**
 * @param {string} digits at most 27 of them
 * @returns {boolean[][]} rows of dark and light
 */
function qr(digits) {
  const data = codewords(digits);
  const bits = data.concat(correction(data)).map((b) => b.toString(2).padStart(8, '0')).join('');
  const grid = frame();
  let at = 0;
  for (let right = SIZE - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right -= 1; // the timing line takes a column
    for (let step = 0; step < SIZE; step += 1) {
      const y = up ? SIZE - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (grid[y][x] !== null) continue;
        grid[y][x] = (bits[at] === '1') !== ((x + y) % 2 === 0);
        at += 1;
      }
    }
  }
  return grid.map((row) => row.map(Boolean));
}

module.exports = { qr };
