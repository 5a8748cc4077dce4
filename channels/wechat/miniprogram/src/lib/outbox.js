/**
 * The one thing that waits for a network: an answer or the whole application. There
 * is never a second, because the next question comes only with the answer to this
 * one. Both can be sent again: an answer carries its revision, an application its key.
 */
const api = require('./api');
const store = require('./store');
const { Fault } = require('./fault');

/** @type {Promise<any>|null} */
let sending = null;

/** @returns {{what: 'answer'|'apply', body: any}|undefined} */
const waiting = () => store.read('outbox');

/**
 * Keeps it first, then tries to send.
 * @param {'answer'|'apply'} what
 * @param {any} body
 */
function put(what, body) {
  store.write('outbox', { what, body });
  return flush();
}

/**
 * Sends what waits and gives its answer; undefined when nothing waits. What the
 * gateway refuses does not wait any longer: the person must hear why.
 */
function flush() {
  if (!sending) {
    sending = send().finally(() => {
      sending = null;
    });
  }
  return sending;
}

async function send() {
  const letter = waiting();
  if (!letter) return undefined;
  try {
    const got = letter.what === 'answer' ? await api.answer(letter.body) : await apply(letter.body);
    if (letter.what === 'apply') handedIn(got);
    store.write('outbox', undefined);
    return { what: letter.what, got };
  } catch (fault) {
    if (!(fault instanceof Fault) || !fault.away) store.write('outbox', undefined);
    throw fault;
  }
}

/**
 * The receipt is kept before anything is forgotten: whatever page happens to send,
 * the number is there.
 * @param {any} receipt
 */
function handedIn(receipt) {
  store.write('receipt', receipt);
  ['card', 'papers', 'draft', 'capacity'].forEach((key) => store.write(key, undefined));
}

/**
 * The strokes go first: an upload is named by its digest, so sending it again is
 * harmless.
 * @param {{strokes: string, form: any}} letter
 */
async function apply(letter) {
  const path = `${wx.env.USER_DATA_PATH}/strokes.json`;
  const files = wx.getFileSystemManager();
  files.writeFileSync(path, letter.strokes, 'utf8');
  try {
    const kept = await api.keep('strokes', path);
    return await api.apply({ ...letter.form, signature: { ...letter.form.signature, strokes: kept.digest } });
  } finally {
    files.unlink({ filePath: path, fail() {} }); // a signature does not stay on the phone
  }
}

/** @param {() => void} tell */
function whenBack(tell) {
  /** @param {any} now */
  const heard = (now) => {
    if (now.isConnected) tell();
  };
  wx.onNetworkStatusChange(heard);
  return () => wx.offNetworkStatusChange(heard);
}

module.exports = { put, flush, waiting, whenBack };
