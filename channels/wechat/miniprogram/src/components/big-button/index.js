/** The one thing to do. While it is being done it says so and cannot be tapped again. */
Component({
  properties: {
    busy: { type: Boolean, value: false },
    second: { type: Boolean, value: false },
    openType: { type: String, value: '' },
    off: { type: Boolean, value: false },
  },
  methods: {
    onTap() {
      if (this.data.openType || this.data.busy || this.data.off) return;
      this.triggerEvent('go');
    },

    /** @param {any} e */
    onPhone(e) {
      this.triggerEvent('phone', e.detail);
    },

    onAgree() {
      this.triggerEvent('agree');
    },
  },
});
