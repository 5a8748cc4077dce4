/**
 * One thing to fill in: its question, why, the box, and what is wrong with it. `from`
 * says where a value that was not typed came from.
 */
Component({
  properties: {
    label: { type: String, value: '' },
    hint: { type: String, value: '' },
    value: { type: String, value: '' },
    type: { type: String, value: 'text' },
    unit: { type: String, value: '' },
    from: { type: String, value: '' },
    wrong: { type: String, value: '' },
    most: { type: Number, value: 200 },
    long: { type: Boolean, value: false },
  },
  methods: {
    /** @param {any} e */
    onInput(e) {
      this.triggerEvent('change', { value: e.detail.value });
    },
  },
});
