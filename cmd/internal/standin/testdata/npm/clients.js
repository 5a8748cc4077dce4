'use strict';
// Two clients that nobody here wrote, against the stand-in: co-wechat-api for the API, wechat-crypto for the push.
// One question a line in on stdin, as JSON; one answer a line out.
const API = require('co-wechat-api');
const Crypt = require('wechat-crypto');
const readline = require('readline');

const [base, appid, secret, token, key] = process.argv.slice(2);
const api = new API(appid, secret);
api.prefix = base + '/cgi-bin/';
api.snsPrefix = base + '/sns/';
api.wxaPrefix = base + '/wxa/';
const crypt = new Crypt(token, key, appid);

const does = {
  login: (q) => api.code2Session(q.code),
  text: (q) => api.sendText(q.openid, q.text),
  subscribe: (q) => api.sendSubscribeMessage(q.openid, q.template, q.page, q.data),
  media: async (q) => { const b = await api.getMedia(q.media); return Buffer.isBuffer(b) ? { bytes: b.toString('base64') } : b; },
  stale: async () => { await api.saveToken({ accessToken: 'stale', expireTime: Date.now() + 1e6 }); return {}; },
  open: async (q) => {
    if (crypt.getSignature(q.timestamp, q.nonce, q.encrypt) !== q.signature) return { error: 'signature' };
    return crypt.decrypt(q.encrypt);
  },
  seal: async (q) => {
    const encrypt = crypt.encrypt(q.message);
    return { encrypt, signature: crypt.getSignature(q.timestamp, q.nonce, encrypt) };
  },
};
readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const q = JSON.parse(line);
  let a;
  try { a = await does[q.do](q); } catch (e) { a = { error: e.name, code: e.code, text: String(e.message) }; }
  process.stdout.write(JSON.stringify(a) + '\n');
});
