// Who acts for whom, and by what an account is entered.
const test = require('node:test');
const assert = require('node:assert/strict');
const { show, phone, ok, problem } = require('./stage');

const LOGIN = { 'POST /login': ok({ token: 't1', refresh: 'r1', first: false }), 'GET /helpers': ok([]) };
const one = (id, more) => ({ id, receipt: '4071882635', kind: 'family_member', word: '家里人代办', for: '张桂兰', by: '王强', scopes: ['apply'], money: false, proved: false, from: '2026-11-28', until: '2027-11-28', state: 'in_force', say: '王强可以替张桂兰申请。', ...more });

/** @param {any} device @param {string} ask */
const sent = (device, ask) => device.asked.filter((a) => a.ask === ask).map((a) => a.body);

// Control: ask that ends at once, without the second look; the pair left out of the end.
test('who acts for a person is found by receipt and four characters, and ended after a second look', async () => {
  let over = false;
  const device = phone({
    ...LOGIN,
    'GET /mandates': ok([one(7, { state: 'expired', say: '到期了,不能再替着办。' })]),
    'POST /mandates/found': () => ok([one(9, over ? { state: 'revoked' } : {})]),
    'POST /mandates/end': () => {
      over = true;
      return { statusCode: 204, data: '' };
    },
  });
  const { seen, text, settle } = show('pages/acting', {}, device);
  await settle();
  assert.match(text(), /到期了,不能再替着办/);
  assert.doesNotMatch(text(), /不再替 张桂兰 办/, 'what is over cannot be ended');
  await seen.instance.find();
  assert.match(text(), /请填 10 位回执号/);
  seen.instance.onReceipt({ detail: { value: '4071 8826 35' } });
  seen.instance.onLast4({ detail: { value: '002x' } });
  await seen.instance.find();
  assert.match(text(), /不让 王强 替办了/);
  seen.instance.ask({ currentTarget: { dataset: { id: 9, theirs: true } } });
  await settle();
  assert.match(text(), /要收回吗.*查不到进度.*先不收回/);
  assert.equal(sent(device, 'POST /mandates/end').length, 0);
  seen.instance.leave();
  await settle();
  assert.match(text(), /谁替我办/);
  seen.instance.ask({ currentTarget: { dataset: { id: 9, theirs: true } } });
  await seen.instance.end();
  await settle();
  assert.deepEqual(sent(device, 'POST /mandates/end'), [{ id: 9, pair: { receipt: '4071882635', last4: '002x' } }]);
  assert.match(text(), /办好了/);
  assert.doesNotMatch(text(), /不让 王强 替办了/);
});

test('a wrong pair says so, and what was typed stays', async () => {
  const device = phone({ ...LOGIN, 'GET /mandates': ok([]), 'POST /mandates/found': problem(404, '没有查到。回执号和身份证后四位,有一个不对。') });
  const { seen, text, settle } = show('pages/acting', {}, device);
  await settle();
  assert.match(text(), /替家里人、邻居报过的,会列在这里/);
  seen.instance.onReceipt({ detail: { value: '4071882635' } });
  seen.instance.onLast4({ detail: { value: '1234' } });
  await seen.instance.find();
  await settle();
  assert.match(text(), /有一个不对/);
  assert.equal(seen.instance.data.receipt, '4071882635');
});

const field = (seen, of, value) => seen.instance.onField({ currentTarget: { dataset: { of } }, detail: { value } });
const NUMBER = '37142419630315002X';
const MORE = { receipt: '4071882635', status: 'ask_one', say: '要补一样', items: [], timeline: [], supplement: { asked: '户口本首页的照片', since: '2026-11-28T02:00:00Z', until: '2026-12-12' } };

// Control: used that is true for every fault, and a mistyped number costs another message.
test('a number moves by a code and the real name, and nothing of the card is kept', async () => {
  const device = phone({ ...LOGIN, 'GET /bindings': ok({ phone: '138****8000', wechat: true, inside: true }), 'POST /phone/code': { statusCode: 202, data: { say: '', ticket: 'k1' } }, 'POST /phone/rebind': problem(422, '登录码不对。', { field: 'code' }) });
  const { seen, text, settle } = show('pages/bound', {}, device);
  await settle();
  assert.match(text(), /手机号:138\*\*\*\*8000.*微信:绑着/);
  await seen.instance.send();
  assert.match(text(), /请填 11 位手机号/);
  field(seen, 'to', '13800138111');
  await seen.instance.send();
  await settle();
  assert.match(text(), /六位数字发到 13800138111 了/);
  field(seen, 'code', '12345');
  await seen.instance.move();
  assert.match(text(), /请填短信里的 6 位数字/);
  field(seen, 'code', '123456');
  field(seen, 'name', '张桂兰');
  field(seen, 'number', NUMBER);
  await seen.instance.move();
  assert.match(text(), /登录码不对/);
  assert.equal(seen.instance.data.ticket, 'k1', 'a wrong code may be typed once more');
  device.answers['POST /phone/rebind'] = problem(403, '姓名和身份证号对不上。');
  await seen.instance.move();
  assert.equal(seen.instance.data.ticket, '', 'a right one is used up');
  await seen.instance.send();
  field(seen, 'code', '654321');
  device.answers['POST /phone/rebind'] = ok({ say: '换好了。' });
  device.answers['GET /bindings'] = ok({ phone: '138****8111', wechat: true, inside: true });
  await seen.instance.move();
  await settle();
  assert.match(text(), /换好了.*138\*\*\*\*8111/);
  assert.equal(seen.instance.data.number, '');
  assert.ok(![...device.kept.values()].some((v) => v.includes(NUMBER)));
  assert.deepEqual(sent(device, 'POST /phone/rebind').pop(), { name: '张桂兰', id_number: NUMBER, phone: '13800138111', code: '654321', ticket: 'k1' });
});

// Control: no store.forget, and a log-in that has ended is shown as one; no album.forget.
test('a way in is taken off after a second look, and the phone forgets the person', async () => {
  const more = { 'GET /applications/4071882635': ok(MORE), 'POST /papers': ok({ kind: 'other', digest: 'd1' }) };
  const device = phone({ ...LOGIN, ...more, 'GET /bindings': ok({ phone: '138****8000', wechat: true, inside: true }), 'POST /unbind': problem(409, '您现在只有这一种办法登录。') });
  const papers = show('pages/more', { receipt: '4071882635' }, device);
  await papers.settle();
  await papers.seen.instance.onAdd({ detail: { files: ['a.jpg'] } });
  const { seen, text, settle } = show('pages/bound', {}, device);
  await settle();
  seen.instance.ask({ currentTarget: { dataset: { way: 'phone' } } });
  await settle();
  assert.match(text(), /把手机号从这个账号上取下来/);
  await seen.instance.unbind();
  assert.match(text(), /请填身份证上的姓名/);
  field(seen, 'name', '张桂兰');
  field(seen, 'number', NUMBER);
  await seen.instance.unbind();
  assert.match(text(), /只有这一种办法/);
  assert.ok(device.kept.has('token'));
  assert.equal(device.saved.size, 1, 'a photo that was begun stays while the way in does');
  device.answers['POST /unbind'] = ok({ say: '解绑了。要再用,重新登录就行。' });
  await seen.instance.unbind();
  await settle();
  assert.match(text(), /解绑了.*重新登录/);
  assert.equal(device.kept.has('token'), false);
  assert.equal(device.saved.size, 0, 'no photo of the person stays');
  assert.equal(device.kept.has('album'), false);
});
