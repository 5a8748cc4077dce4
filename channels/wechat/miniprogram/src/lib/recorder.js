/**
 * The microphone, one recording at a time: WAV of 16 kHz and one channel, which every
 * engine takes as it is. A minute at most; a telephone call ends it and keeps what was said.
 */
const FORM = { duration: 60000, sampleRate: 16000, numberOfChannels: 1, format: 'wav' };

/** @type {{stopped: (file: string) => void, failed: () => void, interrupted: () => void}|null} who hears of the recording */
let heard = null;
/** @type {any} */
let manager = null;

function device() {
  if (manager) return manager;
  manager = wx.getRecorderManager();
  manager.onStop((/** @type {any} */ got) => end((h) => h.stopped(got.tempFilePath)));
  manager.onError(() => end((h) => h.failed()));
  manager.onInterruptionBegin(() => {
    if (!heard) return;
    heard.interrupted();
    manager.stop();
  });
  return manager;
}

/** @param {(h: NonNullable<typeof heard>) => void} tell */
function end(tell) {
  const h = heard;
  heard = null;
  if (h) tell(h);
}

/** Whether the person lets us use the microphone; WeChat asks them once. */
function allowed() {
  return new Promise((resolve) => {
    wx.authorize({ scope: 'scope.record', success: () => resolve(true), fail: () => resolve(false) });
  });
}

/** @param {NonNullable<typeof heard>} h hears of its end, once */
function start(h) {
  const d = device();
  heard = h;
  d.start(FORM);
}

const stop = () => manager && manager.stop();

/** Ends a recording that nobody wants: it goes nowhere. */
function drop() {
  if (!heard) return;
  heard = null;
  manager.stop();
}

module.exports = { allowed, start, stop, drop };
