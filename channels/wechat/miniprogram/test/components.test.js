// The components, each on a stage of its own.
const test = require('node:test');
const assert = require('node:assert/strict');
const { show, phone, ok, problem } = require('./stage');

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
  assert.match(text(), /点一下开始说.*也可以打字/);
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

/**
 * A phone with a microphone, whose recorder the test drives.
 * @param {Record<string, any>} answers @param {boolean} [may]
 */
function mouth(answers, may = true) {
  const device = phone({ 'POST /login': ok({ token: 't', refresh: 'r' }), ...answers });
  const on = {};
  const rec = { on, started: [], stops: 0 };
  device.wx.authorize = ({ scope, success, fail }) => {
    assert.equal(scope, 'scope.record');
    if (may) success({});
    else fail({ errMsg: 'authorize:fail auth deny' });
  };
  device.wx.openSetting = ({ success }) => success({ authSetting: {} });
  device.wx.getRecorderManager = () => ({
    onStop: (f) => { on.stop = f; }, onError: (f) => { on.error = f; }, onInterruptionBegin: (f) => { on.interrupted = f; },
    start: (form) => rec.started.push(form),
    stop: () => { rec.stops += 1; on.stop({ tempFilePath: 'said.wav', duration: 2000 }); },
  });
  return Object.assign(device, { rec });
}

// Control: take that sends what was heard; begin without its look at the leave.
test('what was heard is put into the box and sent by the person alone', async () => {
  const device = mouth({ 'POST /interview/voice': ok({ id: 'v1' }), 'GET /interview/voice/v1': ok({ state: 'heard', said: '一年一万来块' }) });
  const { seen, settle, text } = show('components/voice-note', {}, device);
  const said = heard(seen, 'said');
  seen.querySelector('.voice-talk').dispatchEvent('tap');
  await settle();
  assert.match(text(), /在听您说,说完再点一下.*还能说 60 秒/);
  assert.deepEqual(device.rec.started, [{ duration: 60000, sampleRate: 16000, numberOfChannels: 1, format: 'wav' }]);
  seen.querySelector('.voice-talk').dispatchEvent('tap');
  await settle();
  assert.equal(seen.instance.data.words, '一年一万来块');
  assert.equal(said.length, 0, 'it answered by itself');
  assert.match(text(), /看一遍,不对就改/);
  seen.instance.onInput({ detail: { value: '一年两万来块' } });
  seen.querySelector('.voice-send').dispatchEvent('tap');
  await settle();
  assert.deepEqual(said, [{ words: '一年两万来块' }]);
});

// Control: take that cuts at 500; onInput that says nothing.
test('as much is taken as the server takes, and where it is cut is told', async () => {
  const device = mouth({ 'POST /interview/voice': ok({ id: 'v1' }), 'GET /interview/voice/v1': ok({ state: 'heard', said: '长'.repeat(1500) }) });
  const { seen, settle, text } = show('components/voice-note', { value: '短' }, device);
  const speak = async () => {
    for (let n = 0; n < 2; n += 1) {
      seen.querySelector('.voice-talk').dispatchEvent('tap');
      await settle();
    }
  };
  await speak();
  assert.equal(seen.instance.data.words.length, 1501);
  assert.doesNotMatch(text(), /没写下/);
  await speak();
  assert.equal(seen.instance.data.words.length, 2000);
  assert.match(text(), /一次最多写 2000 个字,后面的没写下/);
  seen.instance.onInput({ detail: { value: '短' } });
  await settle();
  assert.doesNotMatch(text(), /没写下/);
  seen.instance.onInput({ detail: { value: '长'.repeat(2000) } });
  await settle();
  assert.match(text(), /没写下/);
});

test('whatever fails says what to do, and the keyboard stays', async () => {
  const cases = [
    [{ 'POST /interview/voice': ok({ id: 'v1' }), 'GET /interview/voice/v1': ok({ state: 'not_heard', said: '' }) }, /没听清,请再说一遍,或者打字/],
    [{ 'POST /interview/voice': problem(429, '今天说得太多了,请打字答。') }, /没传上去|请打字答/],
    [{ 'POST /interview/voice': problem(422, '没听到声音。请离手机近一点再说一遍,或者打字。') }, /没听到声音/],
    [{}, /没传上去。请再说一遍,或者打字/],
  ];
  for (const [answers, says] of cases) {
    const { seen, settle, text } = show('components/voice-note', {}, mouth(answers));
    seen.instance.onTap();
    await settle();
    seen.instance.onTap();
    await settle();
    assert.match(text(), says);
    assert.ok(seen.querySelector('.voice-box'), 'the keyboard is gone');
    assert.equal(seen.instance.data.state, 'idle');
  }
});

// Control: quit without drop; begin that goes on without leave.
test('refused, broken, interrupted, cancelled: nothing is sent that is not wanted', async () => {
  const refused = mouth({}, false);
  const first = show('components/voice-note', {}, refused);
  first.seen.instance.onTap();
  await first.settle();
  assert.match(first.text(), /没让用话筒.*打开话筒/);
  assert.equal(refused.rec.started.length, 0);
  const broken = mouth({});
  const second = show('components/voice-note', {}, broken);
  second.seen.instance.onTap();
  await second.settle();
  broken.rec.on.error({ errMsg: 'operateRecorder:fail' });
  await second.settle();
  assert.match(second.text(), /话筒没打开。请再点一次,或者打字/);
  const called = mouth({ 'POST /interview/voice': ok({ id: 'v1' }), 'GET /interview/voice/v1': ok({ state: 'heard', said: '俺娘' }) });
  const third = show('components/voice-note', {}, called);
  third.seen.instance.onTap();
  await third.settle();
  called.rec.on.interrupted();
  await third.settle();
  assert.equal(third.seen.instance.data.words, '俺娘', 'what was said before the call is lost');
  const unwanted = mouth({ 'POST /interview/voice': ok({ id: 'v1' }) });
  const fourth = show('components/voice-note', {}, unwanted);
  fourth.seen.instance.onTap();
  await fourth.settle();
  fourth.seen.instance.cancel();
  await fourth.settle();
  assert.equal(unwanted.rec.stops, 1);
  assert.equal(unwanted.asked.filter((a) => a.ask === 'POST /interview/voice').length, 0, 'a cancelled recording was sent');
  assert.match(fourth.text(), /刚才的不要了/);
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
