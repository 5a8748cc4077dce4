/**
 * Somebody says that a decision is wrong (what=wrong), or that a matter is not solved though
 * it ended (what=unsolved). Sent under one key until it has arrived.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const saying = require('../../lib/saying');

/** @type {Record<string, any>} */
const WAYS = {
  wrong: { title: '我觉得不对', ask: '哪里不对?', hint: '写您知道的,例如收入、几口人不对。500 个字以内。', comes: ['换没经手过的人重新看。', '原来给的照给,不会因为说了就减。'], go: '送上去,重新看', send: api.appeal, may: 'appeals' },
  unsolved: { title: '没有解决', ask: '还差什么?', hint: '比如钱没到、东西没送、答复没说清。500 个字以内。', comes: ['头一次由定这件事的单位再办。', '答复以后还没解决,再说,到上一级。', '原来给的照给。'], go: '送上去,再办', send: api.unsolved, may: 'reopens' },
};

Component({
  behaviors: [page],
  properties: { receipt: { type: String, value: '' }, item: { type: String, value: '' }, what: { type: String, value: 'wrong' } },
  data: { way: WAYS.wrong, name: '', saying: /** @type {any} */ ({ says: '' }), shut: false, loaded: false, promise: '' },

  lifetimes: {
    attached() {
      const { what, receipt, item } = this.data;
      this.setData({ way: WAYS[what] || WAYS.wrong, saying: saying.begun(`${what} ${receipt} ${item}`) });
      this.load();
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const one = await api.application(this.data.receipt);
        const item = one.items.find((/** @type {any} */ i) => i.item === this.data.item);
        const may = (one[this.data.way.may] || []).includes(this.data.item);
        this.setData({ name: item ? item.name : '', shut: !may && !this.data.saying.says, loaded: true }); // what was begun may be what arrived unheard
      });
    },

    /** @param {any} e */
    onSays(e) {
      this.setData({ saying: { ...this.data.saying, says: e.detail.value } });
      saying.keep(this.data.saying);
    },

    send() {
      const { key, says } = this.data.saying;
      if (!says.trim()) {
        this.setData({ fault: `请写一句${this.data.what === 'unsolved' ? '还差什么' : '哪里不对'}。不会写,打 12345 说。` });
        return undefined;
      }
      return this.doing(async () => {
        const got = await this.data.way.send(this.data.receipt, { key, item: this.data.item, says: says.trim() }).catch((/** @type {any} */ fault) => this.kept(fault));
        saying.away();
        this.setData({ promise: got.say });
        wx.pageScrollTo({ scrollTop: 0 });
      });
    },

    /** @param {any} fault */
    kept(fault) {
      const got = saying.unheard(fault, this.data.saying);
      this.setData({ saying: got.saying });
      throw got.fault;
    },

    back() {
      wx.redirectTo({ url: `/pages/case/index?receipt=${this.data.receipt}` });
    },
  },
});
