/**
 * From what stands on the screen to what the interview takes. What is only half
 * filled in is null: the page says what is missing, and nothing is guessed.
 *
 * @typedef {{text: string, chosen: string[], rows: {relation: string, age: string}[], grade: string[], second: string[], date: string}} Draft
 */

/** @returns {Draft} */
const blank = () => ({ text: '', chosen: [], rows: [], grade: [], second: [], date: '' });

/**
 * Money and numbers as people write them: plain digits are a number, anything else
 * ("1.2万", "三百来块") is words for the interview to understand.
 * @param {string} text
 * @param {boolean} whole
 */
function amount(text, whole) {
  const bare = text.replace(/[,\uFF0C\s元岁]/g, '');
  const plain = whole ? /^\d{1,9}$/ : /^\d{1,9}(\.\d{1,2})?$/;
  return plain.test(bare) ? { value: Number(bare) } : { said: text };
}

/** @param {Draft} d */
function relatives(d) {
  const rows = d.rows.filter((r) => r.relation || r.age);
  if (!rows.length || rows.some((r) => !r.relation)) return null;
  return { value: rows.map((r) => (/^\d{1,3}$/.test(r.age) ? { relation: r.relation, age: Number(r.age) } : { relation: r.relation })) };
}

/**
 * The other way round: an answer that is known, as it stands on the screen.
 * @param {{kind?: string, type?: string}} step
 * @param {any} value
 * @returns {Partial<Draft>}
 */
function draftOf(step, value) {
  if (value === undefined || value === null) return {};
  const list = Array.isArray(value) ? value : [];
  if (step.kind === 'round') return { chosen: list.map(String) };
  switch (step.type) {
    case 'choice':
      return { chosen: [String(value)] };
    case 'yes_no':
      return { chosen: [value ? 'true' : 'false'] };
    case 'many':
      return { chosen: list.map(String) };
    case 'family':
      return { rows: list.map((r) => ({ relation: r.relation || '', age: r.age === undefined ? '' : String(r.age) })) };
    case 'disability':
      return value.kind ? { chosen: [value.kind], grade: [String(value.grade)] } : {};
    case 'parents':
      return { chosen: list.slice(0, 1), second: list.slice(1, 2) };
    case 'shocks':
      return list.length ? { chosen: [list[0].kind], date: list[0].date || '' } : {};
    default:
      return typeof value === 'object' ? {} : { text: String(value) };
  }
}

/** @type {Record<string, (d: Draft) => any>} */
const by = {
  choice: (d) => (d.chosen.length ? { value: d.chosen[0] } : null),
  yes_no: (d) => (d.chosen.length ? { value: d.chosen[0] === 'true' } : null),
  many: (d) => (d.chosen.length ? { value: d.chosen } : null),
  region: (d) => (d.text ? { value: d.text } : null),
  money: (d) => (d.text.trim() ? amount(d.text.trim(), false) : null),
  number: (d) => (d.text.trim() ? amount(d.text.trim(), true) : null),
  family: relatives,
  disability: (d) => (d.chosen.length && d.grade.length ? { value: { kind: d.chosen[0], grade: Number(d.grade[0]) } } : null),
  parents: (d) => (d.chosen.length && d.second.length ? { value: [d.chosen[0], d.second[0]] } : null),
  // Without a day it is an answer: the month is asked next.
  shocks: (d) => (d.chosen.length ? { value: [/^\d{4}-\d{2}-\d{2}$/.test(d.date) ? { kind: d.chosen[0], date: d.date } : { kind: d.chosen[0] }] } : null),
};

/**
 * @param {{kind: string, type?: string}} step
 * @param {Draft} d
 * @returns {any} an answer of the interview, or null
 */
function answerOf(step, d) {
  if (step.kind === 'round') return d.chosen.length ? { members: d.chosen } : null;
  const read = by[step.type || 'text'];
  if (read) return read(d);
  const words = d.text.trim();
  return words ? { value: words } : null;
}

module.exports = { answerOf, blank, draftOf };
