/**
 * For every item why it comes to this household or does not (为什么没有我): its own case as it
 * was judged, with nobody else's data. It decides nothing.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');

const GROUPS = [
  { title: '您提过的', hint: '' },
  { title: '合得上,还没提的', hint: '想办,在“帮我看看”里说一声,或者打 12345。' },
  { title: '还说不准的', hint: '把不知道的告诉我们,就能对了。' },
  { title: '有一条合不上的', hint: '情况变了,或者记得不对,就说,会重新对。' },
];
const AT = { eligible: 1, unknown: 2, not_eligible: 3 };

/** @param {any[]} items as the server gives them, in the order of the rules */
function grouped(items) {
  const groups = GROUPS.map((g) => ({ ...g, items: /** @type {any[]} */ ([]) }));
  for (const it of items) groups[it.status ? 0 : AT[/** @type {keyof typeof AT} */ (it.outcome)]].items.push({ ...it, grounds: (it.law || []).join(';') });
  return groups.filter((g) => g.items.length);
}

Component({
  behaviors: [page],
  properties: { receipt: { type: String, value: '' } },
  data: { said: '', groups: /** @type {any[]} */ ([]) },

  lifetimes: {
    attached() {
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const got = await api.why(this.data.receipt);
        this.setData({ said: got.say, groups: grouped(got.items) });
      });
    },

    back() {
      wx.redirectTo({ url: `/pages/case/index?receipt=${this.data.receipt}` });
    },
  },
});
