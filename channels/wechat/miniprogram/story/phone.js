// The phone around the mini-program: wx, with the network as fetch and WeChat's own
// answers from the city's stand-in. The page's address says whose phone it is.
import { pagesApi, tell } from './engine.js';
import config from '../src/lib/config.js';

const person = new URLSearchParams(location.search).get('person') || 'b';
const post = (path, body) => fetch(`/phone/${person}/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body || {}) });
const files = new Map();
const listeners = new Set();
addEventListener('online', () => listeners.forEach((f) => f({ isConnected: true, networkType: 'wifi' })));
addEventListener('offline', () => listeners.forEach((f) => f({ isConnected: false, networkType: 'none' })));

// What a test may set: the next photo, the day a picker gives, the letters WeChat is set to.
const story = (globalThis.story = { photo: '', day: '', letters: 17, asked: [], calls: [], uploads: 0 });

// The leave that WeChat asks for before the camera and the number.
let leave = null;
const agreed = () => localStorage.getItem('story-leave') === 'yes';
const allowed = () => new Promise((resolve, reject) => {
  if (agreed()) resolve();
  else if (!leave) reject(new Error('privacy permission is not authorized'));
  else {
    leave((answer) => {
      if (answer.event !== 'agree') reject(new Error('privacy permission is not authorized'));
      else resolve();
    }, { referrer: '' });
  }
});

document.addEventListener('click', (e) => {
  const button = e.target.closest('button[open-type]');
  const kind = button && button.getAttribute('open-type');
  if (kind === 'agreePrivacyAuthorization') {
    localStorage.setItem('story-leave', 'yes');
    tell(button, 'agreeprivacyauthorization', {});
  }
  if (kind === 'getPhoneNumber') {
    allowed().then(() => post('phone-code')).then((r) => r.json()).then((got) => tell(button, 'getphonenumber', got), (why) => tell(button, 'getphonenumber', { errMsg: `getPhoneNumber:fail ${why.message}` }));
  }
  const picker = e.target.closest('picker');
  if (picker) tell(picker, 'change', { value: story.day || new Date().toISOString().slice(0, 10) });
});

// The microphone hears a hum; WeChat asks for it once, behind the leave above.
const on = { stop: () => {}, error: () => {}, interrupted: () => {} };
const recorder = {
  onStop: (f) => { on.stop = f; },
  onError: (f) => { on.error = f; },
  onInterruptionBegin: (f) => { on.interrupted = f; },
  start: () => {},
  stop: () => {
    const path = `wxfile://tmp/${files.size}.wav`;
    files.set(path, hum(1));
    setTimeout(() => on.stop({ tempFilePath: path, duration: 1000 }), 0);
  },
};

/** @param {number} seconds of a WAV file as WeChat records it */
function hum(seconds) {
  const rate = 16000;
  const n = seconds * rate;
  const b = new DataView(new ArrayBuffer(44 + 2 * n));
  const text = (at, s) => [...s].forEach((c, i) => b.setUint8(at + i, c.charCodeAt(0)));
  text(0, 'RIFF'); text(8, 'WAVEfmt '); text(36, 'data');
  [[4, 36 + 2 * n], [16, 16], [24, rate], [28, 2 * rate], [40, 2 * n]].forEach(([at, v]) => b.setUint32(at, v, true));
  [[20, 1], [22, 1], [32, 2], [34, 16]].forEach(([at, v]) => b.setUint16(at, v, true));
  for (let i = 0; i < n; i += 1) b.setInt16(44 + 2 * i, 9000 * Math.sin(i / 9), true);
  return new Blob([b.buffer], { type: 'audio/wav' });
}

function send(url, init, done, failed) {
  if (!url.startsWith(config.gateway)) throw new Error(`${url} is not in the console's list of domains`);
  fetch('/c/wechat' + url.slice(config.gateway.length), { ...init, credentials: 'omit', cache: 'no-store' })
    .then(async (r) => done(r, await r.text()), (why) => failed({ errMsg: `request:fail ${why.message}` }));
}

globalThis.wx = {
  ...pagesApi,
  env: { USER_DATA_PATH: 'wxfile://usr' },
  getAppBaseInfo: () => ({ fontSizeSetting: story.letters }),
  getWindowInfo: () => ({ pixelRatio: devicePixelRatio, windowWidth: innerWidth }),
  getStorageSync: (key) => JSON.parse(localStorage.getItem('wx-' + key) || '""'),
  setStorageSync: (key, value) => localStorage.setItem('wx-' + key, JSON.stringify(value)),
  removeStorageSync: (key) => localStorage.removeItem('wx-' + key),
  pageScrollTo: ({ scrollTop }) => scrollTo(0, scrollTop),
  makePhoneCall: ({ phoneNumber }) => story.calls.push(phoneNumber),
  openPrivacyContract: () => {},
  openSetting: ({ success }) => success({ authSetting: { 'scope.record': true } }),
  authorize: ({ success, fail }) => allowed().then(() => success({ errMsg: 'authorize:ok' }), (why) => fail({ errMsg: `authorize:fail ${why.message}` })),
  getRecorderManager: () => recorder,
  onNeedPrivacyAuthorization: (f) => { leave = f; },
  onNetworkStatusChange: (f) => listeners.add(f),
  offNetworkStatusChange: (f) => listeners.delete(f),
  getFileSystemManager: () => ({ writeFileSync: (path, text) => files.set(path, new Blob([text], { type: 'application/json' })), unlink: ({ filePath }) => files.delete(filePath), saveFile: ({ tempFilePath, success }) => success({ savedFilePath: tempFilePath }), removeSavedFile: ({ filePath }) => files.delete(filePath) }),
  login: ({ success, fail }) => post('login').then((r) => r.json()).then(success, fail),
  requestSubscribeMessage: ({ tmplIds, success, fail }) => {
    story.asked.push(tmplIds);
    post('grant', { tmplIds }).then((r) => r.json()).then((got) => (got.errMsg.endsWith(':ok') ? success(got) : fail(got)), fail);
  },
  chooseMedia: ({ success, fail }) => allowed().then(() => fetch(story.photo)).then((r) => r.blob()).then((blob) => {
    const path = URL.createObjectURL(blob);
    files.set(path, blob);
    success({ tempFiles: [{ tempFilePath: path, size: blob.size }] });
  }, (why) => fail({ errMsg: `chooseMedia:fail ${why.message}` })),
  request: ({ url, method, data, header, success, fail }) => send(url, { method, headers: header, body: data }, (r, text) => {
    let body = text; // as there: JSON where it parses
    try { body = JSON.parse(text); } catch (_) { /* a text */ }
    success({ statusCode: r.status, data: body, header: Object.fromEntries(r.headers) });
  }, fail),
  uploadFile: ({ url, filePath, name, formData, header, success, fail }) => {
    const form = new FormData();
    for (const [key, value] of Object.entries(formData)) form.append(key, value);
    form.append(name, files.get(filePath), 'file');
    story.uploads += 1;
    send(url, { method: 'POST', headers: header, body: form }, (r, text) => success({ statusCode: r.status, data: text }), fail);
  },
};
