// The mini-program's pages on glass-easel: built-in tags as the browser's own, a stack
// of pages, and the events that WeChat's tags give.
import * as glassEasel from 'glass-easel';
import { MiniProgramEnv } from 'glass-easel-miniprogram-adapter';

const env = new MiniProgramEnv();
const code = env.createCodeSpace('', true);
const screen = new glassEasel.CurrentWindowBackendContext();
screen.onEvent((target, type, detail, options) => {
  const event = new glassEasel.Event(type, detail, options);
  glassEasel.Event.dispatchEvent(target, event);
  return event.getEventBubbleStatus();
});
const back = env.associateBackend(screen);
const TAGS = { view: 'div', text: 'span', button: 'button', image: 'img', input: 'input', textarea: 'textarea', canvas: 'canvas', picker: 'picker', 'page-meta': 'page-meta' };
for (const [tag, native] of Object.entries(TAGS)) code.getComponentSpace().setGlobalUsingComponent(tag, native);

export function define(path, config, template, load) {
  code.addComponentStaticConfig(path, config);
  code.addCompiledTemplate(path, { groupList: undefined, content: template, fallbackListenerOnNativeNode: true });
  code.globalComponentEnv(globalThis, path, load);
}

// The stack of pages, as wx.navigateTo and its kin move it.
const stack = [];
let pages = [];

function open(url) {
  const [at, query] = url.replace(/^\//, '').split('?');
  if (!pages.includes(at)) throw new Error(`${url} is no page of app.json`);
  const root = back.createRoot('page-root', code, at + (query ? '?' + query : ''));
  patch(root.get());
  const place = document.createElement('div');
  document.body.append(place);
  const box = document.createElement('div');
  box.append(place);
  document.body.append(box);
  root.attach(box, place);
  stack.push({ root, box, url });
  front();
}

function close() {
  const { root, box } = stack.pop();
  root.release();
  box.remove();
}

function front() {
  stack.forEach(({ box }, i) => box.classList.toggle('story-behind', i < stack.length - 1));
  const top = stack[stack.length - 1];
  document.body.dataset.page = top.url;
  size(top.box.querySelector('page-meta'));
  scrollTo(0, 0);
  top.root.getComponent().triggerPageLifetime('show', []);
}

export const pagesApi = {
  navigateTo: ({ url }) => open(url),
  redirectTo: ({ url }) => {
    close();
    open(url);
  },
  reLaunch: ({ url }) => {
    while (stack.length) close();
    open(url);
  },
  navigateBack: () => {
    close();
    front();
  },
};

export function start(list) {
  pages = list;
  for (const path of list) wxPrepare(path);
  open(new URLSearchParams(location.search).get('page') || list[0]);
}

const wxPrepare = (path) => code.getComponentSpace().getComponentByUrl(path, '');

// A canvas by its node: the adapter's own query knows no nodes yet.
let patched = false;
function patch(caller) {
  if (patched) return;
  patched = true;
  let proto = caller;
  while (proto && !Object.hasOwn(proto, 'createSelectorQuery')) proto = Object.getPrototypeOf(proto);
  proto.createSelectorQuery = function query() {
    const host = this._$.getBackendElement();
    const found = [];
    const self = {
      select: (selector) => ({
        fields: () => {
          const node = host.querySelector(selector);
          found.push(node && { node, width: node.clientWidth, height: node.clientHeight });
          return self;
        },
      }),
      exec: (tell) => setTimeout(() => tell(found)),
    };
    return self;
  };
}

// A touch as WeChat's canvas gives it: x and y from its own corner.
const touches = (name) => ({
  get() {
    const was = this.getOriginalEvent();
    if (!was || !was[name]) return undefined;
    return [...was[name]].map((t) => {
      const box = was.target.getBoundingClientRect();
      return { x: t.clientX - box.x, y: t.clientY - box.y, force: t.force, identifier: t.identifier };
    });
  },
});
Object.defineProperties(glassEasel.Event.prototype, { touches: touches('touches'), changedTouches: touches('changedTouches') });

/** Gives one of WeChat's events to the engine's node behind a tag. */
export function tell(tag, name, detail) {
  if (tag && tag.__wxElement) glassEasel.triggerEvent(tag.__wxElement, name, detail, { bubbles: true, composed: true });
}

document.addEventListener('input', (e) => {
  e.stopPropagation();
  tell(e.target, 'input', { value: e.target.value });
}, true);

// Keys do what a finger does: a screen reader taps so, too.
document.addEventListener('click', (e) => {
  if (e.detail === 0) tell(e.target.closest('button'), 'tap', {});
});

function size(meta) {
  const wanted = meta && meta.getAttribute('root-font-size');
  if (wanted && !meta.closest('.story-behind')) document.documentElement.style.fontSize = wanted;
}

const KEYBOARDS = ['number', 'idcard', 'digit']; // types that are none in a browser
function dress(tag) {
  if (tag.localName === 'page-meta') size(tag);
  const role = tag.getAttribute('aria-role');
  if (role) {
    tag.setAttribute('role', role);
    tag.removeAttribute('aria-role'); // WeChat's own name for it is none of ARIA's
  }
  if (tag.localName === 'img') tag.alt = tag.getAttribute('aria-label') || '';
  if (tag.localName === 'input' && KEYBOARDS.includes(tag.getAttribute('type'))) tag.type = 'text';
  const box = tag.localName === 'input' || tag.localName === 'textarea';
  if (box && tag.hasAttribute('value') && tag.value !== tag.getAttribute('value')) tag.value = tag.getAttribute('value');
}

new MutationObserver((changes) => {
  for (const c of changes) {
    if (c.type === 'attributes') dress(c.target);
    for (const n of c.addedNodes) if (n.nodeType === 1) [n, ...n.querySelectorAll('*')].forEach(dress);
  }
}).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ['root-font-size', 'aria-role', 'aria-label', 'value', 'type'] });
