// A stage for one component or page: WeChat's own simulator on jsdom, and a phone
// whose network and taps the test decides.
const path = require('node:path');
const { JSDOM } = require('jsdom');

const src = path.join(__dirname, '..', 'src');
const dom = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true, url: 'http://localhost/' });
for (const name of ['document', 'HTMLElement', 'Node', 'Event', 'CustomEvent', 'MutationObserver', 'getComputedStyle', 'requestAnimationFrame', 'cancelAnimationFrame']) {
  Object.defineProperty(globalThis, name, { value: dom.window[name], configurable: true, writable: true });
}
globalThis.window = dom.window;

/** The simulator keeps what it loaded: a second load of the same component is empty. */
function fresh() {
  for (const file of Object.keys(require.cache)) {
    if (/miniprogram-simulate|j-component|miniprogram-exparser/.test(file) || file.startsWith(src)) delete require.cache[file];
  }
  return require('miniprogram-simulate');
}

/**
 * A phone: `answers` maps "POST /login" to what the gateway says, as a value or a
 * function of the body; a missing one is a network that is away.
 * @param {Record<string, any>} [answers]
 */
function phone(answers = {}) {
  const kept = new Map();
  const asked = [];
  const went = [];
  const saved = new Set();
  const device = { kept, saved, asked, went, answers, pending: 0 };
  const reply = (ask, body, success, fail) => {
    asked.push({ ask, body });
    let told = answers[ask];
    if (typeof told === 'function') told = told(body);
    device.pending += 1;
    setTimeout(() => {
      device.pending -= 1;
      if (told === undefined) fail({ errMsg: 'request:fail' });
      else success(told);
    });
  };
  const gateway = 'https://qiuzhu.dezhou.example/c/wechat';
  const wx = {
    env: { USER_DATA_PATH: 'usr' },
    getStorageSync: (key) => (kept.has(key) ? JSON.parse(kept.get(key)) : ''),
    setStorageSync: (key, value) => kept.set(key, JSON.stringify(value)),
    removeStorageSync: (key) => kept.delete(key),
    getAppBaseInfo: () => ({ fontSizeSetting: 17 }),
    getWindowInfo: () => ({ pixelRatio: 2 }),
    getFileSystemManager: () => ({ writeFileSync: (file, text) => kept.set(file, text), unlink: ({ filePath }) => kept.delete(filePath), saveFile: ({ tempFilePath, success }) => { device.saved.add(`store/${tempFilePath}`); success({ savedFilePath: `store/${tempFilePath}` }); }, removeSavedFile: ({ filePath }) => device.saved.delete(filePath) }),
    pageScrollTo: () => {},
    makePhoneCall: ({ phoneNumber }) => went.push('tel:' + phoneNumber),
    navigateTo: ({ url }) => went.push(url),
    redirectTo: ({ url }) => went.push(url),
    reLaunch: ({ url }) => went.push(url),
    navigateBack: () => went.push('back'),
    onNeedPrivacyAuthorization: (f) => { phone.leave = f; },
    onNetworkStatusChange: () => {},
    offNetworkStatusChange: () => {},
    login: ({ success }) => success({ code: 'code' }),
    request: ({ url, method, data, success, fail }) => reply(`${method} ${url.slice(gateway.length)}`, data && JSON.parse(data), success, fail),
    uploadFile: ({ url, formData, success, fail }) => reply(`POST ${url.slice(gateway.length)}`, formData, (got) => success({ ...got, data: JSON.stringify(got.data) }), fail),
  };
  return Object.assign(device, { wx });
}

const ok = (data) => ({ statusCode: 200, data });
const problem = (status, detail, more) => ({ statusCode: status, data: { type: 'about:blank', title: 'x', status, code: 'c', detail, ...more } });

/**
 * @param {string} at such as "components/steps" or "pages/ask"
 * @param {Record<string, any>} props
 * @param {any} [device] a phone()
 */
function show(at, props = {}, device = phone()) {
  const simulate = fresh();
  Object.assign(globalThis.wx, device.wx); // the simulator's own stands there by now
  const { usingComponents } = require('../src/app.json');
  const id = simulate.load(path.join(src, at, 'index'), undefined, { rootPath: src, usingComponents });
  const seen = simulate.render(id, props);
  const parent = document.createElement('main');
  seen.attach(parent);
  seen.triggerPageLifeTime('show');
  return { seen, parent, device, text: () => parent.textContent.replace(/\s+/g, ' '), settle: () => quiet(device, seen.instance) };
}

/** Until nothing is on its way and nothing is being done, some turns of the loop long. */
async function quiet(device, instance) {
  const late = Date.now() + 10000;
  for (let still = 0; still < 6; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (device.pending || (instance.doing && instance.data.busy)) still = 0; // a button is busy as it is told
    if (Date.now() > late) throw new Error(`never quiet: ${device.pending} on their way`);
  }
}

module.exports = { show, phone, ok, problem };
