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
  data: { one: /** @type {any} */ (null), number: '', steps: /** @type {any[]} */ ([]), lacks: false, none: false },

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
          lacks: one.status === 'ask_one',
          steps: (one.timeline || []).map((/** @type {any} */ line) => ({ when: day(line.at), says: line.says })),
        });
      });
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
