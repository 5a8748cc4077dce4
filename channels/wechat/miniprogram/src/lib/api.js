/** The gateway's routes by name. The only file that knows their addresses. */
const http = require('./http');
const session = require('./session');

/**
 * @param {'GET'|'POST'|'DELETE'} method
 * @param {string} path
 * @param {any} [body]
 */
const ask = (method, path, body) => session.withToken((token) => http.request({ method, path, body, token }));

/**
 * What is everybody's to ask: nobody is logged in for it, and who is, is known.
 * @param {'GET'|'POST'} method
 * @param {string} path
 * @param {any} [body]
 */
const open = (method, path, body) => {
  const stranger = () => http.request({ method, path, body });
  if (!session.here()) return stranger();
  const known = ask(method, path, body);
  return method === 'GET' ? known.catch((/** @type {any} */ fault) => (fault && fault.away ? stranger() : Promise.reject(fault))) : known; // what anybody may read is not lost with a log-in
};

/** @param {string} receipt */
const of = (receipt) => `/applications/${encodeURIComponent(receipt)}`;

/**
 * Keeps a file; a card answers with what stands on it, where it could be read.
 * @param {string} kind
 * @param {string} file
 * @returns {Promise<{kind: string, digest: string, card?: {name?: string, id_number?: string, address?: string, valid?: string}}>}
 */
const keep = (kind, file) => session.withToken((token) => http.upload({ path: '/papers', kind, file, token }));

/**
 * Sends a recording to be heard.
 * @param {string} file
 * @returns {Promise<{id: string}>}
 */
const say = (file) => session.withToken((token) => http.upload({ path: '/interview/voice', file, token }));

module.exports = {
  keep,
  say,
  /**
   * @param {string} id
   * @returns {Promise<{state: 'hearing'|'heard'|'not_heard', said: string}>}
   */
  heard: (id) => ask('GET', `/interview/voice/${encodeURIComponent(id)}`),
  /** @param {string} code */
  bindPhone: (code) => ask('POST', '/phone', { code }),
  form: () => open('GET', '/form'),
  /** @param {string} [step] a step of the summary to be put right */
  interview: (step) => ask('GET', step ? `/interview?step=${encodeURIComponent(step)}` : '/interview'),
  /** @param {string} capacity */
  begin: (capacity) => ask('POST', '/interview', { capacity }),
  /** @param {{step: string, revision: number, answer: any}} body */
  answer: (body) => ask('POST', '/interview/answers', body),
  /** @param {number} revision */
  back: (revision) => ask('POST', '/interview/back', { revision }),
  /** @param {number} revision */
  enough: (revision) => ask('POST', '/interview/enough', { revision }),
  /** @param {number} revision */
  startOver: (revision) => ask('DELETE', `/interview?revision=${revision}`),
  /** @param {any} body */
  apply: (body) => ask('POST', '/interview/application', body),
  applications: () => ask('GET', '/applications'),
  /** @param {string} receipt */
  application: (receipt) => ask('GET', of(receipt)),
  /** @param {string} receipt */
  letters: (receipt) => ask('GET', `${of(receipt)}/letters`),
  /** @param {string} receipt @param {string} letter */
  letter: (receipt, letter) => ask('GET', `${of(receipt)}/letters/${encodeURIComponent(letter)}`),
  /** @param {string} receipt */
  why: (receipt) => ask('GET', `${of(receipt)}/why`),
  /** @param {string} receipt @param {{key: string, item: string, says: string}} body */
  appeal: (receipt, body) => ask('POST', `${of(receipt)}/appeals`, body),
  /** @param {string} receipt @param {{key: string, item: string, says: string}} body */
  unsolved: (receipt, body) => ask('POST', `${of(receipt)}/unsolved`, body),
  /** @param {string} before the place of the last that was read, '' for the newest */
  seen: (before) => session.withToken((token) => http.paged({ method: 'GET', path: before ? `/seen?before=${encodeURIComponent(before)}` : '/seen', token })),
  /** @param {string} place a township */
  board: (place) => open('GET', `/boards/${encodeURIComponent(place)}`),
  /** @param {string} notice @param {{key: string, says: string, name: string, phone: string}} body */
  object: (notice, body) => open('POST', `/notices/${encodeURIComponent(notice)}/objections`, body),
  /** @param {string} number */
  objection: (number) => open('POST', '/objections/find', { number }),
  /** @param {string} receipt @param {{key: string, papers: {kind: string, digest: string}[], note: string}} body */
  handIn: (receipt, body) => ask('POST', `${of(receipt)}/papers`, body),
  /** @param {string} after the last id that was read, '' for the newest */
  payouts: (after) => ask('GET', after ? `/payouts?after=${encodeURIComponent(after)}` : '/payouts'),
  bindings: () => ask('GET', '/bindings'),
  /** @param {string} phone */
  phoneCode: (phone) => ask('POST', '/phone/code', { phone }),
  /** @param {{name: string, id_number: string, phone: string, code: string, ticket: string}} body */
  rebind: (body) => ask('POST', '/phone/rebind', body),
  /** @param {{name: string, id_number: string, way: string}} body */
  unbind: (body) => ask('POST', '/unbind', body),
  /** By which way this account wants to be told first; '' as it comes. */
  way: () => ask('GET', '/way'),
  /** @param {string} way */
  setWay: (way) => ask('POST', '/way', { way }),
  mandates: () => ask('GET', '/mandates'),
  /** @param {{receipt: string, last4: string}} pair */
  mandatesFound: (pair) => ask('POST', '/mandates/found', pair),
  /** @param {{id: number, pair?: {receipt: string, last4: string}}} body */
  endMandate: (body) => ask('POST', '/mandates/end', body),
  helpers: () => ask('GET', '/helpers'),
  /** @param {{name: string, id_number: string, kind: string, scopes: string[]}} body */
  invite: (body) => ask('POST', '/helpers/invite', body),
  /** @param {{code: string, name: string}} body */
  offered: (body) => ask('POST', '/helpers/offer', body),
  /** @param {{code: string, name: string, agent: string}} body */
  accept: (body) => ask('POST', '/helpers/accept', body),
  /** @param {number} id */
  endHelper: (id) => ask('POST', '/helpers/end', { id }),
  templates: () => ask('GET', '/subscriptions'),
  /** @param {string[]} accepted */
  granted: (accepted) => ask('POST', '/subscriptions', { accepted }),
};
