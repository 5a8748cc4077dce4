// The mini-program's part of the phone. It talks to the real gateway through the phone's network (/phone/api) and to
// WeChat's client functions (wx), which the stand-in plays. Nothing here decides anything: it fills forms.
const person = document.body.dataset.person;
const templates = document.body.dataset.templates.trim().split(/\s+/);
const $ = (selector) => document.querySelector(selector);
const say = (text) => { $("#say").textContent = text; };
const post = (path, body) => fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });

const wx = {
  login: async () => (await (await post(`/phone/${person}/login`)).json()).code,
  requestSubscribeMessage: async (tmplIds) => (await post(`/phone/${person}/grant`, { tmplIds })).json(),
};

// One place knows the gateway's addresses.
const base = "/phone/api/c/wechat";
let token = "";
async function call(method, path, body, again = true) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body && !(body instanceof FormData)) headers["Content-Type"] = "application/json";
  const answer = await fetch(base + path, { method, headers, body: body instanceof FormData || !body ? body : JSON.stringify(body) });
  if (answer.status === 401 && again && path !== "/login") { // a token lives for minutes; a log-in costs nobody a tap
    await api.login();
    return call(method, path, body, false);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.detail || said.title || "现在网络忙,您填的都存着。过一会儿再点一次。");
  return said;
}
const upload = (kind, blob, name) => {
  const form = new FormData();
  form.append("kind", kind);
  form.append("file", blob, name);
  return call("POST", "/papers", form);
};
const api = {
  login: async () => { token = (await call("POST", "/login", { code: await wx.login() })).token; },
  card: (side, blob) => upload(side === "front" ? "id_front" : "id_back", blob, side + ".png"),
  strokes: (list) => upload("strokes", new Blob([JSON.stringify(list)], { type: "application/json" }), "strokes.json"),
  form: () => call("GET", "/form"),
  interview: () => call("GET", "/interview").catch(() => null), // none is open, or it cannot be told now: then a form
  answer: (body) => call("POST", "/interview/answers", body),
  confirm: (body) => call("POST", "/interview/application", body),
  document: (text) => upload("document", new Blob([text], { type: "text/plain" }), "document.txt"),
  submit: (form) => call("POST", "/applications", form),
  granted: (accepted) => call("POST", "/subscriptions", { accepted }),
  progress: (receipt) => call("GET", `/applications/${receipt}`),
};

// The form survives a closed page, its key too: submitting twice is one application.
const store = `phone-${person}`;
const draft = JSON.parse(localStorage.getItem(store) || "null") || { key: crypto.randomUUID(), papers: {} };
const keep = () => localStorage.setItem(store, JSON.stringify(draft));

function step(name) {
  say("");
  for (const part of document.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== name;
  if (name === "sign") paper();
}

// busy runs one act of a button: it cannot be tapped twice, and what went wrong is said in words.
async function busy(button, act) {
  button.disabled = true;
  try { await act(); button.disabled = false; } catch (fault) { say(fault.message); button.disabled = false; }
}

const acts = {
  login: async () => {
    await api.login();
    if (draft.receipt) { step("done"); follow(); return; }
    open = await api.interview();
    if (open) begun(); else step("cards");
  },
  resume: async () => ask(await api.interview()),
  cards: async () => step("cards"),
  anew: async () => { open = null; step("cards"); },
  dunno: async () => reply({ dunno: true }),
  form: async () => {
    if (open) { step("sign"); return; } // asked already
    fill();
    await offer();
    step("form");
  },
  submit: async () => {
    const signature = { strokes: (await api.strokes(strokes)).digest, document: (await api.document($("#paper").textContent)).digest };
    const papers = Object.entries(draft.papers).map(([kind, digest]) => ({ kind, digest }));
    const consents = [{ purpose: "process", version: "2026-01", how: "tick" }, { purpose: "means_check", version: "2026-01", how: "signature" }];
    const receipt = open
      ? await api.confirm({ key: draft.key, revision: open.revision, signature, papers, consents: consents.map(({ purpose, version }) => ({ purpose, version })) })
      : await api.submit({ ...draft.form, key: draft.key, signature, papers, consents });
    open = null;
    draft.receipt = receipt.receipt;
    keep();
    step("done");
    follow();
  },
  notify: async () => {
    const got = await wx.requestSubscribeMessage(templates.slice(0, 3));
    if (!got.errMsg.endsWith(":ok")) throw new Error("这次没打开通知,有进展会发短信。");
    await api.granted(Object.keys(got).filter((id) => got[id] === "accept")); // the gateway counts what the person allowed
    $("#allowed").textContent = "好,下一次有进展发微信"; // a tap allows one message: the button stays for the one after
  },
};
for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => busy(button, acts[button.dataset.go]));

