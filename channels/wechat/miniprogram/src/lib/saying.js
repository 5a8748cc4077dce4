/**
 * What somebody is writing down against a decision or a notice, under the key that makes
 * sending twice one: a call in between, or WeChat closed, loses no word. One at a time; it
 * goes when it was sent, when another account logs in, and a day after the last word: a phone
 * is lent, and the words name neighbours.
 *
 * @typedef {{about: string, key: string, says: string, whose?: string, at?: number}} Saying
 */
const store = require('./store');
const { fresh } = require('./key');
const { Fault, NO_NETWORK } = require('./fault');

const LASTS = 24 * 60 * 60 * 1000; // milliseconds since the last word

/** Whose words are kept: nobody's account where nobody is logged in. */
const whose = () => store.read('account') || '';

/** Forgets what is too old, and what is another account's. */
function sweep() {
  const kept = store.read('saying');
  const age = kept ? Date.now() - kept.at : 0;
  if (kept && !(kept.whose === whose() && age >= 0 && age < LASTS)) away();
}

/**
 * @param {string} about what it is about; another's words are another's
 * @returns {Saying}
 */
function begun(about) {
  sweep();
  const kept = store.read('saying');
  return kept && kept.about === about ? kept : { about, key: fresh(), says: '' };
}

/** @param {Saying} saying */
const keep = (saying) => store.write('saying', { ...saying, whose: whose(), at: Date.now() });

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

module.exports = { begun, sweep, keep, unheard, away };
