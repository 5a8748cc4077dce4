/** Money: what was decided, sent and paid, of every application. Never a whole card number. */
const page = require('../../lib/page');
const api = require('../../lib/api');

const MONEY = ['approved', 'money_sent', 'money_paid', 'running', 'money_returned', 'changed'];

Component({
  behaviors: [page],
  data: { list: /** @type {any[]} */ ([]), loaded: false },

  pageLifetimes: {
    show() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const all = await api.applications();
        const items = all.flatMap((/** @type {any} */ a) => a.items.map((/** @type {any} */ i) => ({ ...i, key: a.receipt + i.item })));
        this.setData({ loaded: true, list: items.filter((/** @type {any} */ i) => i.amount || MONEY.includes(i.status)) });
      });
    },
  },
});