for (const button of document.querySelectorAll("[data-side]")) button.addEventListener("click", () => busy(button, async () => {
  const side = button.dataset.side, blob = await (await fetch(button.querySelector("img").src)).blob();
  const said = button.querySelector("[data-state]");
  said.textContent = "正在看……";
  const read = await api.card(side, blob).catch((fault) => { said.textContent = "没拍清,再拍一次"; throw fault; });
  draft.papers[side === "front" ? "id_front" : "id_back"] = read.digest;
  if (read.card?.name) draft.card = read.card;
  keep();
  button.classList.add("ok");
  said.textContent = "拍好了";
  $("[data-go=form]").disabled = !(draft.papers.id_front && draft.papers.id_back);
}));

// What was begun at another door, in the chat or on the telephone, goes on here: the gateway says what is asked.
let open = null;
const doors = { wechat: "微信", hotline: "电话", app: "手机网页" };
function begun() {
  $("#resume-at").textContent = `${doors[open.door] || "上次"}里答了 ${open.asked} 问,都还在。`;
  $("#resume-ask").textContent = open.step.kind === "end" ? "都问完了,差看一遍。" : open.step.ask;
  step("resume");
}
function ask(now) {
  open = now;
  if (!now || now.step.kind === "end") {
    $("#summary").replaceChildren(...(now?.summary?.lines || []).map((l) => made("div", "card", `${l.ask} ${l.say}`)));
    step("asked");
    return;
  }
  $("#ask-at").textContent = `第 ${now.asked + 1} 问`;
  $("#ask-q").textContent = now.step.ask;
  $("#ask-help").textContent = now.step.help || (now.step.options || []).map((o) => o.say).join("、");
  $("[name=said]").value = "";
  step("ask");
}
const reply = async (answer) => ask(await api.answer({ step: open.step.ref, revision: open.revision, answer }));
$("form[data-step=ask]").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = event.target.elements.said.value.trim();
  if (said) busy(event.submitter || event.target.querySelector(".big"), () => reply({ said }));
});

// fill puts in what the card says, then what the story's family would answer.
function fill() {
  const form = $("form[data-step=form]").elements, sample = samples;
  form.name.value = draft.card?.name || sample.applicant?.name || "";
  form.id.value = draft.card?.id_number || sample.applicant?.id_number || "";
  form.detail.value = sample.live?.detail || "";
  form.story.value = sample.story || "";
}
let samples = {};

// place fills the two lists of where somebody lives. The story's own village stays while its township is chosen.
function place(counties) {
  const form = $("form[data-step=form]").elements, home = samples.live?.region || "";
  const options = (list, chosen) => list.map(({ code, name }) => new Option(name, code, false, chosen.startsWith(code)));
  const towns = () => form.town.replaceChildren(new Option("选乡镇、街道", ""), ...options(counties.find((c) => c.code === form.county.value)?.in || [], home));
  form.county.replaceChildren(new Option("选县、市、区", ""), ...options(counties, home));
  form.county.onchange = towns;
  towns();
}
const region = (form) => samples.live?.region?.startsWith(form.town.value) ? samples.live.region : form.town.value;

