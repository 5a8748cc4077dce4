/**
 * What went wrong, in words a person can read. `away` is a network that did not
 * carry the request: nothing was decided and the same may be sent again.
 */
class Fault extends Error {
  /**
   * @param {string} say one Chinese sentence
   * @param {{status?: number, code?: string, field?: string, body?: any}} [more]
   */
  constructor(say, more = {}) {
    super(say);
    this.status = more.status || 0;
    this.code = more.code || '';
    this.field = more.field || '';
    this.body = more.body;
  }

  /** No answer, or one that says to come back later. */
  get away() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const NO_NETWORK = '现在网络忙,您填的都存着。有网了自动发出,不用重填。';

/**
 * Reads a problem (RFC 9457); whatever is none is a network's own page.
 * @param {number} status
 * @param {any} body
 */
function ofAnswer(status, body) {
  const told = body && typeof body === 'object' && body.detail;
  return new Fault(told || NO_NETWORK, { status, code: told ? body.code : '', field: told ? body.field : '', body });
}

module.exports = { Fault, NO_NETWORK, ofAnswer };
