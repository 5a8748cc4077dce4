/** Who of the staff looked at one's data (谁看过我的资料): a day, what they are, why; no names. */
const page = require('../../lib/page');
const api = require('../../lib/api');

Component({
  behaviors: [page],
  data: { list: /** @type {any[]} */ ([]), loaded: false, next: '' },

  lifetimes: {
    attached() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.read('');
    },

    further() {
      return this.read(this.data.next);
    },

    /** @param {string} before where the page that is shown ends, '' to begin anew */
    read(before) {
      return this.doing(async () => {
        const got = await api.seen(before);
        this.setData({ loaded: true, list: (before ? this.data.list : []).concat(got.list), next: got.next });
      });
    },
  },
});
