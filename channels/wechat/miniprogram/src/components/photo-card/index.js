/**
 * One photo: take it, see it, take it again. It never keeps a person from going on:
 * whether a photo is needed is the page's to say.
 */
Component({
  properties: {
    label: { type: String, value: '' },
    hint: { type: String, value: '' },
    picture: { type: String, value: '' },
    state: { type: String, value: '' }, // '' none, 'sending', 'kept', 'failed'
    fault: { type: String, value: '' },
    camera: { type: Boolean, value: true },
  },
  methods: {
    take() {
      if (this.data.state === 'sending') return;
      wx.chooseMedia({
        count: 1,
        mediaType: ['image'],
        sourceType: this.data.camera ? ['camera', 'album'] : ['album', 'camera'],
        camera: 'back',
        sizeType: ['compressed'],
        success: (got) => this.triggerEvent('photo', { file: got.tempFiles[0].tempFilePath, size: got.tempFiles[0].size }),
        fail: (why) => {
          if (!/cancel/.test(why.errMsg)) this.triggerEvent('refused');
        },
      });
    },
  },
});
