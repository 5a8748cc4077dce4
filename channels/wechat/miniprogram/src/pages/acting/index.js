/**
 * Who acts for whom (谁替谁办): for whom this account acts, and, by receipt and the last four
 * of the number, who acts for the person. What is ended is over for good, so it is asked once
 * more first.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const { spoken } = require('../../lib/words');

/** @typedef {{receipt: string, last4: string}} Pair */

Component({
  behaviors: [page],
  data: {
    mine: /** @type {any[]} */ ([]),
    loaded: false,
    receipt: '',
    last4: '',
    asked: false,
    found: /** @type {any[]} */ ([]),
    ending: /** @type {any} */ (null), // the one that is asked about once more
    done: '',
  },

  lifetimes: {
    attached() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        this.setData({ mine: (await api.mandates()).map(shown), loaded: true });
      });
    },

    /** @param {any} e */
    onReceipt(e) {
      this.setData({ receipt: e.detail.value });
    },

    /** @param {any} e */
    onLast4(e) {
      this.setData({ last4: e.detail.value });
    },

    /** @returns {Pair} */
    pair() {
      return { receipt: this.data.receipt.replace(/\s/g, ''), last4: this.data.last4.trim() };
    },

    find() {
      if (!/^\d{10}$/.test(this.pair().receipt) || !/^\d{3}[\dxX]$/.test(this.pair().last4)) {
        this.setData({ fault: '请填 10 位回执号,和您身份证号的后四位。' });
        return undefined;
      }
      return this.doing(async () => {
        this.setData({ done: '', asked: false });
        const found = (await api.mandatesFound(this.pair())).map(shown);
        this.setData({ found, asked: true });
      });
    },

    /** @param {any} e */
    ask(e) {
      const { id, theirs } = e.currentTarget.dataset;
      const one = (theirs ? this.data.found : this.data.mine).find((/** @type {any} */ m) => m.id === id);
      this.setData({ ending: { ...one, theirs: Boolean(theirs) }, done: '', fault: '' });
      wx.pageScrollTo({ scrollTop: 0 });
    },

    leave() {
      this.setData({ ending: null, fault: '' });
    },

    end() {
      const { id, theirs } = this.data.ending;
      return this.doing(async () => {
        await api.endMandate(theirs ? { id, pair: this.pair() } : { id });
        this.setData({ ending: null, done: '办好了,从现在起就不能再替着办。' });
        const mine = (await api.mandates()).map(shown);
        const found = theirs ? (await api.mandatesFound(this.pair())).map(shown) : this.data.found;
        this.setData({ mine, found });
      });
    },
  },
});

/** @param {any} m */
function shown(m) {
  const proof = m.proved ? '交过证明' : '还没交证明';
  const state = m.state === 'in_force' ? '有效' : '已经不能用';
  return { ...m, holds: m.state === 'in_force', small: `${state} · ${proof} · 回执号 ${spoken(m.receipt)}` };
}
