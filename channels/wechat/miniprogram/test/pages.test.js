// The pages that talk with the gateway, with a gateway of the test's making.
const test = require('node:test');
const assert = require('node:assert/strict');
const { show, phone, ok, problem } = require('./stage');

const LOGIN = { 'POST /login': ok({ token: 't1', refresh: 'r1', first: false }) };
/** @param {any} step @param {any} [more] */
const interview = (step, more) => ok({ revision: 3, asked: 2, left: 4, step: { kind: 'question', can_back: true, ...step }, summary: null, ...more });
const money = { ref: 'income_12m', type: 'money', ask: '这一年一共挣了多少?', why: '低保看这一条。' };
const choice = { ref: 'hukou', type: 'choice', ask: '户口在哪里?', options: [{ value: 'local', say: '在德州' }, { value: 'else', say: '在外地' }] };

/** @param {any} device @param {string} ask */
const sent = (device, ask) => device.asked.filter((a) => a.ask === ask).map((a) => a.body);

test('one question a page: asked, why, answered with its revision, then the next', async () => {
  const device = phone({ ...LOGIN, 'GET /interview': interview(money), 'POST /interview/answers': interview(choice, { revision: 4 }) });
  const { seen, text, settle } = show('pages/ask', {}, device);
  await settle();
  assert.match(text(), /第 3 问,最多还有 4 问.*这一年一共挣了多少.*为什么问:低保看这一条/);
  seen.instance.onText({ detail: { value: '12,000元' } });
  await seen.instance.next();
  assert.deepEqual(sent(device, 'POST /interview/answers'), [{ step: 'income_12m', revision: 3, answer: { value: 12000 } }]);
  assert.match(text(), /户口在哪里.*在德州.*在外地/);
});

test('nothing is guessed: an empty page does not go on, and says how to skip', async () => {
  const device = phone({ ...LOGIN, 'GET /interview': interview(choice) });
  const { seen, text, settle } = show('pages/ask', {}, device);
  await settle();
  await seen.instance.next();
  assert.equal(sent(device, 'POST /interview/answers').length, 0);
  assert.match(text(), /还没答/);
});

// Control: put() that sends before it keeps, or writes the outbox away on every fault.
test('without a network the answer is kept, and sent once when it is back', async () => {
  const device = phone({ ...LOGIN, 'GET /interview': interview(money) });
  const { seen, text, settle } = show('pages/ask', {}, device);
  await settle();
  seen.instance.onText({ detail: { value: '三百来块' } });
  await seen.instance.next();
  assert.match(text(), /网断了。您答的存着/);
  assert.equal(JSON.parse(device.kept.get('outbox')).body.answer.said, '三百来块');
  device.answers['POST /interview/answers'] = interview(choice, { revision: 4 });
  await Promise.all([seen.instance.resume(), seen.instance.resume()]);
  await settle();
  assert.equal(sent(device, 'POST /interview/answers').length, 2, 'one that was lost and one that arrived');
  assert.equal(device.kept.has('outbox'), false);
  assert.match(text(), /户口在哪里/);
});

test('what was half typed is there again', async () => {
  const device = phone({ ...LOGIN, 'GET /interview': interview(money) });
  const first = show('pages/ask', {}, device);
  await first.settle();
  first.seen.instance.onText({ detail: { value: '880' } });
  const again = show('pages/ask', {}, device);
  await again.settle();
  assert.equal(again.seen.instance.data.d.text, '880');
});

test('answered at another door meanwhile: the page follows', async () => {
  const open = interview(choice, { revision: 9 }).data;
  const device = phone({ ...LOGIN, 'GET /interview': interview(money), 'POST /interview/answers': problem(409, '这一问在别处答过了。', { interview: open }) });
  const { seen, text, settle } = show('pages/ask', {}, device);
  await settle();
  await seen.instance.dunno();
  assert.match(text(), /户口在哪里/);
  assert.equal(device.kept.has('outbox'), false);
});

