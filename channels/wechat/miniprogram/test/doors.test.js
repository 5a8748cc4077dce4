// What becomes of a decision: its letter, what is said against it, who looked, the board.
const test = require('node:test');
const assert = require('node:assert/strict');
const { show, phone, ok, problem } = require('./stage');

const LOGIN = { 'POST /login': ok({ token: 't1', refresh: 'r1', first: false }) };
const AT = '/applications/4071882635';
const refused = { receipt: '4071882635', status: 'refused', say: '没办成', items: [{ item: 'MZ-01', name: '低保', status: 'refused', say: '没办成' }, { item: 'MZ-03', name: '临时救助', status: 'money_paid', say: '钱已到账' }], timeline: [], appeals: ['MZ-01'], reopens: ['MZ-01', 'MZ-03'] };
const letter = { id: '7', item: 'MZ-01', name: '低保', title: '最低生活保障不予确认决定书', paragraphs: ['您家平均每人存款 15,000 元,线是 11,520 元(样本)。', '收到信起 60 天内,可以申请行政复议。'], aloud: ['最低生活保障不予确认决定书。', '您家平均每人存款一万五千元,线是一万一千五百二十元(样本)。', '收到信起六十天内,可以申请行政复议。', '王庙镇人民政府,二零二六年十一月二十七号。'], from: '王庙镇人民政府', on: '2026-11-27', day: '2026年11月27日', code: 'A1B2-C3D4-E5F6', sample: true };
const posting = { notice: 31, confirmed: false, place: '王庙镇大王庙村', name: '王**', people: 3, item: '最低生活保障', sum: '每月 360 元', sample: true, from: '2026-11-25', until: '2026-12-01' };

/** @param {any} device @param {string} ask */
const sent = (device, ask) => device.asked.filter((a) => a.ask === ask).map((a) => a.body);
/** @param {any} dataset @param {string} [value] */
const event = (dataset, value) => ({ currentTarget: { dataset }, detail: { value } });

// Controls: letters not asked for; wrong for every item.
test('the page of an application leads to its letters and to what may be said', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(refused), [`GET ${AT}/letters`]: ok([letter]) });
  const { seen, text, settle } = show('pages/case', { receipt: '4071882635' }, device);
  await settle();
  assert.match(text(), /低保.*我觉得不对.*没有解决.*临时救助.*没有解决.*决定书.*最低生活保障不予确认决定书.*2026年11月27日/);
  assert.equal(text().match(/我觉得不对/g).length, 1, 'only where there is a decision to say it of');
  seen.instance.letter(event({ letter: '7' }));
  seen.instance.say(event({ what: 'unsolved', item: 'MZ-03' }));
  seen.instance.why();
  seen.instance.looked();
  assert.deepEqual(device.went, ['/pages/letter/index?receipt=4071882635&letter=7', '/pages/wrong/index?what=unsolved&receipt=4071882635&item=MZ-03', '/pages/why/index?receipt=4071882635', '/pages/looked/index']);
});

// Control: post without its catch (the steps are gone with the letters).
test('letters that cannot be had hide nothing else, and a person reads them out', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(refused), [`GET ${AT}/letters`]: problem(503, '现在忙。') });
  const { text, settle } = show('pages/case', { receipt: '4071882635' }, device);
  await settle();
  assert.match(text(), /办的是这几项.*决定书现在取不到.*12345,让人念给您听.*一步一步/);
  assert.doesNotMatch(text(), /现在忙/);
});

