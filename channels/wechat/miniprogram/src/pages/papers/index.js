/** Attachments: what a person happens to have. None is demanded, much can be looked up. */
const page = require('../../lib/page');
const api = require('../../lib/api');
const store = require('../../lib/store');
const { Fault } = require('../../lib/fault');

const empty = () => ({ picture: '', state: '', fault: '' });

Component({
  behaviors: [page],
  data: { hukou: empty(), other: empty() },

  lifetimes: {
    attached() {
      const papers = store.read('papers') || {};
      ['hukou', 'other'].forEach((kind) => papers[kind] && this.setData({ [kind]: { ...empty(), state: 'kept' } }));
    },
  },

  methods: {
    /** @param {any} e */
    async onPhoto(e) {
      const kind = e.currentTarget.dataset.kind;
      const show = (/** @type {any} */ now) => this.setData({ [kind]: { ...empty(), picture: e.detail.file, ...now } });
      show({ state: 'sending' });
      try {
        const got = await api.keep(kind, e.detail.file);
        store.write('papers', { ...(store.read('papers') || {}), [kind]: got.digest });
        show({ state: 'kept' });
      } catch (fault) {
        show({ state: 'failed', fault: fault instanceof Fault ? fault.message : '' });
      }
    },

    on() {
      wx.redirectTo({ url: '/pages/sign/index' });
    },
  },
});
