/**
 * SHA-256 (FIPS 180-4), because a mini-program has no crypto of its own: the digest
 * of the text above a signature goes with it, so that no other text can be put there.
 */

/** @param {number} n */
const isPrime = (n) => {
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false;
  return true;
};

/**
 * The first bits of the fractional parts of roots of primes.
 * @param {number} count
 * @param {number} power
 */
function rootsOfPrimes(count, power) {
  const out = [];
  for (let n = 2; out.length < count; n += 1) {
    if (isPrime(n)) out.push(((n ** power % 1) * 2 ** 32) | 0);
  }
  return out;
}

const K = rootsOfPrimes(64, 1 / 3);
const START = rootsOfPrimes(8, 1 / 2);

/** @param {string} text */
function utf8(text) {
  const escaped = encodeURIComponent(text).replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Array.from(escaped, (c) => c.charCodeAt(0));
}

/** @param {number[]} bytes */
function padded(bytes) {
  const out = bytes.concat(0x80);
  while (out.length % 64 !== 56) out.push(0);
  const bits = bytes.length * 8;
  for (let shift = 56; shift >= 0; shift -= 8) out.push(Math.floor(bits / 2 ** shift) & 255);
  return out;
}

/**
 * @param {number} x
 * @param {number} n
 */
const turn = (x, n) => (x >>> n) | (x << (32 - n));

/**
 * @param {number[]} bytes
 * @param {number} at
 */
function schedule(bytes, at) {
  /** @type {number[]} */
  const w = [];
  for (let i = 0; i < 64; i += 1) {
    if (i < 16) {
      const j = at + i * 4;
      w.push((bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3]);
    } else {
      const a = w[i - 15];
      const b = w[i - 2];
      w.push((w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0);
    }
  }
  return w;
}

/**
 * @param {number[]} state
 * @param {number[]} w
 */
function compress(state, w) {
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((v, i) => (v + state[i]) | 0);
}

/**
 * @param {string} text
 * @returns {string} lower-case hex
 */
function sha256(text) {
  const bytes = padded(utf8(text));
  let state = START;
  for (let at = 0; at < bytes.length; at += 64) state = compress(state, schedule(bytes, at));
  return state.map((v) => (v >>> 0).toString(16).padStart(8, '0')).join('');
}

module.exports = { sha256 };
