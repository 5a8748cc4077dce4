/** My applications, newest first. */
const page = require('../../lib/page');
const api = require('../../lib/api');

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
        this.setData({ list: await api.applications(), loaded: true });
      });
    },

    /** @param {any} e */
    open(e) {
      wx.navigateTo({ url: `/pages/case/index?receipt=${e.detail.receipt}` });
    },

    apply() {
      wx.navigateTo({ url: '/pages/card/index' });
    },
  },
});