// Control: said[i], and the first line is read out under the second.
test('a letter is read, and said as it is read out, with the way to appeal', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}/letters/7`]: ok(letter), [`GET ${AT}`]: ok(refused) });
  const { seen, text, settle } = show('pages/letter', { receipt: '4071882635', letter: '7' }, device);
  await settle();
  assert.match(text(), /不予确认决定书.*存款 15,000 元.*60 天内.*样本.*王庙镇人民政府.*4071 8826 35.*A1B2-C3D4-E5F6.*觉得不对怎么办.*没经手过的人重新看/);
  assert.deepEqual(seen.instance.data.lines.map((/** @type {any} */ l) => l.aloud), letter.aloud.slice(1, 3), 'what a phone that reads its screen aloud says');
  seen.instance.turn();
  await settle();
  assert.match(text(), /慢慢念给他听.*一万五千元.*六十天内/);
  assert.doesNotMatch(text(), /15,000/);
  seen.instance.appeal();
  seen.instance.unsolved();
  assert.deepEqual(device.went, ['/pages/wrong/index?what=wrong&receipt=4071882635&item=MZ-01', '/pages/wrong/index?what=unsolved&receipt=4071882635&item=MZ-01']);
});

test('a letter whose decision is looked at already offers no second time', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}/letters/7`]: ok(letter), [`GET ${AT}`]: ok({ ...refused, appeals: undefined, reopens: undefined }) });
  const { text, settle } = show('pages/letter', { receipt: '4071882635', letter: '7' }, device);
  await settle();
  assert.match(text(), /正在重新看,或者现在不能在这里说.*12345/);
  assert.doesNotMatch(text(), /我觉得不对,要重新看|说没有解决/);
});

// Controls: a fresh key for every tap; saying.keep left out of onSays; saying.away left out.
test('what is wrong or not solved is said once, and no word is lost on the way', async () => {
  for (const [what, path, words, lacks] of [['wrong', 'appeals', /没经手过的人重新看.*原来给的照给/, /请写一句哪里不对/], ['unsolved', 'unsolved', /定这件事的单位再办.*到上一级/, /请写一句还差什么/]]) {
    const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(refused) });
    const first = show('pages/wrong', { what, receipt: '4071882635', item: 'MZ-01' }, device);
    await first.settle();
    assert.match(first.text(), words);
    await first.seen.instance.send();
    assert.match(first.text(), lacks);
    first.seen.instance.onSays(event({}, ' 我家没有存款 '));
    await first.seen.instance.send();
    assert.match(first.text(), /没送到,您写的还在/);
    device.answers[`GET ${AT}`] = ok({ ...refused, appeals: [], reopens: [] }); // it had arrived, and its answer was lost
    device.answers[`POST ${AT}/${path}`] = ok({ at: '2026-11-28T03:00:00Z', say: '您说不对,收到了。' });
    const { seen, text, settle } = show('pages/wrong', { what, receipt: '4071882635', item: 'MZ-01' }, device); // WeChat was closed meanwhile
    await settle();
    assert.equal(seen.instance.data.saying.says, ' 我家没有存款 ');
    await seen.instance.send();
    assert.match(text(), /收到了/);
    const bodies = sent(device, `POST ${AT}/${path}`);
    assert.equal(bodies.length, 2);
    assert.deepEqual(bodies[0], bodies[1]);
    assert.deepEqual([bodies[0].item, bodies[0].says], ['MZ-01', '我家没有存款']);
    assert.match(bodies[0].key, /^[0-9a-f-]{36}$/);
    assert.equal(device.kept.has('saying'), false, 'what was sent is no draft any more');
  }
});

test('what may not be said here has a person, and another matter\'s words stay its own', async () => {
  const device = phone({ ...LOGIN, [`GET ${AT}`]: ok(refused) });
  device.kept.set('saying', JSON.stringify({ about: 'wrong 4071882635 MZ-01', key: 'k', says: '别的事', whose: '', at: Date.now() }));
  const { seen, text, settle } = show('pages/wrong', { what: 'wrong', receipt: '4071882635', item: 'MZ-03' }, device);
  await settle();
  assert.match(text(), /还没定,或者已经在重新办了.*12345/);
  assert.equal(seen.instance.data.saying.says, '');
  assert.doesNotMatch(text(), /送上去,重新看/);
});

