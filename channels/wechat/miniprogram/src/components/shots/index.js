/**
 * Several photos: take or choose, see each, take one again or away before it is sent.
 * It keeps none itself: the page does, and uploads them.
 */
Component({
  properties: {
    label: { type: String, value: '' },
    hint: { type: String, value: '' },
    list: { type: Array, value: /** @type {any[]} */ ([]) }, // { id, file, state: 'sending' | 'kept' | 'failed', fault }
    most: { type: Number, value: 9 },
  },
  methods: {
    more() {
      const left = this.data.most - this.data.list.length;
      if (left > 0) this.choose(left, (files) => this.triggerEvent('add', { files }));
    },

    /** @param {any} e */
    again(e) {
      const id = e.currentTarget.dataset.id;
      this.choose(1, (files) => this.triggerEvent('again', { id, file: files[0] }));
    },

    /** @param {any} e */
    away(e) {
      this.triggerEvent('away', { id: e.currentTarget.dataset.id });
    },

    /** @param {number} count @param {(files: string[]) => void} got */
    choose(count, got) {
      wx.chooseMedia({
        count,
        mediaType: ['image'],
        sourceType: ['camera', 'album'],
        camera: 'back',
        sizeType: ['compressed'],
        success: (chosen) => got(chosen.tempFiles.map((f) => f.tempFilePath)),
        fail: (why) => {
          if (!/cancel/.test(why.errMsg)) this.triggerEvent('refused');
        },
      });
    },
  },
});