// told gathers the facts: the story's, with what was changed on the screen. What nobody knows is left out.
function told() {
  const facts = structuredClone(samples.household || {});
  for (const field of document.querySelectorAll("#home [data-path]")) {
    const path = field.dataset.path.split("."), last = path.pop(), text = field.value.trim();
    const inside = path.reduce((o, key) => o[key], facts);
    if (text === "") delete inside[last];
    else inside[last] = { number: Number, bool: (t) => t === "true", word: String }[field.dataset.kind](text);
  }
  return facts;
}
// toldWords is the same as lines, for the paper that is signed: a fact a line, its unit behind its number.
const toldWords = () => [...document.querySelectorAll("#home fieldset")].map((card) => [card.querySelector("legend").textContent,
  ...[...card.querySelectorAll("label")].map(factLine).filter(Boolean)].join("\n")).join("\n\n");
function factLine(label) {
  const field = label.querySelector("[data-path]"), [, words, unit = ""] = label.firstChild.textContent.trim().match(/^(.*?)(?:[((]([^()()]*)[))])?$/);
  return field.value && `· ${words}:${field.selectedOptions ? field.selectedOptions[0].textContent : `${field.value} ${unit}`}`;
}

// offer lists what can be asked for in the words people use, as the gateway names it. A list that does not come is no
// reason to wait: nobody has to choose.
async function offer() {
  const { items: list = [], counties = [] } = await api.form().catch(() => ({}));
  place(counties);
  $("#wanted").replaceChildren(...list.map(({ code, name }) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "item", value: code, checked: draft.items?.includes(code) });
    box.dataset.name = name;
    const label = Object.assign(document.createElement("label"), { className: "tick" });
    label.append(box, " " + name);
    return label;
  }));
  $("#wants").hidden = list.length === 0;
}
const chosen = () => [...document.querySelectorAll("#wanted input:checked")];

$("form[data-step=form]").addEventListener("submit", (event) => {
  event.preventDefault();
  const f = event.target.elements;
  draft.items = chosen().map((box) => box.value);
  draft.form = {
    items: draft.items, contact: { name: f.name.value, phone: f.phone.value, capacity: "self" },
    applicant: { name: f.name.value, id_number: f.id.value }, live: { region: region(f), detail: f.detail.value },
    household: told(), people: samples.people, story: f.story.value, account: f.account.value || undefined, urgent: f.urgent.checked || undefined,
  };
  keep();
  step("sign");
});

const where = () => ["county", "town"].map((name) => $(`[name=${name}]`).selectedOptions[0]?.textContent || "").join("");

function formWords(f) {
  return `申请人:${f.applicant.name}\n身份证号:${f.applicant.id_number}\n电话:${f.contact.phone}\n住址:${where()} ${f.live.detail}\n\n${toldWords()}\n\n` +
    `难处:${f.story}\n想办:${chosen().map((box) => box.dataset.name).join("、") || "请你们看能办什么"}\n收款卡:${f.account || "以后再填"}\n我填的是真的。我同意查我家的收入和财产。`;
}

// paper shows exactly the words that are signed.
function paper() {
  $("#paper").textContent = open ? `${open.summary.lines.map((l) => `${l.ask} ${l.say}`).join("\n")}\n我填的是真的。我同意查我家的收入和财产。` : formWords(draft.form);
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.lineWidth = 3;
  pen.lineCap = "round";
  strokes = [];
}

// The signature is its strokes, with time and pressure; what the canvas shows is for the person.
const canvas = $("#sign"), pen = canvas.getContext("2d");
let strokes = [], stroke = null;
const ready = () => { $("[data-go=submit]").disabled = !(strokes.length && $("#agree").checked); };
const point = (e) => ({ x: Math.round(e.offsetX * 10) / 10, y: Math.round(e.offsetY * 10) / 10, time: Date.now(), pressure: e.pressure });
canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); stroke = [point(e)]; pen.beginPath(); pen.moveTo(e.offsetX, e.offsetY); });
canvas.addEventListener("pointermove", (e) => { if (stroke) { stroke.push(point(e)); pen.lineTo(e.offsetX, e.offsetY); pen.stroke(); } });
canvas.addEventListener("pointerup", () => { if (stroke?.length > 1) strokes.push({ points: stroke }); stroke = null; ready(); });
$("#agree").addEventListener("change", ready);
$("[data-clear]").addEventListener("click", () => { pen.clearRect(0, 0, canvas.width, canvas.height); strokes = []; ready(); });