// Controls: no wiping at a log-in ("another account logs in"); wiped at the first ("the first log-in comes
// in the middle of writing"); an account of nobody kept ("a gateway that names no account"); whose not
// compared ("another account's words"); no age ('晚了一天' is read); account not among what is forgotten
// ("forgotten"); wiped at every log-in ("the same account logs in again").
test('what was being written is one account\'s, for a day', async () => {
  const object = { place: '371424104', notice: '31' };
  const login = (account) => ok({ token: `t-${account}`, refresh: `r-${account}`, first: false, account });
  const device = phone({ 'GET /boards/371424104': ok([posting]), 'POST /login': login('a'), [`GET ${AT}`]: ok(refused) });
  const opened = async () => {
    const page = show('pages/object', object, device);
    await page.settle();
    return page.seen.instance;
  };
  const read = async () => (await opened()).data.saying.says;
  const write = async (words) => (await opened()).onSays(event({}, words));
  const enter = async (answer) => {
    device.answers['POST /login'] = answer;
    device.kept.delete('token');
    device.kept.delete('refresh');
    const page = show('pages/case', { receipt: '4071882635' }, device);
    await page.settle();
  };
  await write('他家有两辆车');
  assert.equal(await read(), '他家有两辆车', 'nobody is logged in, and nobody was');
  await enter(login('a'));
  assert.equal(await read(), '他家有两辆车', 'the first log-in comes in the middle of writing');
  await write('他家有门面房');
  await enter(login('a'));
  assert.equal(await read(), '他家有门面房', 'the same account logs in again');
  device.kept.set('account', JSON.stringify('b'));
  assert.equal(await read(), '', 'another account\'s words');
  device.kept.set('account', JSON.stringify('a'));
  await write('他家有门面房');
  await enter(login('b'));
  assert.equal(device.kept.has('saying'), false, 'another account logs in');
  await write('他家有门面房');
  await enter(ok({ token: 't-old', refresh: 'r-old', first: false }));
  assert.equal(await read(), '他家有门面房', 'a gateway that names no account');
  await write('晚了一天');
  const kept = JSON.parse(device.kept.get('saying'));
  device.kept.set('saying', JSON.stringify({ ...kept, at: Date.now() - 24 * 3600 * 1000 - 1 }));
  assert.equal(await read(), '');
  assert.equal(device.kept.has('saying'), false, 'what is old does not lie on');
  await write('退出');
  const help = show('pages/help', {}, device);
  help.seen.instance.forget();
  assert.deepEqual([device.kept.has('saying'), device.kept.has('account')], [false, false], 'forgotten');
});

// Controls: the status not looked at in grouped; an outcome left out of AT.
test('for every item why, the household\'s own, with what would have to be otherwise', async () => {
  const items = [
    { item: 'MZ-01', name: '低保', outcome: 'not_eligible', status: '未批准', says: ['存款过了线。'], law: ['办法第十二条'], near: '存款少 3,480 元就合得上。' },
    { item: 'ZJ-01', name: '公租房', outcome: 'eligible', says: ['条件都合得上。'], list: '您家排在第 2。还没有开始问。' },
    { item: 'CL-01', name: '残疾人生活补贴', outcome: 'unknown', says: ['不知道有没有残疾证。'] },
    { item: 'JY-02', name: '助学金', outcome: 'not_eligible', says: ['家里没有人上学。'] },
  ];
  const device = phone({ ...LOGIN, [`GET ${AT}/why`]: ok({ say: '这不是决定。', items }) });
  const { seen, text, settle } = show('pages/why', { receipt: '4071882635' }, device);
  await settle();
  assert.match(text(), /这不是决定.*不写别人家的.*您提过的\(1 项\).*低保.*未批准.*少 3,480 元.*办法第十二条.*合得上,还没提的\(1 项\).*公租房.*排在第 2.*还说不准的\(1 项\).*有一条合不上的\(1 项\).*助学金.*记得不对.*12345/s);
  seen.instance.back();
  assert.deepEqual(device.went, ['/pages/case/index?receipt=4071882635']);
});

// Controls: the header not looked at; "Link" alone and not "link".
test('who looked, day by day, without a name, page after page', async () => {
  const look = (day, more) => ({ on: '2026-11-27', day, who: '临邑县孟寺镇经办人员', what: '看了您的申请', why: '办理申请', times: 1, ...more });
  const device = phone({ ...LOGIN, 'GET /seen': { statusCode: 200, data: [look('2026年11月27日', { times: 3 })], header: { link: '<?before=41>; rel="next"' } }, 'GET /seen?before=41': ok([look('2026年11月2日')]) });
  const { seen, text, settle } = show('pages/looked', {}, device);
  await settle();
  assert.match(text(), /2026年11月27日.*孟寺镇经办人员.*看了您的申请\(3 次\)。.*为了:办理申请.*觉得不该看.*12345.*再往前看/);
  await seen.instance.further();
  await settle();
  assert.match(text(), /2026年11月27日.*2026年11月2日/);
  assert.doesNotMatch(text(), /再往前看/);
  const none = show('pages/looked', {}, phone({ ...LOGIN, 'GET /seen': ok([]) }));
  await none.settle();
  assert.match(none.text(), /还没有人看过/);
});

