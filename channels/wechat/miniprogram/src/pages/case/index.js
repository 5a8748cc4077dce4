/**
 * One application: where it stands, each item, each step with its day, and what to
 * bring when something lacks. Without a receipt (a WeChat message opens it so) it is
 * the newest.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const { spoken, day } = require('../../lib/words');

Component({
  behaviors: [page],
  properties: { receipt: { type: String, value: '' } },
  data: { one: /** @type {any} */ (null), number: '', steps: /** @type {any[]} */ ([]), sent: /** @type {any[]} */ ([]), asks: false, lacks: '', none: false, items: /** @type {any[]} */ ([]), letters: /** @type {any[]} */ ([]), unread: false },

  pageLifetimes: {
    show() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const receipt = this.data.receipt || (await newest());
        if (!receipt) {
          this.setData({ none: true });
          return;
        }
        const one = await api.application(receipt);
        this.setData({
          one,
          number: spoken(one.receipt),
          asks: one.status === 'ask_one', // and not once papers came: it is the officer's turn
          lacks: (one.supplement && one.supplement.say) || '',
          sent: ((one.supplement && one.supplement.sent) || []).map((/** @type {any} */ s) => ({ when: day(s.at), says: s.say })),
          items: (one.items || []).map((/** @type {any} */ i) => ({ ...i, wrong: (one.appeals || []).includes(i.item), open: (one.reopens || []).includes(i.item) })),
          steps: (one.timeline || []).map((/** @type {any} */ line) => ({ when: day(line.at), says: line.says })),
        });
        await this.post(one.receipt);
      });
    },

    /** The letters of its decisions; that they cannot be had just now hides nothing else. @param {string} receipt */
    async post(receipt) {
      try {
        this.setData({ letters: await api.letters(receipt), unread: false });
      } catch (_) {
        this.setData({ letters: [], unread: true });
      }
    },

    /** @param {any} e */
    letter(e) {
      wx.navigateTo({ url: `/pages/letter/index?receipt=${this.data.one.receipt}&letter=${e.currentTarget.dataset.letter}` });
    },

    /** @param {any} e */
    say(e) {
      const { what, item } = e.currentTarget.dataset;
      wx.navigateTo({ url: `/pages/wrong/index?what=${what}&receipt=${this.data.one.receipt}&item=${item}` });
    },

    why() {
      wx.navigateTo({ url: `/pages/why/index?receipt=${this.data.one.receipt}` });
    },

    looked() {
      wx.navigateTo({ url: '/pages/looked/index' });
    },

    more() {
      wx.navigateTo({ url: `/pages/more/index?receipt=${this.data.one.receipt}` });
    },

    money() {
      wx.navigateTo({ url: '/pages/money/index' });
    },
  },
});

async function newest() {
  const list = await api.applications();
  return list.length ? list[0].receipt : '';
}
