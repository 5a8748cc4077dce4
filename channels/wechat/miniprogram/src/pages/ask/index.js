/**
 * The interview, one question a page. The server says what is asked next; this page
 * shows it, keeps what is half answered, and sends each answer once.
 */
const page = require('../../lib/page');
const api = require('../../lib/api');
const outbox = require('../../lib/outbox');
const store = require('../../lib/store');
const { answerOf, blank, draftOf } = require('../../lib/answer');
const { known, spent } = require('../../lib/known');
const { Fault, NO_NETWORK } = require('../../lib/fault');

const WHO = [
  { value: 'self', say: '我自己' },
  { value: 'member', say: '一起住的家人' },
  { value: 'guardian', say: '我是监护人' },
  { value: 'entrusted', say: '别人托我办的' },
  { value: 'committee', say: '村里、居委会' },
];
const YES_NO = [
  { value: 'true', say: '是' },
  { value: 'false', say: '不是' },
];
const GRADES = ['一级(最重)', '二级', '三级', '四级'].map((say, i) => ({ value: String(i + 1), say }));
const NONE = { family: '没有别人,就我一个人', many: '都不是', shocks: '没出过事', disability: '没有残疾证', round: '都没有' };

Component({
  behaviors: [page],
  properties: { again: { type: String, value: '' } }, // a step of the summary that is put right
  data: {
    who: WHO,
    yesNo: YES_NO,
    grades: GRADES,
    capacity: /** @type {string[]} */ ([]),
    fresh: false, // none is open: first, for whom
    it: /** @type {any} */ (null),
    step: /** @type {any} */ ({}),
    kind: '', // which of the forms below the question shows
    none: '',
    about: /** @type {any[]} */ ([]),
    d: blank(),
    from: '',
    saying: false,
    waits: false,
  },

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
    /** Sends what waits, else asks where the interview stands. */
    resume() {
      return this.doing(async () => {
        try {
          const sent = await outbox.flush();
          this.show(sent && sent.what === 'answer' ? sent.got : await api.interview(this.data.again));
        } catch (fault) {
          if (fault instanceof Fault && fault.status === 404) {
            this.setData({ fresh: true });
            return;
          }
          this.hear(fault);
        }
      });
    },

    /** @param {any} e */
    onCapacity(e) {
      this.setData({ capacity: e.detail.chosen });
    },

    begin() {
      const capacity = this.data.capacity[0];
      if (!capacity) {
        this.setData({ fault: '点一下,是替谁报的。' });
        return undefined;
      }
      return this.doing(async () => {
        store.write('capacity', capacity);
        this.show(await api.begin(capacity));
      });
    },

    /** @param {any} it an Interview */
    show(it) {
      if (it.step.kind === 'end') {
        wx.redirectTo({ url: this.data.again ? '/pages/sign/index' : '/pages/papers/index' });
        return;
      }
      const step = it.step;
      const kept = store.read('draft') || {};
      const offered = step.prefill || known(step, store.read('card')) || {};
      const d = kept.ref === step.ref ? kept.d : { ...blank(), ...draftOf(step, offered.value) };
      const kind = step.kind === 'round' ? 'round' : step.type;
      this.setData({
        it, step, kind, d, fresh: false, waits: false, saying: false, fault: '',
        none: NONE[/** @type {'family'} */ (kind)] || '',
        about: (step.about || []).map((/** @type {any} */ m) => ({ value: m.ref, say: m.say })),
        from: kept.ref === step.ref ? '' : offered.from || '',
      });
      wx.pageScrollTo({ scrollTop: 0, duration: 0 });
    },

    /** @param {Record<string, any>} change */
    write(change) {
      const d = { ...this.data.d, ...change };
      this.setData({ d, fault: '' });
      store.write('draft', { ref: this.data.step.ref, d });
    },

    /** @param {any} e */
    onText(e) {
      this.write({ text: e.detail.value });
    },

    /** @param {any} e */
    onChosen(e) {
      this.write({ chosen: e.detail.chosen });
    },

    /** @param {any} e */
    onSecond(e) {
      this.write({ second: e.detail.chosen });
    },

    /** @param {any} e */
    onGrade(e) {
      this.write({ grade: e.detail.chosen });
    },

    /** @param {any} e */
    onRows(e) {
      this.write({ rows: e.detail.rows });
    },

    /** @param {any} e */
    onDate(e) {
      this.write({ date: e.detail.value });
    },

    next() {
      const answer = answerOf(this.data.step, this.data.d);
      if (!answer) {
        this.setData({ fault: this.data.kind === 'region' ? '点一下住在哪个镇、街道。' : '还没答。不清楚就点“不清楚,先跳过”。' });
        return undefined;
      }
      return this.answer(answer);
    },

    dunno() {
      return this.answer({ dunno: true });
    },

    sayNone() {
      return this.answer({ none: true });
    },

    speak() {
      this.setData({ saying: !this.data.saying });
    },

    /** @param {any} e */
    onSaid(e) {
      return this.answer({ said: e.detail.words });
    },

    /** @param {any} answer */
    answer(answer) {
      return this.doing(async () => {
        try {
          const sent = await outbox.put('answer', { step: this.data.step.ref, revision: this.data.it.revision, answer });
          store.write('draft', undefined);
          store.write('card', spent(this.data.step, store.read('card')));
          this.show(sent.got);
        } catch (fault) {
          this.hear(fault);
        }
      });
    },

    /** @param {any} fault */
    hear(fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (fault.status === 409 && fault.body && fault.body.interview) {
        this.show(fault.body.interview); // answered at another door meanwhile
        return;
      }
      this.setData({ waits: fault.away });
      if (!fault.away) throw fault;
      if (!outbox.waiting()) throw new Fault(NO_NETWORK);
    },

    back() {
      return this.doing(async () => {
        try {
          this.show(await api.back(this.data.it.revision));
        } catch (fault) {
          this.hear(fault);
        }
      });
    },

    enough() {
      return this.doing(async () => {
        try {
          this.show(await api.enough(this.data.it.revision));
        } catch (fault) {
          this.hear(fault);
        }
      });
    },
  },
});

