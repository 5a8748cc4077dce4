/**
 * Who is logged in. The openid is the gateway's to know: the phone gives WeChat's
 * one-time code and keeps a short token with its refresh.
 */
const http = require('./http');
const store = require('./store');
const { Fault } = require('./fault');

/** @type {Promise<void>|null} one renewal at a time: a refresh is good once */
let renewing = null;

const here = () => Boolean(store.read('token'));

/** @returns {Promise<string>} */
function code() {
  return new Promise((resolve, reject) => {
    wx.login({ success: (got) => resolve(got.code), fail: () => reject(new Fault('微信登录没成,请再点一次。')) });
  });
}

/**
 * Another account on this phone finds nothing of what the last one was writing. The first log-in
 * costs no tap and comes in the middle of writing: what nobody's account wrote is then its own. A
 * gateway of before names no account; whose the words are is known no better, and they stay.
 * @param {{token: string, refresh: string, account?: string}} got
 */
function keep(got) {
  const was = store.read('account');
  if (got.account && got.account !== was) {
    const saying = was ? undefined : store.read('saying');
    store.write('saying', saying && { ...saying, whose: got.account });
    store.write('account', got.account);
  }
  store.write('token', got.token);
  store.write('refresh', got.refresh);
}

/** Logs in by WeChat's code; costs the person no tap. */
async function enter() {
  keep(await http.request({ method: 'POST', path: '/login', body: { code: await code() } }));
}

async function renewNow() {
  const refresh = store.read('refresh');
  if (refresh) {
    try {
      keep(await http.request({ method: 'POST', path: '/login/refresh', body: { refresh } }));
      return;
    } catch (fault) {
      if (fault instanceof Fault && fault.away) throw fault;
    }
  }
  await enter();
}

function renew() {
  if (!renewing) {
    renewing = renewNow().finally(() => {
      renewing = null;
    });
  }
  return renewing;
}

/**
 * Does something with a token and, where that is no longer good, once more with a
 * new one.
 * @template T
 * @param {(token: string) => Promise<T>} act
 * @returns {Promise<T>}
 */
async function withToken(act) {
  if (!here()) await renew();
  try {
    return await act(store.read('token'));
  } catch (fault) {
    if (!(fault instanceof Fault) || fault.status !== 401) throw fault;
  }
  await renew();
  return act(store.read('token'));
}

module.exports = { here, enter, withToken };
