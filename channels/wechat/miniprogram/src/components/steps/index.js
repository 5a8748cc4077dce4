/** How far somebody is, in dots and in words. More than a dozen dots say nothing. */
const MOST = 12;

Component({
  properties: {
    done: { type: Number, value: 0 },
    left: { type: Number, value: 0 },
    words: { type: String, value: '' },
  },
  data: { dots: /** @type {boolean[]} */ ([]) },
  observers: {
    'done, left'(/** @type {number} */ done, /** @type {number} */ left) {
      const all = Math.max(done + left, 1);
      const shown = Math.min(all, MOST);
      const on = Math.round((done / all) * shown);
      this.setData({ dots: Array.from({ length: shown }, (_, i) => i < on) });
    },
  },
});
