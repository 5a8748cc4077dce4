/** The two ways to reach the gateway, as promises. Nothing here knows who is logged in. */
const config = require('./config');
const { Fault, NO_NETWORK, ofAnswer } = require('./fault');

const PATIENCE = 20000; // milliseconds; a photo over a village's network needs more
const UPLOAD_PATIENCE = 60000;

/** @param {string} token */
const bearer = (token) => (token ? { Authorization: `Bearer ${token}` } : {});

/**
 * @param {{method: 'GET'|'POST'|'DELETE', path: string, body?: any, token?: string}} ask
 * @returns {Promise<{data: any, header: any}>} an answer below 300
 */
function answered(ask) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: config.gateway + ask.path,
      method: ask.method,
      data: ask.body === undefined ? undefined : JSON.stringify(ask.body),
      header: { 'Content-Type': 'application/json', ...bearer(ask.token || '') },
      timeout: PATIENCE,
      success: (got) => (got.statusCode < 300 ? resolve(got) : reject(ofAnswer(got.statusCode, got.data))),
      fail: () => reject(new Fault(NO_NETWORK)),
    });
  });
}

/**
 * @param {{method: 'GET'|'POST'|'DELETE', path: string, body?: any, token?: string}} ask
 * @returns {Promise<any>} the JSON of an answer below 300
 */
const request = async (ask) => (await answered(ask)).data;

/**
 * The same for a list in pages.
 * @param {{method: 'GET', path: string, token?: string}} ask
 * @returns {Promise<{list: any[], next: string}>} and what the next page begins before, '' at the end
 */
async function paged(ask) {
  const got = await answered(ask);
  return { list: got.data, next: further(got.header) };
}

/**
 * Reads <?before=7>; rel="next" (RFC 8288), in whatever case the phone spells the header.
 * @param {any} header
 */
function further(header) {
  const name = Object.keys(header || {}).find((key) => key.toLowerCase() === 'link');
  const found = /[?&]before=(\d+)>/.exec(name ? String(header[name]) : '');
  return found ? found[1] : '';
}

/**
 * @param {{path: string, file: string, kind?: string, token: string}} ask
 * @returns {Promise<any>}
 */
function upload(ask) {
  return new Promise((resolve, reject) => {
    wx.uploadFile({
      url: config.gateway + ask.path,
      filePath: ask.file,
      name: 'file',
      formData: ask.kind ? { kind: ask.kind } : {},
      header: bearer(ask.token),
      timeout: UPLOAD_PATIENCE,
      success: (got) => {
        const body = parse(got.data); // uploadFile, unlike request, gives text
        return got.statusCode < 300 && body ? resolve(body) : reject(ofAnswer(got.statusCode, body));
      },
      fail: () => reject(new Fault(NO_NETWORK)),
    });
  });
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch (_) {
    return null;
  }
}

module.exports = { request, paged, upload };