const counties = { counties: [{ code: '371424', name: '临邑县', in: [{ code: '371424104', name: '孟寺镇' }] }] };

// Control: open that logs in ("nobody is logged in for a board").
test('the board is everybody\'s to read: no log-in, and nothing is kept of it', async () => {
  const device = phone({ 'GET /form': ok(counties), 'GET /boards/371424104': ok([posting, { ...posting, notice: 30, confirmed: true, name: '李**', sum: '', sample: false }]) });
  const { seen, text, settle } = show('pages/board', {}, device);
  await settle();
  seen.instance.onPlace(event({}, '371424104'));
  await settle();
  assert.match(text(), /大王庙村.*王\*\* 家 3 口人.*每月 360 元.*样本.*公示,还没定:11月25日到12月1日.*编号 31.*我有不同意见.*李\*\*.*已批准,公布/);
  assert.doesNotMatch(text(), /编号 30/);
  assert.deepEqual(device.asked.map((a) => a.ask), ['GET /form', 'GET /boards/371424104'], 'nobody is logged in for a board');
  assert.equal(device.kept.size, 0);
  seen.instance.object(event({ notice: 31 }));
  assert.deepEqual(device.went, ['/pages/object/index?place=371424104&notice=31']);
});

// Controls: name and phone kept with the words; the number kept.
test('an opinion is sent once, by whom nobody need know, and its number is on this page alone', async () => {
  const device = phone({ 'GET /boards/371424104': ok([posting]) });
  const { seen, text, settle } = show('pages/object', { place: '371424104', notice: '31' }, device);
  await settle();
  assert.match(text(), /王\*\* 家 3 口人.*编号 31 · 公示到12月1日.*可以不留.*那一家不知道/);
  await seen.instance.send();
  assert.match(text(), /请写一句哪里不对/);
  seen.instance.onSays(event({}, '他家有两辆车'));
  seen.instance.onField(event({ of: 'phone' }, '138 0534 0001'));
  await seen.instance.send();
  assert.match(text(), /没送到/);
  assert.deepEqual(Object.keys(JSON.parse(device.kept.get('saying'))).sort(), ['about', 'at', 'key', 'says', 'whose']);
  device.answers['POST /notices/31/objections'] = ok({ number: '407188263512', say: '镇上会去核实。' });
  await seen.instance.send();
  await settle();
  assert.match(text(), /意见回执号.*4071 8826 3512.*镇上会去核实.*自己记下/);
  const bodies = sent(device, 'POST /notices/31/objections');
  assert.deepEqual(bodies[0], bodies[1]);
  assert.deepEqual([bodies[1].says, bodies[1].name, bodies[1].phone], ['他家有两辆车', '', '13805340001']);
  assert.equal(device.kept.size, 0);
  assert.deepEqual(sent(device, 'POST /login'), []);
});

test('a line that was taken down takes no opinion, and says where to go', async () => {
  const device = phone({ 'GET /boards/371424104': ok([{ ...posting, confirmed: true }]) });
  const { text, settle } = show('pages/object', { place: '371424104', notice: '31' }, device);
  await settle();
  assert.match(text(), /已经撤下,或者已经定了.*12345/);
  assert.doesNotMatch(text(), /送上去/);
});

test('what came of an opinion is asked by its number', async () => {
  const device = phone({ 'POST /objections/find': ({ number }) => (number === '407188263512' ? ok({ say: '镇上核实过了。' }) : problem(422, '没有这个意见回执号,请对着再看一遍。')) });
  const { seen, text, settle } = show('pages/objection', {}, device);
  seen.instance.onNumber(event({}, '4071'));
  await seen.instance.find();
  assert.match(text(), /请填 12 位数字/);
  seen.instance.onNumber(event({}, '4071 8826 3519'));
  await seen.instance.find();
  await settle();
  assert.match(text(), /没有这个意见回执号/);
  seen.instance.onNumber(event({}, '4071 8826 3512'));
  await seen.instance.find();
  await settle();
  assert.match(text(), /镇上核实过了/);
});