// follow shows the progress until the page goes away.
async function follow() {
  $("#receipt").textContent = draft.receipt.replace(/^(.{4})(.{4})(.*)$/, "$1 $2 $3");
  for (;;) {
    try { progress(await api.progress(draft.receipt)); say(""); } catch (fault) { say(fault.message); }
    await new Promise((done) => setTimeout(done, 3000));
  }
}
const made = (tag, className, textContent) => Object.assign(document.createElement(tag), { className, textContent });
const day = (at) => new Date(at).toLocaleDateString("zh-CN", { timeZone: "Asia/Shanghai", month: "long", day: "numeric" });
const over = ["closed", "withdrawn"];
function progress(p) {
  const text = JSON.stringify(p);
  if ($("#progress").dataset.text === text) return;
  $("#progress").dataset.text = text;
  const lines = [p.say, p.next, ...(p.items || []).map((c) => [c.name, c.say, c.amount && c.amount + (c.sample ? "(样本)" : "")].filter(Boolean).join(" · "))].filter(Boolean);
  const cards = lines.map((line) => made("div", "card", line));
  if (p.timeline?.length) {
    const steps = made("ol", "card steps", "");
    steps.append(...p.timeline.map((line) => { const li = made("li", "", line.says); li.prepend(made("time", "hint", day(line.at) + " ")); return li; }));
    cards.push(made("h2", "", "一步一步"), steps);
  }
  $("#progress").replaceChildren(...cards);
  $("#allowed").textContent = "";
  $("[data-go=notify]").hidden = over.includes(p.status); // nothing more comes
}

// Tabs and the message box.
const tabs = [...document.querySelectorAll("[role=tab]")];
for (const tab of tabs) tab.addEventListener("click", () => {
  for (const t of tabs) { t.setAttribute("aria-selected", t === tab); $("#" + t.getAttribute("aria-controls")).hidden = t !== tab; }
  if (tab.id === "tab-box") $("#unread").hidden = true;
});
let shown = null;
setInterval(async () => {
  const html = await (await fetch(`/phone/${person}/inbox`, { headers: { Accept: "text/html" } })).text().catch(() => shown);
  if (html === shown) return;
  if (shown !== null) { $("#inbox").innerHTML = html; $("#unread").hidden = !$("#box").hidden; $("#unread").textContent = "新"; }
  shown = html;
}, 2000);

// The chat of the mini-program: WeChat carries it, the page shows it.
const lines = $("#lines");
let talked = null;
async function chat() {
  const html = await (await fetch(`/phone/${person}/chat`)).text().catch(() => talked);
  if (html === talked) return;
  talked = html;
  lines.innerHTML = html;
  lines.scrollTop = lines.scrollHeight;
}
setInterval(chat, 1000);
async function speak(body) {
  const got = await (await post(`/phone/${person}/say`, body)).json().catch(() => ({}));
  if (!got.delivered) lines.append(made("p", "hint", "没有发出去,请再发一次。"));
  await chat();
}
$("#type").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = event.target.elements.text;
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  await speak({ text });
});
$("[data-voice]").addEventListener("click", async () => {
  const field = $("#type").elements.text;
  const text = field.value.trim();
  if (!text) return field.focus();
  field.value = "";
  await speak({ text, voice: true });
});
for (const button of document.querySelectorAll("[data-card]")) button.addEventListener("click", () => busy(button, () => speak({ card: button.dataset.card })));

samples = await (await fetch(`/phone/${person}/answers`)).json();
if (draft.receipt) busy($("[data-go=login]"), acts.login); // handed in before: the receipt stands first, nothing to tap
else step("start");
