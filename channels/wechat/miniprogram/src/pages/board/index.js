/**
 * The public board (公示栏) of a township: what hangs today. It is everybody's to read;
 * nobody is logged in for it, and nothing of it is kept on the phone.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const { date } = require('../../lib/words');

Component({
  behaviors: [page],
  data: { place: '', groups: /** @type {any[]} */ ([]), loaded: false, sample: false },

  methods: {
    /** @param {any} e */
    onPlace(e) {
      this.setData({ place: e.detail.value, groups: [], loaded: false, fault: '' });
      if (e.detail.value) this.load();
    },

    load() {
      return this.doing(async () => {
        const place = this.data.place;
        const list = await api.board(place);
        if (place !== this.data.place) return; // another was chosen meanwhile
        this.setData({ groups: together(list), sample: list.some((/** @type {any} */ p) => p.sample), loaded: true });
      });
    },

    other() {
      this.setData({ place: '', groups: [], loaded: false, fault: '' });
      wx.pageScrollTo({ scrollTop: 0 });
    },

    /** @param {any} e */
    object(e) {
      wx.navigateTo({ url: `/pages/object/index?place=${this.data.place}&notice=${e.currentTarget.dataset.notice}` });
    },

    find() {
      wx.navigateTo({ url: '/pages/objection/index' });
    },
  },
});

/** Lines by where they hang, in the order of their places. @param {any[]} list */
function together(list) {
  /** @type {{place: string, lines: any[]}[]} */
  const groups = [];
  list.forEach((one) => {
    let group = groups.find((g) => g.place === one.place);
    if (!group) groups.push((group = { place: one.place, lines: [] }));
    group.lines.push({ ...one, since: date(one.from), last: date(one.until) });
  });
  return groups;
}