test('what the gateway does not understand it says in its own words', async () => {
  const device = phone({ ...LOGIN, 'GET /interview': interview(money), 'POST /interview/answers': problem(422, '这一项没听明白,请再说一遍。') });
  const { seen, text, settle } = show('pages/ask', {}, device);
  await settle();
  await seen.instance.onSaid({ detail: { words: '好多好多' } });
  assert.match(text(), /没听明白/);
  assert.equal(device.kept.has('outbox'), false);
});

// Control: renewing not shared, or no second try.
test('a token that is no longer good is renewed once, for all who wait', async () => {
  let renewals = 0;
  let good = '';
  const device = phone({
    'POST /login': ok({ token: 'old', refresh: 'r1' }),
    'POST /login/refresh': ({ refresh }) => {
      renewals += 1;
      assert.equal(refresh, 'r1');
      good = 'new';
      return ok({ token: 'new', refresh: 'r2' });
    },
    'GET /applications': () => (good ? ok([]) : problem(401, '请再登录一次。')),
    'GET /subscriptions': () => (good ? ok({ templates: [{ id: 'PAID', left: 2 }] }) : problem(401, '请再登录一次。')),
  });
  device.kept.set('token', '"old"');
  device.kept.set('refresh', '"r1"');
  const { text, settle } = show('pages/news', {}, device);
  await settle();
  await settle();
  assert.equal(renewals, 1);
  assert.equal(device.kept.get('refresh'), '"r2"');
  assert.match(text(), /还能发 2 条/);
});

// Controls: the answer of the wish not shown; a wish that cannot be read left out of the catch ("没有").
test('by which way to be told first is chosen, kept and said back; news is read without it too', async () => {
  const device = phone({ ...LOGIN, 'GET /applications': ok([]), 'GET /subscriptions': ok({ templates: [] }), 'GET /way': ok({ way: 'sms', say: '' }),
    'POST /way': ({ way }) => ok({ way, say: '有了结果,先打电话念给您听。没收到,再用别的办法。' }) });
  const { seen, text, settle } = show('pages/news', {}, device);
  await settle();
  assert.deepEqual(seen.instance.data.way, ['sms']);
  await seen.instance.onWay({ detail: { chosen: ['voice'] } });
  await settle();
  assert.deepEqual(sent(device, 'POST /way'), [{ way: 'voice' }]);
  assert.match(text(), /先打电话念给您听/);
  const without = phone({ ...LOGIN, 'GET /applications': ok([]), 'GET /subscriptions': ok({ templates: [] }), 'GET /way': problem(503, '稍后再试。') });
  const other = show('pages/news', {}, without);
  await other.settle();
  assert.match(other.text(), /还没有消息/);
  assert.doesNotMatch(other.text(), /先用哪种办法/);
});

test('a card is read for the person to put right, and its other side told apart', async () => {
  const device = phone({ ...LOGIN, 'POST /papers': ({ kind }) => ok({ kind, digest: kind, card: { name: '孙福来', id_number: '371424196303150028' } }) });
  const { seen, text, settle } = show('pages/card', {}, device);
  await seen.instance.send('front', { file: 'f.jpg', size: 100 });
  assert.match(text(), /照片上是这样写的,对吗/);
  assert.equal(seen.instance.data.number, '371424196303150028');
  await seen.instance.send('back', { file: 'f.jpg', size: 100 });
  assert.match(text(), /请拍有国徽的一面/);
  seen.instance.onName({ detail: { value: '孙福莱' } });
  seen.instance.on();
  await settle();
  assert.deepEqual(JSON.parse(device.kept.get('card')), { name: '孙福莱', number: '371424196303150028', from: '身份证照片' });
  assert.deepEqual(device.went, ['/pages/ask/index']);
});

// Control: the card left as it is.
test('the number on the card stands in its box, and leaves the phone with its answer', async () => {
  const id = { ref: 'form/applicant.id_number', type: 'id', ask: '您的身份证号是多少?' };
  const device = phone({ ...LOGIN, 'GET /interview': interview(id), 'POST /interview/answers': interview(money, { revision: 4 }) });
  device.kept.set('card', JSON.stringify({ name: '', number: '371424196303150028', from: '身份证照片' }));
  const { seen, text, settle } = show('pages/ask', {}, device);
  await settle();
  assert.match(text(), /身份证照片上是这样,不对就改/);
  await seen.instance.next();
  assert.deepEqual(sent(device, 'POST /interview/answers')[0].answer, { value: '371424196303150028' });
  assert.equal([...device.kept.values()].some((v) => v.includes('371424196303150028')), false);
});

