/**
 * Money, month by month: what was decided, sent, paid or came back. Never a whole card
 * number, and a sample says that it is one.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');

const PAGE = 20; // as many as the gateway gives at once

Component({
  behaviors: [page],
  data: { list: /** @type {any[]} */ ([]), loaded: false, last: '' },

  pageLifetimes: {
    show() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.read('');
    },

    further() {
      return this.read(this.data.last);
    },

    /** @param {string} after the last one that is shown, '' to begin anew */
    read(after) {
      return this.doing(async () => {
        const got = await api.payouts(after);
        const list = (after ? this.data.list : []).concat(got.map((/** @type {any} */ p) => ({ ...p, month: month(p.period) })));
        this.setData({ loaded: true, list, last: got.length === PAGE ? got[PAGE - 1].id : '' });
      });
    },
  },
});

/** @param {string} period 2026-03 */
function month(period) {
  const [year, m] = period.split('-');
  return `${year} 年 ${Number(m)} 月`;
}
