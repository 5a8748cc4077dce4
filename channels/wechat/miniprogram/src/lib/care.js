/**
 * Large type. A page's root size is what the person's WeChat is set to, never below
 * the body size of the product; care mode is WeChat's largest step.
 */
const store = require('./store');

const BODY = 18;
const CARE = 23.8;
const MOST = 32; // 1.75 times the body: layouts hold to here

const on = () => store.read('care') === true;

/** @param {boolean} wanted */
const turn = (wanted) => store.write('care', wanted);

/** @returns {number} px */
function rootSize() {
  const info = wx.getAppBaseInfo();
  const set = Number(info.fontSizeSetting) || 16;
  const wished = BODY * Math.max(1, set / 17); // 17 is the standard step
  const size = Math.max(wished, on() ? CARE : BODY);
  return Math.round(Math.min(size, MOST) * 10) / 10;
}

module.exports = { on, turn, rootSize };