test('a card that cannot be read, a camera that is refused: by hand, never a dead end', async () => {
  const device = phone({ ...LOGIN, 'POST /papers': ({ kind }) => ok({ kind, digest: 'd' }) });
  const read = show('pages/card', {}, device);
  await read.seen.instance.send('front', { file: 'f.jpg', size: 100 });
  assert.match(read.text(), /没读出来也不要紧/);
  const refused = show('pages/card', {}, phone(LOGIN));
  refused.seen.instance.onRefused();
  await refused.settle();
  assert.match(refused.text(), /没读出来也不要紧/);
  refused.seen.instance.on();
  assert.deepEqual(refused.device.went, ['/pages/ask/index']);
});

const END = interview({ kind: 'end', ref: 'end' }, {
  summary: {
    lines: [{ ask: '您叫什么名字?', say: '孙福来', from: '身份证照片' }],
    may: [{ item: 'MZ-01', name: '低保', benefit: '每月 360 元', why: '收入在线下' }],
    open: [],
    told: '办得怎么样,告诉本人,发到 138****0001。',
    document: '我说的都是真的。',
    consents: [
      { purpose: 'process', version: '2026-01', text: '我同意收集。', required: true },
      { purpose: 'co_apply', version: '2026-01', text: '请一起帮我申请。', required: false },
    ],
  },
});

/** A sign page where everything is agreed to and signed. @param {any} device */
async function signed(device) {
  const stage = show('pages/sign', {}, device);
  await stage.settle();
  stage.seen.instance.onAgree({ currentTarget: { dataset: { purpose: 'process' } }, detail: { chosen: ['process'] } });
  stage.seen.instance.onSigned({ detail: { strokes: [{ points: [{ x: 1, y: 1, time: 1, pressure: 0.5 }] }] } });
  return stage;
}

test('what lacks is said: leave first, then the name', async () => {
  const device = phone({ ...LOGIN, 'GET /interview': END });
  const { seen, text, settle } = show('pages/sign', {}, device);
  await settle();
  assert.match(text(), /孙福来.*低保.*每月 360 元.*我同意收集.*请一起帮我申请。\(可以不点\).*我说的都是真的/);
  await seen.instance.send();
  assert.match(text(), /还有一条要您点“同意”/);
  seen.instance.onAgree({ currentTarget: { dataset: { purpose: 'process' } }, detail: { chosen: ['process'] } });
  await seen.instance.send();
  assert.match(text(), /请用手指在框里写上名字/);
  assert.equal(sent(device, 'POST /interview/application').length, 0);
});

// Control: the card of it left out.
test('who is told stands there before it is sent, and can be put right', async () => {
  const { seen, text, settle } = show('pages/sign', {}, phone({ ...LOGIN, 'GET /interview': END }));
  await settle();
  assert.match(text(), /告诉谁.*告诉本人,发到 138\*\*\*\*0001.*换一个号.*您签的是这段话/);
  seen.instance.change({ currentTarget: { dataset: { ref: 'form/contact.phone' } } });
  assert.deepEqual(seen.instance.data.fault, '');
});

// Controls: a fresh key at every sending; a second tap that puts a second one in.
test('an application lost on the way goes again under the same key, and once only', async () => {
  const device = phone({ ...LOGIN, 'GET /interview': END, 'POST /papers': ok({ kind: 'strokes', digest: 'abc' }) });
  device.kept.set('papers', JSON.stringify({ id_front: 'f' }));
  const { seen, text } = await signed(device);
  await seen.instance.send();
  assert.match(text(), /网断了。您填的和签的名都存着/);
  await seen.instance.send(); // an impatient thumb
  device.answers['POST /interview/application'] = ok({ receipt: '4071882635', spoken: '4071 8826 35', say: '记下了。' });
  await seen.instance.resume();
  await seen.instance.resume();
  const bodies = sent(device, 'POST /interview/application');
  assert.equal(bodies.length, 3);
  assert.deepEqual(bodies[0], bodies[1]);
  assert.deepEqual(bodies[0], bodies[2]);
  assert.match(bodies[0].key, /^[0-9a-f-]{36}$/);
  assert.deepEqual(bodies[0].papers, [{ kind: 'id_front', digest: 'f' }]);
  assert.deepEqual(bodies[0].consents, [{ purpose: 'process', version: '2026-01' }]);
  assert.deepEqual(bodies[0].signature, { strokes: 'abc', document: require('node:crypto').createHash('sha256').update('我说的都是真的。').digest('hex') });
  assert.equal(device.went.filter((p) => p === '/pages/receipt/index').length, 1);
  assert.equal(device.kept.has('papers'), false, 'what was sent is no draft any more');
});

