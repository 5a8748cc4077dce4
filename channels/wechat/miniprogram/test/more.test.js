// Papers after an application, and the list of one's money.
const test = require('node:test');
const assert = require('node:assert/strict');
const { show, phone, ok, problem } = require('./stage');

const LOGIN = { 'POST /login': ok({ token: 't1', refresh: 'r1', first: false }) };
const AT = '/applications/4071882635';
const asked = { receipt: '4071882635', status: 'ask_one', say: '要补一样', items: [], timeline: [], supplement: { asked: '户口本首页的照片', since: '2026-11-28T02:00:00Z', until: '2026-12-12' } };

/** @param {any} device @param {string} ask */
const sent = (device, ask) => device.asked.filter((a) => a.ask === ask).map((a) => a.body);

test('the page of an application says what is missing and leads to it', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(asked) });
  const { seen, text, settle } = show('pages/case', { receipt: '4071882635' }, device);
  await settle();
  assert.match(text(), /还差:户口本首页的照片。最好在12月12日前补上/);
  seen.instance.more();
  assert.deepEqual(device.went, ['/pages/more/index?receipt=4071882635']);
});

// Control: a fresh key for every tap of send, and what was lost on the way counts twice.
test('photos are taken, taken away and sent once under one key', async () => {
  let n = 0;
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(asked), 'POST /papers': () => ({ statusCode: 201, data: { kind: 'other', digest: `d${(n += 1)}` } }) });
  const { seen, text, settle } = show('pages/more', { receipt: '4071882635' }, device);
  await settle();
  await seen.instance.send();
  assert.match(text(), /还没有照片/);
  await seen.instance.onAdd({ detail: { files: ['a.jpg', 'b.jpg'] } });
  assert.match(text(), /第 1 张传好了.*第 2 张传好了/);
  seen.instance.onAway({ detail: { id: seen.instance.data.list[0].id } });
  await seen.instance.onAgain({ detail: { id: seen.instance.data.list[0].id, file: 'c.jpg' } });
  assert.equal(seen.instance.data.list.length, 1);
  seen.instance.onNote({ detail: { value: '这是首页' } });
  await seen.instance.send();
  assert.match(text(), /照片都还在/);
  device.answers[`POST ${AT}/papers`] = ok({ at: '2026-11-28T03:00:00Z', say: '1 张照片收到了。经办的同志看了,够了就接着办,还差就告诉您。' });
  await seen.instance.send();
  const bodies = sent(device, `POST ${AT}/papers`);
  const last = bodies[bodies.length - 1];
  assert.deepEqual(last.papers, [{ kind: 'other', digest: 'd3' }]);
  assert.equal(last.note, '这是首页');
  assert.ok(bodies.length >= 2 && bodies.every((b) => b.key === last.key), 'one key however often it is sent');
  assert.match(text(), /还差就告诉您/);
});

test('a photo that did not arrive is not sent over, and nine are enough', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(asked), 'POST /papers': problem(415, '这不是照片,请重新拍。') });
  const { seen, text, settle } = show('pages/more', { receipt: '4071882635' }, device);
  await settle();
  await seen.instance.onAdd({ detail: { files: Array.from({ length: 12 }, (_, i) => `${i}.jpg`) } });
  assert.equal(seen.instance.data.list.length, 9);
  assert.match(text(), /这不是照片/);
  await seen.instance.send();
  assert.match(text(), /有一张没传上/);
  assert.equal(sent(device, `POST ${AT}/papers`).length, 0);
});

