/**
 * What WeChat demands before the camera or the telephone number: a call that needs
 * leave waits, this shows why, and the person decides. Refusing loses nothing but
 * that one call.
 */
/** @type {((answer: any) => void)[]} calls that wait, in any page */
let waiting = [];
/** @type {((open: boolean) => void)|null} the card of the page that is in front */
let front = null;

function listen() {
  wx.onNeedPrivacyAuthorization((/** @type {any} */ resolve) => { // the typings take the callback for a result
    waiting.push(resolve);
    if (front) front(true);
  });
}

/** @param {any} answer */
function settle(answer) {
  const all = waiting;
  waiting = [];
  all.forEach((resolve) => resolve(answer));
}

Component({
  data: { open: false },
  lifetimes: {
    attached() {
      this.toFront();
    },
    detached() {
      /** @type {any} */ const self = this;
      if (front === self.show) front = null;
    },
  },
  pageLifetimes: {
    show() {
      this.toFront();
    },
  },
  methods: {
    toFront() {
      /** @type {any} */ const self = this;
      if (!self.show) self.show = (/** @type {boolean} */ open) => this.setData({ open });
      front = self.show;
      listen();
    },

    agree() {
      this.setData({ open: false });
      settle({ event: 'agree', buttonId: 'privacy-agree' });
    },

    refuse() {
      this.setData({ open: false });
      settle({ event: 'disagree' });
    },

    read() {
      wx.openPrivacyContract({});
    },
  },
});
