/**
 * Answers to choose from, one or several. `chosen` is a list in both cases. Nothing
 * is chosen for a person beforehand.
 */
Component({
  properties: {
    options: { type: Array, value: /** @type {{value: string, say: string}[]} */ ([]) },
    chosen: { type: Array, value: /** @type {string[]} */ ([]) },
    many: { type: Boolean, value: false },
    label: { type: String, value: '' },
  },
  data: { rows: /** @type {{value: string, say: string, on: boolean}[]} */ ([]) },
  observers: {
    'options, chosen'(/** @type {{value: string, say: string}[]} */ options, /** @type {string[]} */ chosen) {
      this.setData({ rows: (options || []).map((o) => ({ value: o.value, say: o.say, on: (chosen || []).includes(o.value) })) });
    },
  },
  methods: {
    /** @param {any} e */
    pick(e) {
      const value = String(e.currentTarget.dataset.value);
      if (!this.data.many) {
        this.triggerEvent('change', { chosen: [value] });
        return;
      }
      const was = /** @type {string[]} */ (this.data.chosen);
      const next = was.includes(value) ? was.filter((v) => v !== value) : was.concat(value);
      this.triggerEvent('change', { chosen: next });
    },
  },
});
