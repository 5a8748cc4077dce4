/**
 * The end: what was said, what may come of it, leave for the means check, and a name
 * written by finger. What is signed is the text that stands here, by its digest.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const outbox = require('../../lib/outbox');
const store = require('../../lib/store');
const { fresh } = require('../../lib/key');
const { sha256 } = require('../../lib/sha256');
const { Fault } = require('../../lib/fault');

Component({
  behaviors: [page],
  data: { it: /** @type {any} */ (null), sum: /** @type {any} */ ({}), said: /** @type {any[]} */ ([]), unknown: /** @type {any[]} */ ([]), whole: false, consents: /** @type {any[]} */ ([]), agreed: /** @type {string[]} */ ([]), strokes: /** @type {any} */ (null), waits: false },

  lifetimes: {
    attached() {
      /** @type {any} */ const self = this;
      self.stop = outbox.whenBack(() => this.resume());
      this.resume();
    },
    detached() {
      /** @type {any} */ const self = this;
      self.stop();
    },
  },

  methods: {
    resume() {
      return this.doing(async () => {
        if (outbox.waiting()) {
          await this.deliver(outbox.flush());
          return;
        }
        this.show(await api.interview());
      });
    },

    /** @param {any} it */
    show(it) {
      if (it.step.kind !== 'end') {
        wx.redirectTo({ url: '/pages/ask/index' });
        return;
      }
      const dunno = (/** @type {any} */ line) => line.say === '不清楚';
      this.setData({ said: it.summary.lines.filter((/** @type {any} */ l) => !dunno(l)), unknown: it.summary.lines.filter(dunno) });
      this.setData({ it, sum: it.summary, consents: it.summary.consents.map((/** @type {any} */ c) => ({ ...c, option: [{ value: c.purpose, say: c.text + (c.required ? '' : '(可以不点)') }] })) });
    },

    /** @param {any} e */
    onAgree(e) {
      const purpose = e.currentTarget.dataset.purpose;
      const others = this.data.agreed.filter((p) => p !== purpose);
      this.setData({ agreed: e.detail.chosen.length ? others.concat(purpose) : others, fault: '' });
    },

    /** @param {any} e */
    onSigned(e) {
      this.setData({ strokes: e.detail.strokes, fault: '' });
    },

    /** @returns {string} what still lacks, in words */
    lacking() {
      const needed = (this.data.sum.open || []).find((/** @type {any} */ o) => o.needed);
      if (needed) return `${needed.ask}。点上面的“补上”就行。`;
      const open = this.data.consents.find((c) => c.required && !this.data.agreed.includes(c.purpose));
      if (open) return '上面还有一条要您点“同意”。不同意,可以打 12345 换个办法。';
      return this.data.strokes ? '' : '请用手指在框里写上名字。';
    },

    send() {
      const lacks = this.lacking();
      if (lacks) {
        this.setData({ fault: lacks });
        return undefined;
      }
      // What waits already goes again as it is: another one would be another key.
      return this.doing(() => this.deliver(outbox.waiting() ? outbox.flush() : outbox.put('apply', this.application())));
    },

    /** The whole application, with the key that makes a second sending the same one. */
    application() {
      const papers = store.read('papers') || {};
      return {
        strokes: JSON.stringify(this.data.strokes),
        form: {
          key: fresh(),
          revision: this.data.it.revision,
          papers: Object.keys(papers).map((kind) => ({ kind, digest: papers[kind] })),
          consents: this.data.consents.filter((c) => this.data.agreed.includes(c.purpose)).map((c) => ({ purpose: c.purpose, version: c.version })),
          signature: { strokes: '', document: sha256(this.data.sum.document) },
        },
      };
    },

    /** @param {Promise<any>} sending */
    async deliver(sending) {
      try {
        const sent = await sending;
        if (sent.what !== 'apply') {
          this.show(sent.got);
          return;
        }
        wx.reLaunch({ url: '/pages/receipt/index' });
      } catch (fault) {
        if (fault instanceof Fault && fault.status === 409 && fault.body && fault.body.interview) {
          this.show(fault.body.interview); // put right at another door meanwhile: it is read again
          return;
        }
        if (!(fault instanceof Fault) || !fault.away) throw fault;
        this.setData({ waits: true });
      }
    },

    /** What nobody knew is long, and changes nothing: it opens at a tap. */
    showAll() {
      this.setData({ whole: !this.data.whole });
    },

    /** @param {any} e */
    change(e) {
      wx.redirectTo({ url: `/pages/ask/index?again=${encodeURIComponent(e.currentTarget.dataset.ref)}` });
    },
  },
});
