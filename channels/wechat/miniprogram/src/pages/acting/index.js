/**
 * Who acts for whom (谁替谁办): whom this account helps and who helps it by invitation, for
 * whom else it acts, and, by receipt and the last four of the number, who acts for the person. What is ended is over for good, so it is asked once
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
    helped: /** @type {any[]} */ ([]), // by invitation: whom this account helps
    helpers: /** @type {any[]} */ ([]), // and who helps it
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
      return this.doing(() => this.lists());
    },

    async lists() {
      const both = (await api.helpers()).map(invited);
      this.setData({
        mine: (await api.mandates()).map(shown),
        helped: both.filter((/** @type {any} */ h) => !h.given),
        helpers: both.filter((/** @type {any} */ h) => h.given),
        loaded: true,
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
      const { id, theirs, invited: by } = e.currentTarget.dataset;
      const list = by ? this.data.helped.concat(this.data.helpers) : theirs ? this.data.found : this.data.mine;
      const one = list.find((/** @type {any} */ m) => m.id === id);
      this.setData({ ending: { ...one, theirs: Boolean(theirs), invited: Boolean(by) }, done: '', fault: '' });
      wx.pageScrollTo({ scrollTop: 0 });
    },

    leave() {
      this.setData({ ending: null, fault: '' });
    },

    end() {
      const { id, theirs, invited: by } = this.data.ending;
      if (by) {
        return this.doing(async () => {
          await api.endHelper(id);
          this.setData({ ending: null, done: '办好了,从现在起就不能再替着办。' });
          await this.lists();
        });
      }
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

/** @param {any} h */
function invited(h) {
  const title = h.state === 'waiting' ? `给${h.word}的代办码` : `${h.word}:${h.by} 替 ${h.for} 办`;
  const off = h.state === 'waiting' ? '收回这个代办码' : h.given ? `不让 ${h.by} 替办了` : `不再替 ${h.for} 办`;
  const asks = h.state === 'waiting' ? '这个代办码,要收回吗?' : h.given ? `${h.by} 替 ${h.for} 办的事,要收回吗?` : `不再替 ${h.for} 办了吗?`;
  const after = h.state === 'waiting' ? '收回以后,谁拿着这个码都没用了。要请人帮,再要一个新码就行。'
    : h.given ? `收回以后,${h.by} 查不到进度,也不能再替着申请、补材料。已经报上的照常办,钱照常发。`
    : '不办以后,您查不到他的进度,也不能再替他申请、补材料。已经报上的照常办,钱照常发。我们会告诉他一声。';
  return { ...h, title, off, asks, after, holds: h.state === 'waiting' || h.state === 'in_force' };
}

/** @param {any} m */
function shown(m) {
  const proof = m.proved ? '交过证明' : '还没交证明';
  const state = m.state === 'in_force' ? '有效' : '已经不能用';
  return { ...m, holds: m.state === 'in_force', small: `${state} · ${proof} · 回执号 ${spoken(m.receipt)}` };
}
