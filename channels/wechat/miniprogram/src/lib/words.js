/** How numbers and days are said, the same as in texts and letters. */

/**
 * A receipt as it is read aloud: 4071 8826 35.
 * @param {string} receipt
 */
const spoken = (receipt) => String(receipt).replace(/^(\d{4})(\d{4})(\d{2})$/, '$1 $2 $3');

/**
 * A day in China, whatever zone the phone is set to.
 * @param {string} iso
 */
function day(iso) {
  const at = new Date(Date.parse(iso) + 8 * 3600 * 1000);
  return Number.isNaN(at.getTime()) ? '' : `${at.getUTCMonth() + 1}月${at.getUTCDate()}日`;
}

/**
 * A day that is a date already.
 * @param {string} iso 2026-03-01
 */
function date(iso) {
  const [, month, d] = String(iso).split('-').map(Number);
  return month && d ? `${month}月${d}日` : '';
}

/**
 * The number of an opinion as it is read aloud: 4071 8826 3512.
 * @param {string} number
 */
const inFours = (number) => String(number).replace(/(\d{4})(?=\d)/g, '$1 ');

module.exports = { spoken, day, date, inFours };
