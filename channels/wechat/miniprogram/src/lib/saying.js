/**
 * What somebody is writing down against a decision or a notice, under the key that makes
 * sending twice one: a call in between, or WeChat closed, loses no word. One at a time; it
 * goes when it was sent.
 *
 * @typedef {{about: string, key: string, says: string}} Saying
 */
const store = require('./store');
const { fresh } = require('./key');

/**
 * @param {string} about what it is about; another's words are another's
 * @returns {Saying}
 */
function begun(about) {
  const kept = store.read('saying');
  return kept && kept.about === about ? kept : { about, key: fresh(), says: '' };
}

/** @param {Saying} saying */
const keep = (saying) => store.write('saying', saying);

const away = () => store.write('saying', undefined);

module.exports = { begun, keep, away };
