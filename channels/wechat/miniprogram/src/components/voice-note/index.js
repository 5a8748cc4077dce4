/**
 * An answer in one's own words: said aloud, or with the keyboard. What a machine heard is
 * put into the box for the person to see and correct; it goes when they say so. Whatever
 * fails, the keyboard works.
 */
const api = require('../../lib/api');
const recorder = require('../../lib/recorder');
const { Fault } = require('../../lib/fault');

const PATIENCE = 22; // tries, a second apart: the server gives up after twenty seconds
const MOST = 2000; // characters: what the server takes at a time
const UNHEARD = '没听清,请再说一遍,或者打字。';
const FULL = `一次最多写 ${MOST} 个字,后面的没写下。先点“就这么答”,没说完的下面还能接着说。`;
const SAY = {
  idle: '点一下开始说',
  asking: '请等一下',
  on: '在听您说,说完再点一下',
  hearing: '正在听出来,请等一下',
};

Component({
  properties: {
    value: { type: String, value: '' },
    busy: { type: Boolean, value: false },
  },
  data: {
    words: '',
    state: /** @type {'idle'|'asking'|'on'|'hearing'} */ ('idle'),
    say: SAY.idle,
    left: 60,
    told: '', // what went wrong, or what to look at
    refused: false,
  },
  observers: {
    value(/** @type {string} */ value) {
      this.setData({ words: value });
    },
  },
  lifetimes: {
    detached() {
      this.quit();
    },
  },
  pageLifetimes: {
    hide() {
      this.quit();
    },
  },
  methods: {
    /** @param {'idle'|'asking'|'on'|'hearing'} state @param {any} [more] */
    become(state, more) {
      /** @type {any} */ const self = this;
      clearInterval(self.clock);
      this.setData({ state, say: SAY[state], ...more });
    },

    onTap() {
      if (this.data.state === 'on') recorder.stop();
      else if (this.data.state === 'idle') return this.begin();
      return undefined;
    },

    async begin() {
      /** @type {any} */ const self = this;
      self.turn = (self.turn || 0) + 1;
      const turn = self.turn;
      this.become('asking', { told: '', refused: false });
      const may = await recorder.allowed();
      if (turn !== self.turn) return;
      if (!may) {
        this.become('idle', { refused: true, told: '没让用话筒。打字也一样;想说,就点“打开话筒”,把“麦克风”打开。' });
        return;
      }
      recorder.start({
        stopped: (file) => this.listen(turn, file),
        failed: () => this.become('idle', { told: '话筒没打开。请再点一次,或者打字。' }),
        interrupted: () => this.setData({ told: '来电话打断了,前面说的还在。' }),
      });
      this.become('on', { left: 60 });
      self.clock = setInterval(() => this.setData({ left: Math.max(0, this.data.left - 1) }), 1000);
    },

    /** @param {number} turn @param {string} file */
    async listen(turn, file) {
      /** @type {any} */ const self = this;
      this.become('hearing');
      let told = UNHEARD;
      try {
        const { id } = await api.say(file);
        for (let n = 0; n < PATIENCE && turn === self.turn; n += 1) {
          const got = await api.heard(id);
          if (got.state === 'heard') {
            this.take(turn, got.said);
            return;
          }
          if (got.state === 'not_heard') break;
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
      } catch (fault) {
        told = fault instanceof Fault && !fault.away ? fault.message : '没传上去。请再说一遍,或者打字。';
      }
      if (turn === self.turn) this.become('idle', { told });
    },

    /** @param {number} turn @param {string} said */
    take(turn, said) {
      /** @type {any} */ const self = this;
      if (turn !== self.turn) return;
      const all = this.data.words + said;
      const words = all.slice(0, MOST);
      this.become('idle', { words, told: words === all ? '听到的写在下面了。看一遍,不对就改。' : FULL });
      this.triggerEvent('change', { value: words });
    },

    cancel() {
      this.quit();
      this.setData({ told: '刚才的不要了。' });
    },

    quit() {
      /** @type {any} */ const self = this;
      self.turn = (self.turn || 0) + 1;
      recorder.drop();
      this.become('idle');
    },

    allow() {
      wx.openSetting({ success: () => this.setData({ refused: false, told: '' }) });
    },

    /** @param {any} e */
    onInput(e) {
      this.setData({ words: e.detail.value, told: e.detail.value.length >= MOST ? FULL : this.data.told.replace(FULL, '') });
      this.triggerEvent('change', { value: e.detail.value });
    },

    send() {
      const words = this.data.words.trim();
      if (words && !this.data.busy) this.triggerEvent('said', { words });
    },

    close() {
      this.quit();
      this.triggerEvent('close');
    },
  },
});
