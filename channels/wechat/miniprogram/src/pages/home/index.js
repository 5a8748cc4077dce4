/** The first page: one thing to do, and the way back into what was begun. */
const page = require('../../lib/page');
const session = require('../../lib/session');
const api = require('../../lib/api');
const outbox = require('../../lib/outbox');
const { Fault } = require('../../lib/fault');

Component({
  behaviors: [page],
  data: { begun: '', unfiled: '', waits: false },

  lifetimes: {
    attached() {
      /** @type {any} */ const self = this;
      self.stop = outbox.whenBack(() => this.look());
    },
    detached() {
      /** @type {any} */ const self = this;
      self.stop();
    },
  },

  pageLifetimes: {
    show() {
      this.look();
    },
  },

  methods: {
    /** Sends what waits, then looks for an interview that is open, whatever door began it. */
    async look() {
      if (!session.here()) return;
      if (await this.delivered()) return;
      try {
        const it = await api.interview();
        this.setData({ unfiled: it.refused ? it.refused.say : '', begun: it.step.kind === 'end' ? '都问完了,还差看一遍、签个名。' : `已经答了 ${it.asked} 问。` });
      } catch (fault) {
        if (fault instanceof Fault && fault.status === 404) this.setData({ begun: '', unfiled: '' });
      }
    },

    /** @returns {Promise<boolean>} whether an application went out, so that its receipt is shown */
    async delivered() {
      this.setData({ waits: Boolean(outbox.waiting()) });
      try {
        const sent = await outbox.flush();
        this.setData({ waits: false, fault: '' });
        if (!sent || sent.what !== 'apply') return false;
        wx.reLaunch({ url: '/pages/receipt/index' });
        return true;
      } catch (fault) {
        if (fault instanceof Fault && !fault.away) this.setData({ waits: false, fault: fault.message });
        return false;
      }
    },

    apply() {
      wx.navigateTo({ url: session.here() ? '/pages/card/index' : '/pages/enter/index' });
    },

    goOn() {
      wx.navigateTo({ url: '/pages/ask/index' });
    },

    mine() {
      wx.navigateTo({ url: '/pages/mine/index' });
    },

    money() {
      wx.navigateTo({ url: '/pages/money/index' });
    },

    news() {
      wx.navigateTo({ url: '/pages/news/index' });
    },

    board() {
      wx.navigateTo({ url: '/pages/board/index' });
    },

    help() {
      wx.navigateTo({ url: '/pages/help/index' });
    },
  },
});
