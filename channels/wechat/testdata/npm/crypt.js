'use strict';
// wechat-crypto as a process: node crypt.js TOKEN KEY APPID seal|open, questions as lines of JSON on stdin.
const Crypt = require('wechat-crypto');
const readline = require('readline');
const [token, key, appid] = process.argv.slice(2);
const crypt = new Crypt(token, key, appid);
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const q = JSON.parse(line);
  const a = {};
  if (q.message !== undefined) a.encrypt = crypt.encrypt(q.message);
  else Object.assign(a, crypt.decrypt(q.encrypt));
  a.signature = crypt.getSignature(q.timestamp, q.nonce, a.encrypt || q.encrypt);
  process.stdout.write(JSON.stringify(a) + '\n');
});
