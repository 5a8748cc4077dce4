/** Help in a few short answers, and what this phone keeps, with a way to forget it. */
const album = require('../../lib/album');
const page = require('../../lib/page');
const store = require('../../lib/store');

Component({
  behaviors: [page],
  data: { gone: false },
  methods: {
    forget() {
      album.forget();
      store.forget();
      this.setData({ gone: true });
    },

    acting() {
      wx.navigateTo({ url: '/pages/acting/index' });
    },

    invite() {
      wx.navigateTo({ url: '/pages/invite/index' });
    },

    accept() {
      wx.navigateTo({ url: '/pages/accept/index' });
    },

    bound() {
      wx.navigateTo({ url: '/pages/bound/index' });
    },

    looked() {
      wx.navigateTo({ url: '/pages/looked/index' });
    },

    privacy() {
      wx.openPrivacyContract({});
    },
  },
});
