/** The mini-program: a citizen alone with a phone. Its pages hold no state the phone does not keep. */
const outbox = require('./lib/outbox');

App({
  onShow() {
    outbox.flush().catch(() => {}); // what still waits is shown where it was written
  },
});
