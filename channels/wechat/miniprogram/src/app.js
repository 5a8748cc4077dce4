/**
 * The mini-program: a citizen alone with a phone. Its pages hold no state that the phone
 * does not keep.
 */
const album = require('./lib/album');
const saying = require('./lib/saying');

App({
  onLaunch() {
    album.sweep();
    saying.sweep();
  },
});
