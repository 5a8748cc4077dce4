// Saves a form while somebody types, on the server: this machine keeps nothing of a person. What could not be saved is
// tried again until it is, and the page says so; the form itself goes nowhere meanwhile.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const state = form.querySelector("[data-draft-state]");
  let rev = form.dataset.rev, dirty = false, busy = false, timer = 0, wait = 1000, closed = false;
  const say = (text, tone) => { state.textContent = text; state.dataset.tone = tone || ""; };
  const body = () => {
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && !name.startsWith("sign.")) fields.append(name, value);
    fields.set("draft.rev", rev);
    return fields;
  };
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(save, ms); };
  const save = async () => {
    if (busy || closed || !dirty) return;
    busy = true; dirty = false;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: body() });
      if (answer.ok) {
        const kept = await answer.json();
        rev = kept.rev; wait = 1000;
        say("草稿已存 " + kept.saved);
      } else if (answer.status === 401) throw new Error("登录过期了。请另开一页登录,再回来:表还在这页上,会自己存。");
      else if (answer.status >= 500 || answer.status === 429) throw new Error();
      else { // refused for good: saved from another page, or the call is somebody else's now
        closed = true;
        const told = await answer.json().catch(() => ({}));
        say(told.say || "草稿存不上了:这通不归您,或者已经办完。", "bad");
      }
    } catch (fault) {
      dirty = true;
      say((fault.name === "Error" && fault.message) || "草稿还没存上,正在再试。表还在这页上,别关。", "wait");
      later(wait);
      wait = Math.min(wait * 2, 15000);
    }
    busy = false;
    if (dirty && !closed) later(400);
  };
  const touched = () => { dirty = true; if (!closed) later(600); };
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  document.addEventListener("change", (e) => { if (e.target.form === form) touched(); }); // ticks that stand beside the form
  form.addEventListener("filled", touched); // by a press that put in what was heard
  addEventListener("online", () => dirty && later(0));
  addEventListener("pagehide", () => { if (dirty && !closed) navigator.sendBeacon(form.dataset.draft, body()); });
  form.addEventListener("htmx:beforeRequest", (e) => { if (e.detail.elt === form) { clearTimeout(timer); closed = true; } });
  form.addEventListener("htmx:afterRequest", (e) => { if (e.detail.elt === form && !e.detail.successful) { closed = false; if (dirty) later(400); } });
}
