// Saves a form while somebody types, on the server. What could not be saved is tried again until it is, and the page
// says what is kept and what is not. Meanwhile it lies on this machine under a key that only the server gives, to who
// types here: a browser that breaks without a network loses nothing, and whoever finds the machine reads nothing.
const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const stale = 3 * 24 * 3600 * 1000; // whoever has not come back by then asks the family again
for (const name of Object.keys(localStorage)) {
  if (name.startsWith("draft.") && !(Date.now() - parseInt(localStorage.getItem(name), 10) < stale)) localStorage.removeItem(name);
}

// A safe keeps one text under a key. Browsers have the cipher on pages that came encrypted only; without, there is none.
const safe = async (lock) => {
  if (!crypto.subtle || !lock) return null;
  const raw = bytesOf(lock);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  const name = "draft." + hex(await crypto.subtle.digest("SHA-256", raw)).slice(0, 24);
  let turn = 0;
  return {
    async put(text) {
      const mine = ++turn, iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(text)));
      let all = "";
      for (const b of [...iv, ...sealed]) all += String.fromCharCode(b);
      if (mine === turn) localStorage.setItem(name, Date.now() + "." + btoa(all));
    },
    async get() {
      const kept = localStorage.getItem(name);
      if (!kept) return "";
      const all = bytesOf(kept.split(".")[1]);
      return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: all.slice(0, 12) }, key, all.slice(12)));
    },
    empty() { turn++; localStorage.removeItem(name); },
  };
};

for (const form of document.querySelectorAll("form[data-draft]")) {
  const state = form.querySelector("[data-draft-state]");
  const page = hex(crypto.getRandomValues(new Uint8Array(12)));
  let rev = form.dataset.rev, again = 0, dirty = false, closed = false, timer = 0, wait = 1000, kept = "", local = null, under = null;
  const say = (text, tone) => { state.textContent = text; state.dataset.tone = tone || ""; };
  const body = () => {
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && !name.startsWith("sign.")) fields.append(name, value);
    fields.set("draft.rev", rev);
    fields.set("draft.page", page);
    fields.set("draft.again", ++again);
    return fields;
  };
  const lost = () => say((kept ? "网断了。" + kept + " 以前填的存好了,后面填的" : "网断了,填的还没存上。") +
    (local ? (kept ? "锁" : "先锁") + "在这台电脑里,网通了自己存。关了页面也不丢。" : (kept ? "" : "表") + "只在这页上,别关、别刷新。"), "wait");
  // A network that is cut answers nothing for minutes, so nobody waits for it longer than this.
  const post = (fields) => fetch(form.dataset.draft, { method: "POST", body: fields, signal: AbortSignal.timeout(8000) });
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(save, ms); };
  const once = async () => {
    dirty = false;
    const fields = body();
    try {
      const answer = await post(fields);
      if (answer.ok) {
        const now = await answer.json();
        rev = now.rev; kept = now.saved; wait = 1000;
        say("草稿已存 " + kept);
        if (!dirty) local?.empty();
      } else if (answer.status === 401) {
        dirty = true;
        say("登录过期了。请另开一页登录,再回来:表还在这页上,会自己存。", "wait");
      } else if (answer.status >= 500 || answer.status === 429) throw new Error();
      else { // refused for good: saved from another page, or the call is somebody else's now
        closed = true;
        local?.empty();
        const told = await answer.json().catch(() => ({}));
        say(told.say || "草稿存不上了:这通不归您,或者已经办完。", "bad");
      }
    } catch {
      dirty = true;
      lost();
    }
  };
  const save = async () => {
    timer = 0;
    if (under || closed || !dirty) return;
    under = once();
    await under;
    under = null;
    if (!dirty || closed) return;
    later(state.dataset.tone === "wait" ? wait : 400);
    if (state.dataset.tone === "wait") wait = Math.min(wait * 2, 15000);
  };
  const touched = () => {
    dirty = true;
    if (closed) return;
    local?.put(String(body()));
    if (state.dataset.tone !== "wait") later(600);
    else if (!timer) later(wait);
  };
  // What an earlier page left here goes to the server first: whether it is still the newest is the server's to say.
  const found = async () => {
    local = await safe(form.dataset.lock).catch(() => null);
    const left = await local?.get().catch(() => "");
    if (!left) { if (dirty) local?.put(String(body())); return; }
    for (let pause = 1000; ; pause = Math.min(pause * 2, 15000)) {
      const answer = await post(new URLSearchParams(left)).catch(() => null);
      if (answer && answer.status < 500 && answer.status !== 401 && answer.status !== 429) {
        local.empty();
        if (!answer.ok) return say("断网时在这台电脑上填的,没有用上:另一页后来改过。请对着这张表再问一遍。", "bad");
        sessionStorage.setItem("draft.found", "1");
        closed = true;
        return location.reload();
      }
      say("断网时填的还锁在这台电脑里,正在存。先别往下填。", "wait");
      await new Promise((go) => setTimeout(go, pause));
    }
  };
  if (sessionStorage.getItem("draft.found")) {
    sessionStorage.removeItem("draft.found");
    say("断网时填的找回来了,都存好了。");
  }
  under = found().finally(() => { under = null; if (dirty) later(0); });
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  document.addEventListener("change", (e) => { if (e.target.form === form) touched(); }); // ticks that stand beside the form
  form.addEventListener("filled", touched); // by a press that put in what was heard
  addEventListener("online", () => { if (dirty) later(0); else if (!closed && state.dataset.tone === "wait") say(kept ? "草稿已存 " + kept : "网通了,填的会自己存。"); });
  addEventListener("offline", () => !closed && lost());
  addEventListener("pagehide", () => { if (dirty && !closed) navigator.sendBeacon(form.dataset.draft, body()); });
  addEventListener("beforeunload", (e) => { if (dirty && !closed && !local && state.dataset.tone === "wait") e.preventDefault(); });
  // A form is sent after the save that is under way: one that came later would leave a draft of what is an application.
  form.addEventListener("htmx:confirm", (e) => {
    if (e.detail.elt !== form || !under) return;
    e.preventDefault();
    under.then(() => e.detail.issueRequest(true));
  });
  form.addEventListener("htmx:beforeRequest", (e) => { if (e.detail.elt === form) { clearTimeout(timer); timer = 0; closed = true; } });
  form.addEventListener("htmx:afterRequest", (e) => {
    if (e.detail.elt !== form) return;
    if (e.detail.successful) return local?.empty();
    closed = false;
    if (!e.detail.xhr.status) say("没有报上:网断了。填的都在,网通了再按一次“报上”,不会报成两份。", "bad");
    if (dirty) later(400);
  });
}
