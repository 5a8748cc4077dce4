// The visits of one visitor, with network and without: what was taken along, what was written
// down of each household, and the handing in, which may be done twice and counts once.
(function () {
  "use strict";
  const kept = window.kept, form = document.getElementById("visit"), $ = (id) => document.getElementById(id);
  const online = document.body.dataset.who || "";
  let who = online, pack = null, drafts = [], at = null, place = "", busy = false;

  const say = (words, tone) => {
    $("say").innerHTML = "";
    if (!words) return;
    const p = document.createElement("p");
    p.className = "say " + (tone || "");
    p.textContent = words;
    $("say").append(p);
    p.scrollIntoView({ block: "center" });
  };
  const chip = (where, words, tone) => { where.className = "chip " + (tone || ""); where.textContent = words; };
  const when = (iso) => new Date(iso).toLocaleString("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" });

  // 1. What lies on the device, of this visitor.
  async function load() {
    const was = await kept.read("who");
    if (online && was !== online) { // another one's list goes; what they wrote stays sealed until they come again
      await kept.drop("tasks");
      await kept.write("who", online);
    }
    who = online || was || "";
    pack = await kept.get("tasks");
    if (pack && (pack.who !== who || Date.parse(pack.until) < Date.now())) {
      await kept.drop("tasks");
      pack = null;
    }
    drafts = [];
    for (const name of await kept.names()) {
      if (!name.startsWith("draft/")) continue;
      const d = await kept.get(name);
      if (d.who !== who) continue;
      drafts.push(at && at.visit === d.visit ? at : d); // what is open goes on as it is
    }
  }
  const draftOf = (visit) => drafts.find((d) => d.visit === visit);
  const save = (d) => kept.put("draft/" + d.visit, d);
  async function forget(d) {
    await kept.drop("draft/" + d.visit);
    for (const p of d.photos) await kept.drop(p.name);
    drafts = drafts.filter((o) => o !== d);
  }

  // 2. The list.
  const stands = (d) => !d ? ["还没写", ""] : d.says ? ["交不上去,打开看", "red"] : d.ready ? ["写好了,等网", "blue"] : ["写了一半", "amber"];
  function list() {
    const homes = (pack ? pack.homes : []).slice(), there = new Set(homes.map((h) => h.visit));
    for (const d of drafts) if (!there.has(d.visit)) homes.push(d.home);
    $("homes").innerHTML = "";
    for (const h of homes) {
      const li = document.createElement("li"), b = document.createElement("button"), d = draftOf(h.visit), [words, tone] = stands(d);
      b.type = "button";
      b.className = "home";
      const name = document.createElement("b"), c = document.createElement("span"), more = document.createElement("div");
      name.textContent = h.title + " ";
      chip(c, words, tone);
      more.className = "why";
      more.textContent = h.on + " · " + h.where + (h.mate ? " · 和" + h.mate + "一起" : "");
      b.append(name, c, more);
      b.onclick = () => open(h);
      li.append(b);
      $("homes").append(li);
    }
    if (!homes.length) $("homes").innerHTML = '<li class="empty"><p>这部手机上没有要去的人家。</p><p class="why">有网的时候点“把要去的带上”:安排给您的、三天以内的都带上。</p></li>';
    const ready = drafts.filter((d) => d.ready).length;
    $("hand").textContent = ready ? "交上去(" + ready + " 户)" : "交上去";
    $("hand").disabled = !ready;
    $("packed").textContent = pack ? when(pack.at) + " 带上的" : "";
    document.body.dataset.listed = String(homes.length);
  }
  function show(home) {
    $("list").hidden = home;
    $("home").hidden = !home;
    window.scrollTo(0, 0);
  }

  // 3. One household.
  async function open(h) {
    place = ""; // of another house
    const d = at = draftOf(h.visit) || { visit: h.visit, who: who, key: crypto.randomUUID(), home: h, fields: [], photos: [], ready: false };
    $("sheet").innerHTML = at.home.html; // of our own server, sealed since
    fill(at.fields);
    show(true);
    window.signing($("sheet"));
    stateOf();
    say(at.says || "", "bad");
    await pictures();
    if (navigator.geolocation) navigator.geolocation.getCurrentPosition((p) => { if (at === d) place = spot(p); }, () => {}, { enableHighAccuracy: true, timeout: 20000 });
  }
  const spot = (p) => p.coords.longitude.toFixed(5) + "," + p.coords.latitude.toFixed(5);
  function fill(fields) {
    if (!fields.length) return;
    for (const box of form.querySelectorAll("[name]")) {
      const mine = fields.filter((f) => f[0] === box.name).map((f) => f[1]);
      if (box.type === "checkbox" || box.type === "radio") box.checked = mine.includes(box.value);
      else if (box.name !== "facts" && box.name !== "member" && mine.length) box.value = mine[0];
    }
  }
  const fieldsOf = () => [...new FormData(form)].filter(([, v]) => typeof v === "string");
  function stateOf() { const [words, tone] = stands(at); chip($("state"), words, tone); }
  let writing = Promise.resolve();
  function keep() { // one after the other: of two at once the older could come last
    const d = at;
    if (!d) return writing;
    d.fields = fieldsOf();
    d.ready = false;
    d.says = "";
    if (!drafts.includes(d)) drafts.push(d);
    stateOf();
    return writing = writing.then(() => save(d));
  }
  form.addEventListener("input", keep);
  form.addEventListener("signed", keep);

  // 4. Pictures: made smaller, hashed and sealed before anything else is done with them.
  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file), scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return await (await new Promise((ok) => canvas.toBlob(ok, "image/jpeg", 0.8))).arrayBuffer();
    } catch (e) { return file.arrayBuffer(); }
  }
  const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");
  $("shoot").onchange = async () => {
    const d = at, taken = new Date().toISOString();
    for (const file of [...$("shoot").files]) {
      if (d.photos.length >= 30) { say("一次入户最多 30 张照片。", "bad"); break; }
      const bytes = await smaller(file), name = "photo/" + d.visit + "/" + crypto.randomUUID();
      const photo = { name: name, sha256: hex(await crypto.subtle.digest("SHA-256", bytes)), taken: taken, place: place };
      await kept.seal(name, bytes);
      d.photos.push(photo);
    }
    $("shoot").value = "";
    await keep();
    if (d === at) await pictures();
  };
  async function pictures() {
    const d = at;
    $("shots").innerHTML = "";
    for (const p of d.photos) {
      const li = document.createElement("li"), img = document.createElement("img"), b = document.createElement("button");
      img.src = URL.createObjectURL(new Blob([await kept.open(p.name)]));
      img.alt = when(p.taken) + " 拍的";
      img.onload = () => URL.revokeObjectURL(img.src);
      b.type = "button";
      b.className = "btn quiet";
      b.textContent = "删掉这张";
      b.onclick = async () => {
        d.photos = d.photos.filter((o) => o !== p);
        await kept.drop(p.name);
        await keep();
        await pictures();
      };
      li.append(img, b);
      $("shots").append(li);
    }
  }

  // 5. Written down, or not wanted.
  function lacking() {
    const names = { statement: "看到的情况", present: "家里谁在场" };
    const out = Object.keys(names).filter((n) => !form.elements[n].value.trim()).map((n) => names[n]);
    for (const box of form.querySelectorAll("[data-sign]")) if (!box.querySelector("[data-strokes]").value) out.push(box.querySelector("b").textContent);
    return out;
  }
  $("done").onclick = async () => {
    await keep();
    const out = lacking();
    if (out.length) return say("还差:" + out.join("、") + "。", "bad");
    if (!looked() && !ask($("done"), "一样都没点“属实”,也没填看到的:收入、财产还是算本人说的,待核。")) return;
    if (at.sent) at.key = crypto.randomUUID(); // what was sent under the old one may lie there
    Object.assign(at, { ready: true, sent: false, seen: new Date().toISOString(), place: place });
    await save(at);
    await leave();
    await hand();
  };
  // looked reports whether a single fact was seen to be so, or otherwise.
  const looked = () => fieldsOf().some(([n, v]) => n === "same" || v && /^(h|m\.[^.]+)\./.test(n));
  let sure = null; // what was asked once, and by which button
  function ask(button, words) {
    if (sure === button) { sure = null; return true; }
    sure = button;
    say(words + " 真要这样,再点一次。", "wait");
    return false;
  }
  $("drop").onclick = async () => {
    if (!drafts.includes(at)) return leave();
    if (!ask($("drop"), "这一户写的、拍的、签的都会没有。")) return;
    await forget(at);
    await leave();
  };
  async function leave() {
    await writing;
    at = null;
    $("sheet").innerHTML = "";
    say("");
    list();
    show(false);
  }
  $("back").onclick = leave;

  // 6. Handing in: one after the other, each under its own key.
  async function body(d) {
    const b = new FormData();
    for (const [name, value] of d.fields) b.append(name, value);
    b.append("key", d.key);
    b.append("visit", d.visit);
    b.append("who", d.who);
    b.append("seen", d.seen);
    b.append("place", d.place);
    b.append("photos", JSON.stringify(d.photos.map((p) => ({ sha256: p.sha256, taken: p.taken, place: p.place }))));
    for (const p of d.photos) b.append("photo", new Blob([await kept.open(p.name)], { type: "image/jpeg" }), "photo.jpg");
    b.append("now", new Date().toISOString());
    return b;
  }
  // gone puts away what was taken along: whoever holds the telephone may be somebody else.
  async function gone() {
    await kept.drop("tasks");
    pack = null;
  }
  async function send(d) {
    d.sent = true;
    await kept.again("draft/" + d.visit, d);
    const got = await fetch("/desk/township/visits/record", { method: "POST", body: await body(d), headers: { Accept: "application/json" }, signal: AbortSignal.timeout(120000) });
    const answer = await got.json().catch(() => ({}));
    if (got.ok) {
      if (pack) {
        pack.homes = pack.homes.filter((h) => h.visit !== d.visit);
        await kept.put("tasks", pack);
      }
      await forget(d);
      return { done: true, second: answer.outcome === "second", say: answer.say };
    }
    if (got.status === 401 || got.status === 403 && answer.code !== "visit_not_taken") await gone();
    if (got.status === 401) return { stop: "登录过期了,带着的名单收起来了。记录都在手机里:先到“办件”登录,再回来点“交上去”。" };
    if (got.status === 503 || got.status === 429) return { stop: answer.say || "现在连不上。记录都在手机里,过一会儿再交。" };
    if (got.status >= 500) return { bad: d.home.title + ":" + (answer.say || "现在收不了,过一会儿再交。") };
    d.says = answer.say || "这份没有收下。";
    d.ready = false;
    await kept.again("draft/" + d.visit, d);
    return { bad: d.home.title + ":" + d.says };
  }
  // One window at a time, by what lies on the device then: another one may have handed it in.
  const alone = (work) => navigator.locks ? navigator.locks.request("lianou-visits", work) : work();
  async function hand() {
    if (busy || !online || !navigator.onLine) return list();
    busy = true;
    await alone(async () => { await load(); await handAll(); }).catch(() => {});
    busy = false;
    list();
  }
  async function handAll() {
    let done = 0, words = "", tone = "";
    try {
      for (const d of drafts.filter((o) => o.ready)) {
        const r = await send(d);
        if (r.done) { done++; if (r.second) words = r.say; }
        if (r.bad) { words = r.bad; tone = "bad"; }
        if (r.stop) { words = r.stop; tone = "wait"; break; }
      }
    } catch (e) { // the network went
      words = "网又断了。没交完的都在手机里,有网了再交。";
      tone = "wait";
    }
    list();
    if (done || words) say((done ? "交上去 " + done + " 户,等另一位自己登录确认。" : "") + words, tone);
    document.body.dataset.handed = String(Number(document.body.dataset.handed || 0) + done);
  }
  $("hand").onclick = () => {
    if (!online) return say("这一页是没网时打开的。有网了,刷新一下再交。", "wait");
    return hand();
  };
  $("take").onclick = take;
  async function take() {
    if (!online || !navigator.onLine) return say("现在没有网,带不了。到有网的地方再点。", "wait");
    try {
      const got = await fetch("/desk/township/visits/pack", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(60000) });
      const answer = await got.json();
      if (got.status === 401 || got.status === 403) { await gone(); list(); }
      if (!got.ok) return say(answer.say || "现在带不了,过一会儿再试。", "bad");
      if (answer.who !== who) return location.reload(); // somebody else has logged in
      pack = answer;
      pack.homes = pack.homes || [];
      await kept.put("tasks", pack);
      for (const d of drafts) { // what is written goes on by the newest form
        const now = pack.homes.find((h) => h.visit === d.visit);
        if (!now || d.ready || d === at) continue;
        if (now.facts !== d.home.facts) d.fields = d.fields.filter((f) => f[0] !== "same"); // of what was told otherwise since
        d.home = now;
        await save(d);
      }
      list();
      const kin = pack.kin ? "有 " + pack.kin + " 户和您有亲属登记,不能带,请换人去。" : "";
      say((pack.homes.length ? "带上了 " + pack.homes.length + " 户,没网也能看、能写。七天以后自己清掉。" : "三天以内没有安排给您的入户。") + (pack.waits ? "另有 " + pack.waits + " 份同去的人写的记录等您确认:回“办件”打开那一户。" : "") + kin, kin || pack.waits ? "wait" : "");
    } catch (e) { say("没连上,带不了。到有网的地方再点。", "wait"); }
  }
  $("wipe").onclick = async () => {
    const words = drafts.length ? "还有 " + drafts.length + " 户写了没交,清掉就没有了。" : "这部手机上带着的人家都会清掉。";
    if (!ask($("wipe"), words)) return;
    for (const d of drafts.slice()) await forget(d);
    await gone();
    list();
    say("清掉了。");
  };

  // 7. The network comes and goes.
  function net() { chip($("net"), navigator.onLine && online ? "有网" : "没有网", navigator.onLine && online ? "leaf" : "amber"); }
  addEventListener("online", () => { if (!online && !at) location.reload(); net(); hand(); });
  addEventListener("offline", net);
  document.addEventListener("click", (e) => { if (e.target !== sure) sure = null; }, true);
  if (navigator.serviceWorker) navigator.serviceWorker.register("/desk/township/visits/sw.js");
  // Where there is a network, the page without a log-in shows nothing: whose telephone it is now the log-in says.
  const reached = async () => !online && navigator.onLine && fetch("/desk/township/visits/manifest.json", { cache: "no-store", signal: AbortSignal.timeout(5000) }).then((r) => r.ok).catch(() => false);
  reached().then(async (yes) => {
    if (yes) return location.replace("/desk/township/visits/");
    await load();
    net();
    list();
    return online ? hand() : null;
  }).catch(() => say("这部手机存不了东西(可能开了无痕浏览),没网时写不了。", "bad"));
})();
