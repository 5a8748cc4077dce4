// Who is invited to help: the code that is read out, what the helper reads first, the end.
const test = require('node:test');
const assert = require('node:assert/strict');
const { show, phone, ok, problem } = require('./stage');

const LOGIN = { 'POST /login': ok({ token: 't1', refresh: 'r1', first: false }), 'GET /mandates': ok([]) };
const NUMBER = '37142419630315002X';
/** @param {number} id @param {any} more */
const grant = (id, more) => ({ id, given: true, kind: 'entrusted', word: '受托的人', for: '张桂兰', by: '李秀英', scopes: ['apply'], until: '2027-02-28', until_say: '2027年2月28日', state: 'in_force', may: '替着申请、查进度', say: '可以替着申请、查进度,到2027年2月28日为止。', ...more });
/** @param {any} device @param {string} ask */
const sent = (device, ask) => device.asked.filter((a) => a.ask === ask).map((a) => a.body);
const field = (seen, of, value) => seen.instance.onField({ currentTarget: { dataset: { of } }, detail: { value } });

// Control: made without number: '' ("nothing of the card is kept").
test('a code is asked for by who proves who they are, read out in groups, and nothing of the card is kept', async () => {
  const device = phone({ ...LOGIN, 'POST /helpers/invite': problem(403, '姓名和身份证号对不上。') });
  const { seen, text, settle } = show('pages/invite', {}, device);
  await settle();
  await seen.instance.ask();
  assert.match(text(), /请选帮您的是谁/);
  seen.instance.onKind({ detail: { chosen: ['entrusted'] } });
  await seen.instance.ask();
  assert.match(text(), /请照身份证填/);
  assert.equal(sent(device, 'POST /helpers/invite').length, 0);
  seen.instance.onScopes({ detail: { chosen: ['apply', 'notices'] } });
  field(seen, 'name', ' 张桂兰 ');
  field(seen, 'number', NUMBER);
  await seen.instance.ask();
  await settle();
  assert.match(text(), /对不上/);
  device.answers['POST /helpers/invite'] = ok({ code: '57200004', spoken: '5720 0004', expires: '2026-11-29T10:00:00Z', may: '替着申请、查进度', until: '2027年2月28日' });
  await seen.instance.ask();
  await settle();
  assert.match(text(), /念给帮您的人.*5720 0004.*能:替着申请、查进度,到2027年2月28日为止.*不能:看您的钱/);
  assert.deepEqual(sent(device, 'POST /helpers/invite').pop(), { name: '张桂兰', id_number: NUMBER, kind: 'entrusted', scopes: ['apply', 'notices'] });
  assert.equal(seen.instance.data.number, '', 'nothing of the card is kept');
});

// Control: look that takes it on at once.
test('who helps reads first what they take on, and gives their own name', async () => {
  const device = phone({ ...LOGIN, 'POST /helpers/offer': problem(422, '代办码和姓名对不上。'), 'POST /helpers/accept': ok(grant(3, { given: false })) });
  const { seen, text, settle } = show('pages/accept', {}, device);
  await settle();
  await seen.instance.look();
  assert.match(text(), /请填 8 位代办码/);
  field(seen, 'code', '5720 0004');
  field(seen, 'name', '张桂兰');
  await seen.instance.look();
  await settle();
  assert.match(text(), /对不上/);
  device.answers['POST /helpers/offer'] = ok(grant(3, { given: false, by: '' }));
  await seen.instance.look();
  await settle();
  assert.match(text(), /替 张桂兰 办.*您可以:替着申请、查进度.*到2027年2月28日为止.*您不能:看他的钱/);
  assert.deepEqual(sent(device, 'POST /helpers/offer').pop(), { code: '57200004', name: '张桂兰' });
  await seen.instance.accept();
  assert.match(text(), /请填您自己的姓名/);
  assert.equal(sent(device, 'POST /helpers/accept').length, 0);
  field(seen, 'agent', '李秀英');
  await seen.instance.accept();
  await settle();
  assert.deepEqual(sent(device, 'POST /helpers/accept'), [{ code: '57200004', name: '张桂兰', agent: '李秀英' }]);
  assert.match(text(), /从现在起您可以替张桂兰办/);
});

// Control: end that takes an invitation for a mandate (no POST /helpers/end).
test('either ends it after a second look, and a code that waits is taken back', async () => {
  let list = [grant(5, { state: 'waiting', by: '', say: '代办码等着人接。' }), grant(6, {}), grant(7, { given: false, for: '王大爷' }), grant(8, { state: 'revoked', say: '收回了。' })];
  const device = phone({ ...LOGIN, 'GET /helpers': () => ok(list), 'POST /helpers/end': () => ({ statusCode: 204, data: '' }) });
  const { seen, text, settle } = show('pages/acting', {}, device);
  await settle();
  assert.match(text(), /我替谁办.*李秀英 替 王大爷 办.*不再替 王大爷 办.*谁替我办.*给受托的人的代办码.*收回这个代办码.*不让 李秀英 替办了/);
  for (const [id, words] of [[5, /谁拿着这个码都没用了/], [6, /查不到进度.*钱照常发/], [7, /我们会告诉他一声/]]) {
    seen.instance.ask({ currentTarget: { dataset: { id, invited: true } } });
    await settle();
    assert.match(text(), words);
    assert.equal(sent(device, 'POST /helpers/end').some((b) => b.id === id), false, 'nothing ends without a second look');
    list = list.filter((h) => h.id !== id);
    await seen.instance.end();
    await settle();
    assert.deepEqual(sent(device, 'POST /helpers/end').pop(), { id });
    assert.match(text(), /办好了/);
  }
  assert.doesNotMatch(text(), /不让 李秀英 替办了|不再替/, 'what is over cannot be ended');
});
