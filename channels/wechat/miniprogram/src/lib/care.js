/**
 * Large type. A page's root size is what the person's WeChat is set to, never below
 * the body size of the product; care mode is WeChat's largest step.
 */
const store = require('./store');

const BODY = 18;
const CARE = 23.8;
const STANDARD = 17; // px, the size of letters that WeChat is delivered with
const MOST = 32; // 1.75 times the body: layouts hold to here

const on = () => store.read('care') === true;

/** @param {boolean} wanted */
const turn = (wanted) => store.write('care', wanted);

/** @returns {number} px */
function rootSize() {
  const info = wx.getAppBaseInfo();
  const factor = Number(/** @type {any} */ (info).fontSizeScaleFactor) || 1; // Android's; iOS gives the letters' own size
  const wished = BODY * Math.max(1, factor, (Number(info.fontSizeSetting) || STANDARD) / STANDARD);
  const size = Math.max(wished, on() ? CARE : BODY);
  return Math.round(Math.min(size, MOST) * 10) / 10;
}

module.exports = { on, turn, rootSize };
