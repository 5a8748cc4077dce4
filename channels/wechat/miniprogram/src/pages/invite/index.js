/**
 * Who shall help me (请人帮我办): whom, with what and until when, then a code that is read out
 * by telephone, once. The code and what is typed of the ID card are kept nowhere.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');

const KINDS = [
  { value: 'member', say: '一起生活的家人' },
  { value: 'entrusted', say: '邻居、亲戚、托付的人' },
];
const SCOPES = [
  { value: 'apply', say: '替我申请' },
  { value: 'supplement', say: '替我补材料' },
  { value: 'notices', say: '替我查进度' },
];

Component({
  behaviors: [page],
  data: {
    kinds: KINDS,
    offers: SCOPES,
    kind: /** @type {string[]} */ ([]),
    scopes: SCOPES.map((s) => s.value),
    name: '',
    number: '',
    made: /** @type {any} */ (null), // the code, while this page stands
  },

  methods: {
    /** @param {any} e */
    onKind(e) {
      this.setData({ kind: e.detail.chosen });
    },

    /** @param {any} e */
    onScopes(e) {
      this.setData({ scopes: e.detail.chosen });
    },

    /** @param {any} e */
    onField(e) {
      this.setData({ [e.currentTarget.dataset.of]: e.detail.value });
    },

    ask() {
      const { kind, scopes, name, number } = this.data;
      if (!kind.length) return this.lacks('请选帮您的是谁。');
      if (!scopes.length) return this.lacks('请选他能替您做什么,至少一样。');
      if (!name.trim() || !/^\d{17}[\dxX]$/.test(number.trim())) return this.lacks('请照身份证填您的姓名和 18 位号码。');
      return this.doing(async () => {
        const made = await api.invite({ name: name.trim(), id_number: number.trim(), kind: kind[0], scopes });
        this.setData({ made, number: '' });
        wx.pageScrollTo({ scrollTop: 0 });
      });
    },

    /** @param {string} fault */
    lacks(fault) {
      this.setData({ fault });
      return undefined;
    },

    acting() {
      wx.redirectTo({ url: '/pages/acting/index' });
    },
  },
});
