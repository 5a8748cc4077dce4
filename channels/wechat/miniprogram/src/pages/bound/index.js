/**
 * By what this account is entered (F95): the number and WeChat. A number moves here by the
 * code of a text message and the real name; a way in is taken off by the real name, and the
 * last one stays. What is typed of the ID card is kept nowhere.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const store = require('../../lib/store');
const album = require('../../lib/album');

const MOBILE = /^1\d{10}$/;

Component({
  behaviors: [page],
  data: { phone: '', wechat: false, loaded: false, to: '', ticket: '', code: '', name: '', number: '', off: '', done: '', gone: false },

  lifetimes: {
    attached() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const now = await api.bindings();
        this.setData({ phone: now.phone, wechat: now.wechat, loaded: true });
      });
    },

    /** @param {any} e */
    onField(e) {
      this.setData({ [e.currentTarget.dataset.of]: e.detail.value });
    },

    send() {
      const to = this.data.to.replace(/\s/g, '');
      if (!MOBILE.test(to)) {
        this.setData({ fault: '请填 11 位手机号。' });
        return undefined;
      }
      return this.doing(async () => {
        const { ticket } = await api.phoneCode(to);
        this.setData({ to, ticket, code: '', done: '', off: '' });
      });
    },

    move() {
      const { name, number, to, code, ticket } = this.data;
      const lacks = /^\d{6}$/.test(code.trim()) ? lacking(this.data) : '请填短信里的 6 位数字。';
      if (lacks) {
        this.setData({ fault: lacks });
        return undefined;
      }
      return this.doing(async () => {
        try {
          const got = await api.rebind({ name: name.trim(), id_number: number.trim(), phone: to, code: code.trim(), ticket });
          this.setData({ ...EMPTY, done: got.say });
        } catch (fault) {
          if (used(fault)) this.setData({ ticket: '', code: '' }); // the code was right and is used up
          throw fault;
        }
        const now = await api.bindings();
        this.setData({ phone: now.phone, wechat: now.wechat });
      });
    },

    leave() {
      this.setData({ ...EMPTY, fault: '' });
    },

    /** @param {any} e */
    ask(e) {
      this.setData({ ...EMPTY, off: e.currentTarget.dataset.way, done: '', fault: '' });
      wx.pageScrollTo({ scrollTop: 0 });
    },

    unbind() {
      const lacks = lacking(this.data);
      if (lacks) {
        this.setData({ fault: lacks });
        return undefined;
      }
      return this.doing(async () => {
        const got = await api.unbind({ name: this.data.name.trim(), id_number: this.data.number.trim(), way: this.data.off });
        album.forget();
        store.forget(); // every log-in of the account has ended
        this.setData({ ...EMPTY, done: got.say, gone: true });
      });
    },

    enter() {
      wx.reLaunch({ url: '/pages/home/index' });
    },
  },
});

const EMPTY = { to: '', ticket: '', code: '', name: '', number: '', off: '' };

/** @param {{name: string, number: string}} d */
function lacking(d) {
  if (d.name.trim().length < 2) return '请填身份证上的姓名。';
  return /^\d{17}[\dxX]$/.test(d.number.trim()) ? '' : '请填 18 位身份证号。';
}

/** @param {any} fault */
const used = (fault) => ![0, 422, 429].includes(fault.status);
