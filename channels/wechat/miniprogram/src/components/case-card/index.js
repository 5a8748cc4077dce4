/** One application in a list: where it stands, what is next, its number. */
const { spoken, day } = require('../../lib/words');

Component({
  properties: {
    one: { type: Object, value: /** @type {any} */ ({}) },
  },
  data: { number: '', when: '' },
  observers: {
    one(/** @type {any} */ one) {
      this.setData({ number: spoken(one.receipt || ''), when: day(one.updated) });
    },
  },
  methods: {
    open() {
      this.triggerEvent('open', { receipt: this.data.one.receipt });
    },
  },
});
