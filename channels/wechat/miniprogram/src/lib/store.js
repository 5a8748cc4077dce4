/**
 * What the phone keeps between openings. Every key is named here, so that forgetting
 * a person forgets all of it.
 */
const PERSONAL = ['token', 'refresh', 'account', 'card', 'papers', 'draft', 'outbox', 'receipt', 'capacity', 'album', 'saying'];

/**
 * @param {string} key
 * @returns {any} undefined for nothing kept
 */
function read(key) {
  const kept = wx.getStorageSync(key);
  return kept === '' ? undefined : kept;
}

/**
 * @param {string} key
 * @param {any} value undefined forgets
 */
function write(key, value) {
  if (value === undefined) {
    wx.removeStorageSync(key);
    return;
  }
  wx.setStorageSync(key, value);
}

/** Leaves nothing of a person on the phone; large type stays, it is the phone's. */
function forget() {
  PERSONAL.forEach((key) => wx.removeStorageSync(key));
}

module.exports = { read, write, forget };
