/**
 * An answer in one's own words. There is no recording here: the server takes none
 * from this door. The keyboard's microphone turns speech into words, and the person
 * sees them before they go.
 */
Component({
  properties: {
    value: { type: String, value: '' },
    busy: { type: Boolean, value: false },
  },
  data: { words: '' },
  observers: {
    value(/** @type {string} */ value) {
      this.setData({ words: value });
    },
  },
  methods: {
    /** @param {any} e */
    onInput(e) {
      this.setData({ words: e.detail.value });
      this.triggerEvent('change', { value: e.detail.value });
    },

    send() {
      const words = this.data.words.trim();
      if (words && !this.data.busy) this.triggerEvent('said', { words });
    },

    close() {
      this.triggerEvent('close');
    },
  },
});
