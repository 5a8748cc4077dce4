/** Log-in: WeChat says who it is; a telephone number is welcome and never demanded. */
const page = require('../../lib/page');
const session = require('../../lib/session');
const api = require('../../lib/api');

Component({
  behaviors: [page],
  data: { inside: false },

  methods: {
    enter() {
      return this.doing(async () => {
        await session.enter();
        this.setData({ inside: true });
      });
    },

    /** @param {any} e what getPhoneNumber answered, through the button */
    onPhone(e) {
      const code = e.detail.code;
      if (!code) {
        this.on(); // said no: the interview asks for any number they like
        return;
      }
      this.doing(async () => {
        await api.bindPhone(code);
        this.on();
      });
    },

    on() {
      wx.redirectTo({ url: '/pages/card/index' });
    },
  },
});
