/**
 * What somebody is writing down against a decision or a notice, under the key that makes
 * sending twice one: a call in between, or WeChat closed, loses no word. One at a time; it
 * goes when it was sent.
 *
 * @typedef {{about: string, key: string, says: string}} Saying
 */
const store = require('./store');
const { fresh } = require('./key');
const { Fault, NO_NETWORK } = require('./fault');

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

/**
 * What a sending that failed says. Nothing here is sent by itself, and words that were changed
 * after the first ones had arrived are something new: they go under a key of their own.
 * @param {any} fault
 * @param {Saying} saying
 * @returns {{saying: Saying, fault: any}}
 */
function unheard(fault, saying) {
  if (!(fault instanceof Fault)) return { saying, fault };
  if (fault.code === 'key_reused') {
    const again = { ...saying, key: fresh() };
    keep(again);
    return { saying: again, fault: new Fault('先前写的已经送到了。这次改过的还没送,要送就再点一次。') };
  }
  if (fault.status === 0 || fault.message === NO_NETWORK) return { saying, fault: new Fault('没送到,您写的还在。网好了再点一次,不会重复。') };
  return { saying, fault };
}

const away = () => store.write('saying', undefined);

module.exports = { begun, keep, unheard, away };
