/** Word of what moves: what moved last, and leave for the next WeChat message. */
const page = require('../../lib/page');
const api = require('../../lib/api');
const grants = require('../../lib/grants');
const { spoken, day } = require('../../lib/words');

Component({
  behaviors: [page],
  data: { list: /** @type {any[]} */ ([]), loaded: false, told: '', left: 0 },

  pageLifetimes: {
    show() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const [list, open] = await Promise.all([api.applications(), api.templates()]);
        this.setData({
          loaded: true,
          left: open.templates.reduce((/** @type {number} */ n, /** @type {any} */ t) => n + t.left, 0),
          list: list.map((/** @type {any} */ a) => ({ receipt: a.receipt, number: spoken(a.receipt), when: day(a.updated), say: a.say, next: a.next || '' })),
        });
      });
    },

    tell() {
      return this.doing(async () => {
        this.setData({ told: await grants.ask() });
        const open = await api.templates();
        this.setData({ left: open.templates.reduce((/** @type {number} */ n, /** @type {any} */ t) => n + t.left, 0) });
      });
    },

    /** @param {any} e */
    open(e) {
      wx.navigateTo({ url: `/pages/case/index?receipt=${e.currentTarget.dataset.receipt}` });
    },
  },
});
