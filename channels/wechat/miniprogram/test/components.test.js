// The components, each on a stage of its own.
const test = require('node:test');
const assert = require('node:assert/strict');
const { show, phone } = require('./stage');

/** @param {any} seen @param {string} name */
function heard(seen, name) {
  const list = [];
  seen.addEventListener(name, (e) => list.push(e.detail));
  return list;
}

// Control: onTap without its look at busy.
test('a big button goes once, and not while it is busy', async () => {
  const { seen, settle } = show('components/big-button');
  const went = heard(seen, 'go');
  seen.querySelector('.big').dispatchEvent('tap');
  await settle();
  assert.equal(went.length, 1);
  const busy = show('components/big-button', { busy: true });
  const more = heard(busy.seen, 'go');
  busy.seen.querySelector('.big').dispatchEvent('tap');
  await busy.settle();
  assert.equal(more.length, 0);
  assert.match(busy.text(), /正在办/);
});

test('a field says where its value came from', async () => {
  const { seen, text, settle } = show('components/field', { label: '姓名', value: '孙福来', from: '照片' });
  assert.match(text(), /姓名.*照片上是这样,不对就改/);
  const said = heard(seen, 'change');
  seen.querySelector('.field-box').dispatchEvent('input', { detail: { value: '孙福' } });
  await settle();
  assert.equal(said.length, 1);
});

test('a photo card is taken, retaken, and hears a refusal', async () => {
  const device = phone();
  let tries = 0;
  device.wx.chooseMedia = ({ success, fail, sourceType }) => {
    tries += 1;
    assert.equal(sourceType[0], 'camera');
    if (tries === 1) success({ tempFiles: [{ tempFilePath: 'a.jpg', size: 9 }] });
    else fail({ errMsg: tries === 2 ? 'chooseMedia:fail cancel' : 'chooseMedia:fail privacy permission is not authorized' });
  };
  const { seen, settle } = show('components/photo-card', { label: '有照片的一面' }, device);
  const photos = heard(seen, 'photo');
  const refusals = heard(seen, 'refused');
  for (let i = 0; i < 3; i += 1) seen.querySelector('.photo-take').dispatchEvent('tap');
  await settle();
  assert.deepEqual(photos, [{ file: 'a.jpg', size: 9 }]);
  assert.equal(refusals.length, 1, 'a cancelled photo is no refusal, a missing leave is');
});

// Control: LEAST of 1.
test('a tap is no signature; lines are, with their times', async () => {
  const { seen, settle, text } = show('components/sign-pad');
  const signed = heard(seen, 'signed');
  const pad = seen.instance;
  const at = (x, y) => ({ touches: [{ x, y, force: 0 }], changedTouches: [] });
  pad.start(at(5, 5));
  pad.end();
  assert.equal(signed[0].strokes, null);
  for (let i = 0; i < 9; i += 1) pad[i ? 'move' : 'start'](at(10 * i, 5 + i));
  pad.end();
  await settle();
  assert.equal(signed[1].strokes.length, 2);
  assert.deepEqual(Object.keys(signed[1].strokes[1].points[3]).sort(), ['pressure', 'time', 'x', 'y']);
  assert.match(text(), /签好了/);
  seen.querySelector('.plain').dispatchEvent('tap');
  await settle();
  assert.equal(signed[2].strokes, null);
  assert.match(text(), /用手指在框里写名字/);
});

test('steps are at most a dozen dots', () => {
  const { seen, text } = show('components/steps', { done: 3, left: 40, words: '第 4 问' });
  assert.equal(seen.querySelectorAll('.steps-dot').length, 12);
  assert.equal(seen.querySelectorAll('.steps-on').length, 1);
  assert.match(text(), /第 4 问/);
});

test('a case card says the number in groups and opens', async () => {
  const { seen, text, settle } = show('components/case-card', { one: { receipt: '4071882635', say: '已派到王庙镇', next: '3 个工作日内有人联系您', updated: '2026-03-04T02:00:00Z' } });
  assert.match(text(), /已派到王庙镇.*3 个工作日内.*4071 8826 35.*3月4日/);
  const opened = heard(seen, 'open');
  seen.querySelector('.case').dispatchEvent('tap');
  await settle();
  assert.deepEqual(opened, [{ receipt: '4071882635' }]);
});

test('one choice replaces another, several add up, nothing is chosen before', async () => {
  const options = [{ value: 'a', say: '甲' }, { value: 'b', say: '乙' }];
  const one = show('components/choices', { options, chosen: [] });
  assert.equal(one.seen.querySelectorAll('.opt-on').length, 0);
  const picked = heard(one.seen, 'change');
  one.seen.querySelectorAll('.opt')[1].dispatchEvent('tap');
  await one.settle();
  assert.deepEqual(picked, [{ chosen: ['b'] }]);
  const many = show('components/choices', { options, chosen: ['a'], many: true });
  const ticked = heard(many.seen, 'change');
  many.seen.querySelectorAll('.opt')[1].dispatchEvent('tap');
  many.seen.querySelectorAll('.opt')[0].dispatchEvent('tap');
  await many.settle();
  assert.deepEqual(ticked, [{ chosen: ['a', 'b'] }, { chosen: [] }]);
});

test('words of one\'s own go out trimmed, and none at all do not', async () => {
  const { seen, settle, text } = show('components/voice-note', { value: '  一年一万来块 ' });
  assert.match(text(), /键盘上的话筒/);
  const said = heard(seen, 'said');
  seen.querySelector('.voice-send').dispatchEvent('tap');
  await settle();
  assert.deepEqual(said, [{ words: '一年一万来块' }]);
  const empty = show('components/voice-note', { value: ' ' });
  const nothing = heard(empty.seen, 'said');
  empty.seen.querySelector('.voice-send').dispatchEvent('tap');
  await empty.settle();
  assert.equal(nothing.length, 0);
});

test('a family has a row for each, and room for one more', async () => {
  const { seen, settle } = show('components/family', { rows: [{ relation: 'spouse', age: '71' }] });
  const rows = heard(seen, 'change');
  seen.querySelector('.family-more').dispatchEvent('tap');
  await settle();
  assert.deepEqual(rows, [{ rows: [{ relation: 'spouse', age: '71' }, { relation: '', age: '' }] }]);
});

// Control: settle() not called by refuse().
test('a call waits for leave and hears the answer either way', async () => {
  for (const [tap, event] of [['agree', 'agree'], ['refuse', 'disagree']]) {
    const { seen, text, settle } = show('components/privacy');
    assert.doesNotMatch(text(), /先跟您说清楚/);
    const answers = [];
    phone.leave((a) => answers.push(a.event));
    await settle();
    assert.match(text(), /先跟您说清楚.*隐私保护指引/);
    seen.instance[tap]();
    await settle();
    assert.deepEqual(answers, [event]);
    assert.doesNotMatch(text(), /先跟您说清楚/);
  }
});

test('around every page: a person to telephone, larger letters', async () => {
  const device = phone();
  const { seen, text, settle } = show('components/page-frame', { title: '办到哪了', care: false }, device);
  assert.match(text(), /大字.*办到哪了.*打 12345.*不收钱/);
  const care = heard(seen, 'care');
  seen.querySelector('.frame-call').dispatchEvent('tap');
  seen.querySelector('.frame-head .plain').dispatchEvent('tap');
  await settle();
  assert.deepEqual(device.went, ['tel:12345']);
  assert.equal(care.length, 1);
});
