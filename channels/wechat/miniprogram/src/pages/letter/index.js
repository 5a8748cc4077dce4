/**
 * The letter of a decision: to read, and in the words in which it is read out, so that
 * whoever sits beside can read it to somebody, and a phone that reads its screen aloud
 * says sums and days as people do. Below it the way to appeal.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const { spoken } = require('../../lib/words');

Component({
  behaviors: [page],
  properties: { receipt: { type: String, value: '' }, letter: { type: String, value: '' } },
  data: { one: /** @type {any} */ (null), lines: /** @type {{show: string, aloud: string}[]} */ ([]), number: '', aloud: false, asked: false, wrong: false, open: false },

  lifetimes: {
    attached() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const one = await api.letter(this.data.receipt, this.data.letter);
        const said = one.aloud || [];
        const lines = (one.paragraphs || []).map((/** @type {string} */ show, /** @type {number} */ i) => ({ show, aloud: said[i + 1] || show })); // the title is said first
        this.setData({ one, lines, number: spoken(this.data.receipt) });
        const now = await api.application(this.data.receipt);
        this.setData({ asked: true, wrong: (now.appeals || []).includes(one.item), open: (now.reopens || []).includes(one.item) });
      });
    },

    turn() {
      this.setData({ aloud: !this.data.aloud });
      wx.pageScrollTo({ scrollTop: 0 });
    },

    appeal() {
      this.say('wrong');
    },

    unsolved() {
      this.say('unsolved');
    },

    /** @param {string} what */
    say(what) {
      wx.navigateTo({ url: `/pages/wrong/index?what=${what}&receipt=${this.data.receipt}&item=${this.data.one.item}` });
    },

    back() {
      wx.redirectTo({ url: `/pages/case/index?receipt=${this.data.receipt}` });
    },
  },
});
