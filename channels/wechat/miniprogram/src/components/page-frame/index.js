/**
 * Around every page: its title, large type at a tap, what went wrong, and a person to
 * telephone.
 */
const config = require('../../lib/config');

Component({
  options: { multipleSlots: true },
  properties: {
    title: { type: String, value: '' },
    care: { type: Boolean, value: false },
    fault: { type: String, value: '' },
  },
  data: { hotline: config.hotline, faraway: config.faraway },
  methods: {
    onCare() {
      this.triggerEvent('care');
    },

    call() {
      wx.makePhoneCall({ phoneNumber: config.hotline, fail: () => {} }); // the person may change their mind
    },
  },
});
