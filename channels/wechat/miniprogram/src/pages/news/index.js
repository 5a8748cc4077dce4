/** Word of what moves: what moved last, and leave for the next WeChat message. */
const page = require('../../lib/page');
const api = require('../../lib/api');
const grants = require('../../lib/grants');
const { spoken, day } = require('../../lib/words');

/** Those of core.ToldWays; '' takes a wish back. */
const WAYS = [
  { value: '', say: '都行,上次哪样收到了,先用哪样' },
  { value: 'wechat', say: '微信' },
  { value: 'sms', say: '短信' },
  { value: 'voice', say: '打电话,念给我听' },
];

Component({
  behaviors: [page],
  data: { list: /** @type {any[]} */ ([]), loaded: false, told: '', left: 0, ways: WAYS, way: /** @type {string[]} */ ([]), first: '' },

  pageLifetimes: {
    show() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const [list, open, wish] = await Promise.all([api.applications(), api.templates(), api.way().catch(() => null)]); // news is read without it too
        this.setData({
          loaded: true,
          way: wish ? [wish.way] : [],
          ways: wish ? WAYS : [],
          left: open.templates.reduce((/** @type {number} */ n, /** @type {any} */ t) => n + t.left, 0),
          list: list.map((/** @type {any} */ a) => ({ receipt: a.receipt, number: spoken(a.receipt), when: day(a.updated), say: a.say, next: a.next || '' })),
        });
      });
    },

    /** @param {any} e */
    onWay(e) {
      this.setData({ way: e.detail.chosen, first: '' });
      return this.doing(async () => {
        this.setData({ first: (await api.setWay(e.detail.chosen[0] || '')).say });
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
