/**
 * Leave to send a WeChat message. WeChat counts one message for one yes, so the yes
 * goes to the server, which counts the same way and never sends without.
 */
const api = require('./api');

const NOTHING = '这里暂时发不了微信消息。有进展,会发短信或打电话。';

/** The question may come only from a tap, and needs its templates at once: fetched before. */
async function templates() {
  const got = await api.templates();
  return got.templates.map((/** @type {any} */ t) => t.id).slice(0, 3);
}

/**
 * @param {string[]} ids
 * @returns {Promise<any>}
 */
function question(ids) {
  return new Promise((resolve) => {
    wx.requestSubscribeMessage({ tmplIds: ids, success: resolve, fail: resolve });
  });
}

/** @returns {Promise<string>} what came of it, in words */
async function ask() {
  const ids = await templates();
  if (!ids.length) return NOTHING;
  const got = await question(ids);
  if (got.errCode === 20004) return '微信里把消息都关了。打开微信的“设置”,再点“订阅消息”,就能开。不开也行,会发短信。';
  const accepted = ids.filter((/** @type {string} */ id) => got[id] === 'accept');
  if (!accepted.length) return '没打开也不要紧,有进展会发短信或打电话。';
  await api.granted(accepted);
  return '好,下一次有进展发微信。一次同意只够发一条,再点一次就再多一条。';
}

module.exports = { ask };
