/**
 * Who else lives there: a row each, of what they are to the person and how old. What
 * is not known is left open; nobody is asked for a name here.
 */
const RELATIONS = [
  { value: 'spouse', say: '爱人' },
  { value: 'child', say: '孩子' },
  { value: 'parent', say: '父母' },
  { value: 'grandchild', say: '孙辈' },
  { value: 'grandparent', say: '爷爷奶奶' },
  { value: 'other', say: '其他' },
];
const MOST = 14;

Component({
  properties: {
    rows: { type: Array, value: /** @type {{relation: string, age: string}[]} */ ([]) },
  },
  data: { relations: RELATIONS, shown: /** @type {any[]} */ ([]), full: false },
  observers: {
    rows(/** @type {any[]} */ rows) {
      const list = rows && rows.length ? rows : [{ relation: '', age: '' }];
      this.setData({ shown: list.map((r) => ({ ...r, chosen: r.relation ? [r.relation] : [] })), full: list.length >= MOST });
    },
  },
  methods: {
    /**
     * @param {number} at
     * @param {any} change
     */
    set(at, change) {
      const rows = this.data.shown.map((r, i) => ({ relation: r.relation, age: r.age, ...(i === at ? change : {}) }));
      this.triggerEvent('change', { rows });
    },

    /** @param {any} e */
    onRelation(e) {
      this.set(Number(e.currentTarget.dataset.at), { relation: e.detail.chosen[0] });
    },

    /** @param {any} e */
    onAge(e) {
      this.set(Number(e.currentTarget.dataset.at), { age: e.detail.value });
    },

    more() {
      const rows = this.data.shown.map((r) => ({ relation: r.relation, age: r.age }));
      if (rows.length < MOST) this.triggerEvent('change', { rows: rows.concat({ relation: '', age: '' }) });
    },
  },
});
