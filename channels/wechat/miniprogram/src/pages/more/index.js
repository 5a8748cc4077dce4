/**
 * Papers for an application that was made (补材料): what is asked for, photos of it, a
 * line. Sent under one key until it has arrived, so that sending again is harmless.
 */
const page = require('../../lib/page');
const album = require('../../lib/album');
const api = require('../../lib/api');
const { fresh } = require('../../lib/key');
const { day } = require('../../lib/words');
const { Fault } = require('../../lib/fault');

const MOST = 9;

Component({
  behaviors: [page],
  properties: { receipt: { type: String, value: '' } },
  data: { most: MOST, key: '', asked: '', until: '', note: '', list: /** @type {any[]} */ ([]), sent: /** @type {any[]} */ ([]), promise: '', left: false },

  lifetimes: {
    attached() {
      const begun = album.read(this.data.receipt);
      this.setData(begun ? { key: begun.key, note: begun.note, list: begun.list } : { key: fresh() });
      if (begun) begun.list.filter((one) => one.state !== 'kept').forEach((one) => this.keep(one.id, one.file));
      this.load();
    },
    detached() {
      this.setData({ left: true });
    },
  },

  methods: {
    load() {
      return this.doing(async () => {
        const now = (await api.application(this.data.receipt)).supplement || {};
        this.setData({
          asked: now.asked || '',
          until: now.until ? day(now.until) : '',
          sent: (now.sent || []).map((/** @type {any} */ s) => ({ when: day(s.at), says: s.say })),
        });
      });
    },

    /** @param {any} e */
    onAdd(e) {
      const room = MOST - this.data.list.length;
      return Promise.all(e.detail.files.slice(0, room).map((/** @type {string} */ file) => this.take(fresh(), file)));
    },

    /** @param {any} e */
    onAgain(e) {
      const old = this.data.list.find((one) => one.id === e.detail.id);
      if (old) album.drop(old.file);
      return this.take(e.detail.id, e.detail.file);
    },

    /** @param {any} e */
    onAway(e) {
      this.data.list.filter((one) => one.id === e.detail.id).forEach((one) => album.drop(one.file));
      this.setData({ list: this.data.list.filter((one) => one.id !== e.detail.id), fault: '' });
      this.remember();
    },

    /** Whatever comes between, what was begun is there when the page opens again. */
    remember() {
      const { receipt, key, note, list } = this.data;
      album.write(receipt, { key, note, list });
    },

    /** @param {string} id @param {string} file as WeChat gave it */
    async take(id, file) {
      const shot = { id, file, state: 'sending' }; // its place is taken before anything waits
      const known = this.data.list.some((old) => old.id === id);
      this.setData({ list: known ? this.data.list.map((old) => (old.id === id ? shot : old)) : this.data.list.concat(shot), fault: '' });
      const saved = await album.save(file);
      if (!this.has(id)) album.drop(saved); // taken away meanwhile
      else await this.keep(id, saved);
    },

    /** @param {string} id */
    has(id) {
      return this.data.list.some((one) => one.id === id);
    },

    /** @param {string} id @param {string} file */
    async keep(id, file) {
      this.put({ id, file, state: 'sending' });
      try {
        const got = await api.keep('other', file);
        this.put({ id, file, state: 'kept', digest: got.digest });
      } catch (fault) {
        this.put({ id, file, state: 'failed', fault: fault instanceof Fault ? fault.message : '' });
      }
    },

    /**
     * Puts one photo in its place; one that was taken away meanwhile has none, and a page that
     * was left while the person had the phone forget them brings nothing back.
     * @param {any} one
     */
    put(one) {
      if (!this.has(one.id)) return;
      this.setData({ list: this.data.list.map((old) => (old.id === one.id ? one : old)), fault: '' });
      if (!this.data.left || album.read(this.data.receipt)) this.remember();
    },

    /** @param {any} e */
    onNote(e) {
      this.setData({ note: e.detail.value });
      this.remember();
    },

    /** @returns {string} what still lacks, in words */
    lacking() {
      const list = this.data.list;
      if (list.some((one) => one.state === 'sending')) return '照片还在传,稍等一下再点。';
      if (list.some((one) => one.state !== 'kept')) return '有一张没传上。请重拍那一张,或者去掉。';
      return list.length || this.data.note.trim() ? '' : '还没有照片。请先拍一张,或者写一句话。';
    },

    send() {
      const lacks = this.lacking();
      if (lacks) {
        this.setData({ fault: lacks });
        return undefined;
      }
      const digests = this.data.list.map((one) => one.digest);
      const papers = digests.filter((d, i) => digests.indexOf(d) === i).map((digest) => ({ kind: 'other', digest })); // the same photo twice counts once
      return this.doing(async () => {
        const got = await this.handIn(papers);
        album.away(this.data.receipt);
        this.setData({ promise: got.say, list: [], note: '', key: fresh() });
      });
    },

    /**
     * What was sent before, unheard, has arrived: what was added since goes under a key of
     * its own.
     * @param {{kind: string, digest: string}[]} papers
     */
    async handIn(papers) {
      const body = () => ({ key: this.data.key, papers, note: this.data.note.trim() });
      try {
        return await api.handIn(this.data.receipt, body());
      } catch (fault) {
        if (!(fault instanceof Fault) || fault.code !== 'key_reused') return kept(fault);
      }
      this.setData({ key: fresh() });
      this.remember();
      return api.handIn(this.data.receipt, body()).catch(kept);
    },

    back() {
      wx.redirectTo({ url: `/pages/case/index?receipt=${this.data.receipt}` });
    },
  },
});

/**
 * Nothing here is sent by itself, so a network that is away is spoken of otherwise than
 * where it is.
 * @param {any} fault
 */
function kept(fault) {
  if (fault instanceof Fault && fault.status === 0) throw new Fault('没送到,照片都还在。网好了再点一次“送上去”,不会重复。');
  throw fault;
}
