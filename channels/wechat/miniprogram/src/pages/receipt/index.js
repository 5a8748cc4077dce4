/** The promise: a number that can be read aloud, who comes, and word when something moves. */
const page = require('../../lib/page');
const store = require('../../lib/store');
const grants = require('../../lib/grants');
const { spoken } = require('../../lib/words');
const { qr } = require('../../lib/qr');

Component({
  behaviors: [page],
  data: { number: '', say: '', rows: /** @type {any[]} */ ([]), told: '' },

  lifetimes: {
    attached() {
      const got = store.read('receipt');
      if (!got) return;
      this.setData({ number: spoken(got.receipt), say: got.say, rows: qr(got.receipt).map((row) => row.map((on) => (on ? 1 : 0))) });
    },
  },

  methods: {
    tell() {
      return this.doing(async () => {
        this.setData({ told: await grants.ask() });
      });
    },

    mine() {
      wx.navigateTo({ url: '/pages/mine/index' });
    },

    home() {
      wx.reLaunch({ url: '/pages/home/index' });
    },
  },
});
