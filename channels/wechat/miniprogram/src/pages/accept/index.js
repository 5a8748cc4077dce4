/**
 * I help somebody (我来帮他办): the code that they read out, with their name; what is taken on
 * is read first, and taken on after that.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');

Component({
  behaviors: [page],
  data: { code: '', name: '', agent: '', offer: /** @type {any} */ (null), done: '' },

  methods: {
    /** @param {any} e */
    onField(e) {
      this.setData({ [e.currentTarget.dataset.of]: e.detail.value });
    },

    look() {
      const code = this.data.code.replace(/[\s-]/g, '');
      const name = this.data.name.trim();
      if (!/^\d{8}$/.test(code) || !name) {
        this.setData({ fault: '请填 8 位代办码,和他身份证上的姓名。' });
        return undefined;
      }
      return this.doing(async () => {
        this.setData({ offer: await api.offered({ code, name }), code, name });
        wx.pageScrollTo({ scrollTop: 0 });
      });
    },

    leave() {
      this.setData({ offer: null, fault: '' });
    },

    accept() {
      const { code, name } = this.data;
      const agent = this.data.agent.trim();
      if (!agent) {
        this.setData({ fault: '请填您自己的姓名,好让对方知道是谁在帮他。' });
        return undefined;
      }
      return this.doing(async () => {
        await api.accept({ code, name, agent });
        this.setData({ offer: null, code: '', done: `好了,从现在起您可以替${name}办。` });
      });
    },

    acting() {
      wx.redirectTo({ url: '/pages/acting/index' });
    },
  },
});
