/** The first page: one thing to do, and the way back into what was begun. */
const page = require('../../lib/page');
const session = require('../../lib/session');
const api = require('../../lib/api');
const outbox = require('../../lib/outbox');
const { Fault } = require('../../lib/fault');

Component({
  behaviors: [page],
  data: { begun: '', waits: false },

  pageLifetimes: {
    show() {
      this.look();
    },
  },

  methods: {
    /** Looks for an interview that is open, whatever door began it. */
    async look() {
      this.setData({ waits: Boolean(outbox.waiting()) });
      if (!session.here()) return;
      try {
        const it = await api.interview();
        this.setData({ begun: it.step.kind === 'end' ? '都问完了,还差看一遍、签个名。' : `已经答了 ${it.asked} 问。` });
      } catch (fault) {
        if (fault instanceof Fault && fault.status === 404) this.setData({ begun: '' });
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

    help() {
      wx.navigateTo({ url: '/pages/help/index' });
    },
  },
});