// F6. Control: look() that asks only for what this phone began.
test('what was begun at another door is offered to go on with', async () => {
  const device = phone({ ...LOGIN, 'GET /interview': interview(money, { door: 'hotline', asked: 7 }) });
  device.kept.set('token', '"t"');
  const { seen, text, settle } = show('pages/home', {}, device);
  await settle();
  assert.match(text(), /上次没填完。已经答了 7 问。.*接着填/);
  assert.doesNotMatch(text(), /我要求助/);
  seen.instance.goOn();
  assert.deepEqual(device.went, ['/pages/ask/index']);
});

// Control: the receipt not kept by the outbox.
test('what waited goes out from the first page too, and its receipt is shown', async () => {
  const device = phone({ ...LOGIN, 'POST /papers': ok({ kind: 'strokes', digest: 'abc' }), 'GET /interview': problem(404, '还没有开始问。') });
  for (const [key, value] of [['token', 't'], ['outbox', { what: 'apply', body: { strokes: '[]', form: { key: 'k', signature: {} } } }]]) device.kept.set(key, JSON.stringify(value));
  const { seen, text, settle } = show('pages/home', {}, device);
  await settle();
  assert.match(text(), /还没发出去。都存着/);
  device.answers['POST /interview/application'] = ok({ receipt: '4071882635', say: '记下了。' });
  await seen.instance.look();
  assert.deepEqual(device.went, ['/pages/receipt/index']);
  assert.equal(JSON.parse(device.kept.get('receipt')).receipt, '4071882635');
});

test('a receipt is said in groups and drawn', async () => {
  const device = phone(LOGIN);
  device.kept.set('receipt', JSON.stringify({ receipt: '4071882635', say: '已收到。' }));
  const { seen, text } = show('pages/receipt', {}, device);
  assert.match(text(), /4071 8826 35/);
  assert.equal(seen.querySelectorAll('.qr-row').length, 21);
});

// Control: every asked template counted as accepted.
test('a grant is counted for each yes, and a no is no harm', async () => {
  const device = phone({ ...LOGIN, 'GET /subscriptions': ok({ templates: [{ id: 'A', left: 0 }, { id: 'B', left: 0 }] }), 'POST /subscriptions': { statusCode: 204, data: '' } });
  device.kept.set('receipt', JSON.stringify({ receipt: '4071882635', say: '' }));
  device.wx.requestSubscribeMessage = ({ success }) => success({ errMsg: 'ok', A: 'accept', B: 'reject' });
  const { seen, text } = show('pages/receipt', {}, device);
  await seen.instance.tell();
  assert.deepEqual(sent(device, 'POST /subscriptions'), [{ accepted: ['A'] }]);
  globalThis.wx.requestSubscribeMessage = ({ fail }) => fail({ errMsg: 'fail', errCode: 20004 });
  await seen.instance.tell();
  assert.match(text(), /不开也行,会发短信/);
  assert.equal(sent(device, 'POST /subscriptions').length, 1);
});

test('a phone that is borrowed forgets the person and keeps its large letters', async () => {
  const device = phone();
  for (const key of ['token', 'refresh', 'card', 'papers', 'draft', 'outbox', 'receipt', 'care']) device.kept.set(key, '"x"');
  const { seen } = show('pages/help', {}, device);
  seen.instance.forget();
  assert.deepEqual([...device.kept.keys()], ['care']);
});