// Control: album.save left out of take, or no album.read when the page opens.
test('a call in between loses no photo and no word, and nothing stays when it was sent', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(asked), 'POST /papers': ok({ kind: 'other', digest: 'd1' }) });
  const first = show('pages/more', { receipt: '4071882635' }, device);
  await first.settle();
  await first.seen.instance.onAdd({ detail: { files: ['a.jpg'] } });
  delete device.answers['POST /papers'];
  await first.seen.instance.onAdd({ detail: { files: ['b.jpg'] } });
  first.seen.instance.onNote({ detail: { value: '这是首页' } });
  const key = first.seen.instance.data.key;
  device.answers['POST /papers'] = ok({ kind: 'other', digest: 'd2' }); // the network is back
  const { seen, text, settle } = show('pages/more', { receipt: '4071882635' }, device);
  await settle();
  assert.match(text(), /第 1 张传好了.*第 2 张传好了/);
  assert.equal(seen.instance.data.note, '这是首页');
  assert.deepEqual([...device.saved], ['store/a.jpg', 'store/b.jpg']);
  device.answers[`POST ${AT}/papers`] = ok({ at: '2026-11-28T03:00:00Z', say: '收到了。' });
  await seen.instance.send();
  const [body] = sent(device, `POST ${AT}/papers`);
  assert.deepEqual(body, { key, papers: [{ kind: 'other', digest: 'd1' }, { kind: 'other', digest: 'd2' }], note: '这是首页' });
  assert.deepEqual([...device.saved], []);
  assert.equal(device.kept.has('album'), false);
});

// Control: put that appends whom it does not know.
test('a photo that was taken away while it was on its way does not come back', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(asked), 'POST /papers': ok({ kind: 'other', digest: 'd1' }) });
  const { seen, settle } = show('pages/more', { receipt: '4071882635' }, device);
  await settle();
  const sending = seen.instance.onAdd({ detail: { files: ['a.jpg'] } });
  seen.instance.onAway({ detail: { id: seen.instance.data.list[0].id } });
  await sending;
  await settle();
  assert.equal(seen.instance.data.list.length, 0);
  assert.deepEqual([...device.saved], []);
});

// Control: kept(fault) for every fault: "要再补,请重新打开这一页" at every opening.
test('what is added to papers whose answer was lost goes under a key of its own', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(asked), 'POST /papers': ok({ kind: 'other', digest: 'd1' }) });
  const { seen, text, settle } = show('pages/more', { receipt: '4071882635' }, device);
  await settle();
  await seen.instance.onAdd({ detail: { files: ['a.jpg'] } });
  const lost = seen.instance.data.key;
  device.answers[`POST ${AT}/papers`] = (/** @type {any} */ body) => (body.key === lost ? problem(409, '要再补,请重新打开这一页。', { code: 'key_reused' }) : ok({ at: '2026-11-28T03:00:00Z', say: '收到了。' }));
  await seen.instance.send();
  assert.match(text(), /收到了/);
});

// Control: forget that clears the storage alone.
test('who has the phone forget them leaves no photo', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(asked), 'POST /papers': ok({ kind: 'other', digest: 'd1' }) });
  const { seen, settle } = show('pages/more', { receipt: '4071882635' }, device);
  await settle();
  await seen.instance.onAdd({ detail: { files: ['a.jpg'] } });
  assert.equal(device.saved.size, 1);
  const help = show('pages/help', {}, device);
  await help.settle();
  help.seen.instance.forget();
  assert.equal(device.saved.size, 0);
  assert.equal(device.kept.has('album'), false);
});

// Control: the chip left out, and a sample passes for money.
test('money by month, in plain words, twenty at a time', async () => {
  const one = (id, more) => ({ id: String(id), receipt: '4071882635', item: 'MZ-01', name: '最低生活保障', period: '2026-03', amount: 52000, sum: '520 元', sample: true, state: 'paid', say: '3月10日到账,打到尾号 1234 的卡上。', at: '2026-03-10T01:00:00Z', card: '尾号 1234', ...more });
  const device = phone({ ...LOGIN, 'GET /payouts': ok(Array.from({ length: 20 }, (_, i) => one(40 - i))), 'GET /payouts?after=21': ok([one(3, { period: '2025-12' })]) });
  const { seen, text, settle } = show('pages/money', {}, device);
  await settle();
  assert.match(text(), /2026 年 3 月.*最低生活保障.*520 元.*样本.*到账.*尾号 1234.*钱没到怎么办.*12345/);
  await seen.instance.further();
  assert.equal(seen.instance.data.list.length, 21);
  assert.match(text(), /2025 年 12 月/);
  assert.equal(seen.instance.data.last, '');
});
