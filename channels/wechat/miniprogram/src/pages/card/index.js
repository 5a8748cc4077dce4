/**
 * Who the person is: both sides of the card, what was read for them to correct, and
 * always a way by hand. The checksum is the server's to judge.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const store = require('../../lib/store');
const { Fault } = require('../../lib/fault');

const MOST = 10 * 1024 * 1024; // the server's own limit is a little above

/** @typedef {{picture: string, state: string, fault: string}} Side */
const empty = () => ({ picture: '', state: '', fault: '' });

Component({
  behaviors: [page],
  data: { front: empty(), back: empty(), name: '', number: '', read: '', note: '', byHand: false, same: false },

  lifetimes: {
    attached() {
      const was = store.read('card') || {};
      const papers = store.read('papers') || {};
      const kept = (/** @type {string} */ kind) => (papers[kind] ? { picture: '', state: 'kept', fault: '' } : empty());
      this.setData({ front: kept('id_front'), back: kept('id_back'), name: was.name || '', number: was.number || '', byHand: Boolean(was.name) });
    },
  },

  methods: {
    /** @param {any} e */
    onFront(e) {
      this.send('front', e.detail);
    },

    /** @param {any} e */
    onBack(e) {
      this.send('back', e.detail);
    },

    /**
     * @param {'front'|'back'} side
     * @param {{file: string, size: number}} photo
     */
    async send(side, photo) {
      const show = (/** @type {Partial<Side>} */ now) => this.setData({ [side]: { picture: photo.file, state: '', fault: '', ...now } });
      if (photo.size > MOST) {
        show({ state: 'failed', fault: '这张太大了,请离近一点重拍。' });
        return;
      }
      show({ state: 'sending' });
      try {
        const got = await api.keep(`id_${side}`, photo.file);
        this.keep(`id_${side}`, got.digest);
        show({ state: 'kept' });
        this.seen(side, got.card);
      } catch (fault) {
        show({ state: 'failed', fault: fault instanceof Fault ? fault.message : '' });
      }
    },

    /**
     * @param {string} kind
     * @param {string} digest
     */
    keep(kind, digest) {
      const papers = { ...(store.read('papers') || {}), [kind]: digest };
      store.write('papers', papers);
      this.setData({ same: Boolean(papers.id_front) && papers.id_front === papers.id_back });
    },

    /**
     * Puts in what was read. What the person typed already stands.
     * @param {'front'|'back'} side
     * @param {{name?: string, id_number?: string, valid?: string, note?: string}|undefined} card
     */
    seen(side, card) {
      this.setData({ note: (card && card.note) || '' });
      if (side === 'back' && card && card.name) {
        this.setData({ back: { ...this.data.back, state: 'failed', fault: '这还是有照片的一面。请拍有国徽的一面。' } });
        return;
      }
      if (side !== 'front') return;
      if (!card || !(card.name || card.id_number)) {
        this.setData({ byHand: true, read: '' });
        return;
      }
      this.setData({ byHand: true, read: '照片', name: this.data.name || card.name || '', number: this.data.number || card.id_number || '' });
    },

    hand() {
      this.setData({ byHand: true });
    },

    /** @param {any} e */
    onName(e) {
      this.setData({ name: e.detail.value });
    },

    /** @param {any} e */
    onNumber(e) {
      this.setData({ number: e.detail.value.toUpperCase() });
    },

    /** The leave to use the camera was refused, or there is none. */
    onRefused() {
      this.setData({ byHand: true });
    },

    on() {
      store.write('card', { name: this.data.name.trim(), number: this.data.number.trim(), from: this.data.read ? '身份证照片' : '' });
      wx.redirectTo({ url: '/pages/ask/index' });
    },
  },
});
