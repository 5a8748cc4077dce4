/**
 * Somebody says something against one line of the board. Nobody need be logged in; a name
 * and a number are not needed and are kept nowhere on the phone. The number by which it is
 * found again stands on this page alone.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const saying = require('../../lib/saying');
const { date, inFours } = require('../../lib/words');

Component({
  behaviors: [page],
  properties: { place: { type: String, value: '' }, notice: { type: String, value: '' } },
  data: { line: /** @type {any} */ (null), last: '', over: false, saying: /** @type {any} */ ({ says: '' }), name: '', phone: '', number: '', promise: '' },

  lifetimes: {
    attached() {
      this.setData({ saying: saying.begun(`notice ${this.data.notice}`) });
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const list = await api.board(this.data.place);
        const line = list.find((/** @type {any} */ p) => String(p.notice) === this.data.notice && !p.confirmed);
        this.setData({ line: line || null, last: line ? date(line.until) : '', over: !line && !this.data.saying.says }); // what was sent unheard still has its number
      });
    },

    /** @param {any} e */
    onSays(e) {
      this.setData({ saying: { ...this.data.saying, says: e.detail.value } });
      saying.keep(this.data.saying);
    },

    /** @param {any} e */
    onField(e) {
      this.setData({ [e.currentTarget.dataset.of]: e.detail.value });
    },

    send() {
      const { saying: { key, says }, name, phone, notice } = this.data;
      if (!says.trim()) {
        this.setData({ fault: '请写一句哪里不对。不会写,打 12345 说编号。' });
        return undefined;
      }
      return this.doing(async () => {
        const got = await api.object(notice, { key, says: says.trim(), name: name.trim(), phone: phone.replace(/\s/g, '') }).catch((/** @type {any} */ fault) => this.kept(fault));
        saying.away();
        this.setData({ number: inFours(got.number), promise: got.say, name: '', phone: '' });
        wx.pageScrollTo({ scrollTop: 0 });
      });
    },

    /** @param {any} fault */
    kept(fault) {
      const got = saying.unheard(fault, this.data.saying);
      this.setData({ saying: got.saying });
      throw got.fault;
    },

    back() {
      saying.away(); // on a helper's phone the next one must not read it
      wx.navigateBack({});
    },

    find() {
      wx.redirectTo({ url: '/pages/objection/index' });
    },
  },
});
