/** What came of an opinion, by the number that was given for it. Nobody need be logged in. */
const page = require('../../lib/page');
const api = require('../../lib/api');

Component({
  behaviors: [page],
  data: { number: '', say: '' },

  methods: {
    /** @param {any} e */
    onNumber(e) {
      this.setData({ number: e.detail.value, say: '' });
    },

    find() {
      const number = this.data.number.replace(/\D/g, '');
      if (number.length !== 12) {
        this.setData({ say: '', fault: '请填 12 位数字,提意见时给的。' });
        return undefined;
      }
      return this.doing(async () => {
        const got = await api.objection(number);
        this.setData({ say: got.say });
      });
    },

    board() {
      wx.redirectTo({ url: '/pages/board/index' });
    },
  },
});
