/**
 * Papers that were begun and not sent: they outlive the page, a call in between and the
 * end of WeChat, by application. WeChat holds a photo that was taken for one opening only,
 * so it is saved first; it goes when it was sent, was taken away, or after six days (the
 * city sweeps an upload that nothing names after seven).
 *
 * @typedef {{id: string, file: string, state: 'sending'|'kept'|'failed', digest?: string, fault?: string}} Shot
 * @typedef {{key: string, note: string, list: Shot[], at: number}} Begun
 */
const store = require('./store');

const MOST = 6 * 24 * 3600 * 1000; // milliseconds

/** @returns {Record<string, Begun>} */
const all = () => store.read('album') || {};

/**
 * @param {string} file as WeChat gave it
 * @returns {Promise<string>} where it lies now; the same where there is no room
 */
function save(file) {
  return new Promise((resolve) => {
    wx.getFileSystemManager().saveFile({ tempFilePath: file, success: (got) => resolve(got.savedFilePath), fail: () => resolve(file) });
  });
}

/** @param {string} file */
function drop(file) {
  wx.getFileSystemManager().removeSavedFile({ filePath: file, fail() {} });
}

/**
 * @param {string} receipt
 * @returns {Begun|undefined}
 */
function read(receipt) {
  sweep();
  return all()[receipt];
}

/**
 * Its days count from the first photo or word: what the city keeps does not wait longer for
 * who looks at it again.
 * @param {string} receipt @param {Omit<Begun, 'at'>} begun
 */
function write(receipt, begun) {
  const kept = all();
  store.write('album', { ...kept, [receipt]: { ...begun, at: (kept[receipt] || { at: Date.now() }).at } });
}

/** @param {string} receipt of what was sent */
function away(receipt) {
  const { [receipt]: gone, ...rest } = all();
  if (gone) gone.list.forEach((one) => drop(one.file));
  store.write('album', Object.keys(rest).length ? rest : undefined);
}

/** Takes away what is too old, whichever page is opened. */
function sweep() {
  const kept = all();
  Object.keys(kept).filter((one) => Date.now() - kept[one].at > MOST).forEach(away);
}

/** Leaves no photo on the phone. */
function forget() {
  Object.keys(all()).forEach(away);
}

module.exports = { save, drop, read, write, away, sweep, forget };
