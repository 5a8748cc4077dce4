/**
 * Around every page: its title, large type at a tap, a person to telephone, and, beside
 * the buttons, what went wrong: that is where the thumb is.
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
