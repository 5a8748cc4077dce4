/** Where somebody lives: the county, then the township. Two short lists instead of one of 134. */
const { Fault } = require('../../lib/fault');
const api = require('../../lib/api');

Component({
  properties: {
    value: { type: String, value: '' },
  },
  data: { countyOptions: /** @type {any[]} */ ([]), counties: /** @type {any[]} */ ([]), towns: /** @type {any[]} */ ([]), county: /** @type {string[]} */ ([]), town: /** @type {string[]} */ ([]), fault: '' },
  lifetimes: {
    attached() {
      this.load();
    },
  },
  methods: {
    async load() {
      try {
        const form = await api.form();
        this.setData({ counties: form.counties, fault: '' });
        if (this.data.value) this.pick(this.data.value);
      } catch (fault) {
        this.setData({ fault: fault instanceof Fault ? fault.message : '' });
      }
    },

    /** @param {string} code a township's, of nine digits */
    pick(code) {
      this.open(this.data.counties.find((c) => code.startsWith(c.code)));
      this.setData({ town: [code] });
    },

    /** @param {any} county */
    open(county) {
      if (!county) return;
      this.setData({ county: [county.code], towns: (county.in || []).map(option), town: [] });
    },

    /** @param {any} e */
    onCounty(e) {
      this.open(this.data.counties.find((c) => c.code === e.detail.chosen[0]));
      this.triggerEvent('change', { value: '' });
    },

    /** @param {any} e */
    onTown(e) {
      this.setData({ town: e.detail.chosen });
      this.triggerEvent('change', { value: e.detail.chosen[0] });
    },

    other() {
      this.setData({ county: [], towns: [], town: [] });
      this.triggerEvent('change', { value: '' });
    },
  },
  observers: {
    counties(/** @type {any[]} */ list) {
      this.setData({ countyOptions: list.map(option) });
    },
  },
});

/** @param {{code: string, name: string}} place */
function option(place) {
  return { value: place.code, say: place.name };
}
