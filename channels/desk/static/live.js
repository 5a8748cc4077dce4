// Keeps a page's live parts fresh. A bell carries only a topic and an id; the part is then fetched again with the
// session's own rights, so a bell can show nothing that a reload would not. A lost bell is healed by the slow poll.
const parts = () => [...document.querySelectorAll("[data-live]")];
// What somebody has typed into a part, or opened in it, is theirs until they send it.
const changed = (field) => field.matches("select") ? field.selectedIndex !== Math.max(0, [...field.options].findIndex((o) => o.defaultSelected))
  : field.value !== field.defaultValue || field.checked !== field.defaultChecked;
const begun = (el) => !!el.querySelector("details[open]") || el.contains(document.activeElement?.closest("input, select, textarea")) ||
  [...el.querySelectorAll("input:not([type=hidden]), select, textarea")].some(changed);
const theirs = (el) => el.contains(document.activeElement) || begun(el);
// One question at a time for a part: bells that ring meanwhile are answered by one more.
const busy = new Map();
const refresh = (el) => {
  if (theirs(el)) { el.dataset.stale = "1"; return; }
  delete el.dataset.stale;
  if (busy.has(el)) { busy.set(el, true); return; }
  busy.set(el, false); // the part asks and not the page: nobody's button goes pale each time
  htmx.ajax("GET", el.dataset.src, { source: el, target: el, swap: "innerHTML" }).finally(() => {
    const again = busy.get(el);
    busy.delete(el);
    if (again) refresh(el);
  });
};
document.addEventListener("focusout", () => parts().forEach((el) => el.dataset.stale && refresh(el)));

// What a page asks by itself, as time goes by or a bell rings, is no sign that somebody sits at it.
document.addEventListener("htmx:configRequest", (e) => { if (!e.detail.triggeringEvent) e.detail.headers["Lianou-Poll"] = "1"; });

// A page that asks again each second until it is ready holds still meanwhile: an answer swapped in would close the
// fold under a finger that is about to type. The next second asks again.
const hold = (e) => {
  if (!e.detail.requestConfig.elt.matches("[hx-trigger^=every], [data-live]") || !begun(e.detail.target)) return;
  if (e.type === "htmx:beforeRequest") { e.preventDefault(); return; }
  e.detail.shouldSwap = false; // it was opened while the answer was on its way
  if (e.detail.target.dataset.live) e.detail.target.dataset.stale = "1";
};
document.addEventListener("htmx:beforeRequest", hold);
document.addEventListener("htmx:beforeSwap", hold);

// An answer for a part that has left the page belongs nowhere: a request was filed while it was still being judged.
const asked = new WeakSet();
document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (asked.has(elt)) return;
  asked.add(elt); // a part that is gone tells nobody above it, so it is listened to itself
  elt.addEventListener("htmx:beforeOnLoad", (e) => { if (!e.detail.target.isConnected) e.preventDefault(); });
});

let wait = 500;
const connect = () => {
  const of = document.querySelector("[data-of]")?.dataset.of; // the call on this page, whose captions it reads
  const ws = new WebSocket(location.origin.replace(/^http/, "ws") + "/desk/live" + (of ? "?of=" + encodeURIComponent(of) : ""));
  ws.onopen = () => {
    if (document.documentElement.dataset.link === "off") parts().forEach(refresh); // what was missed meanwhile
    wait = 500;
    document.documentElement.dataset.link = "on";
  };
  ws.onmessage = (m) => {
    const { topic, id } = JSON.parse(m.data);
    parts().filter((el) => el.dataset.live.split(" ").some((name) => topic.startsWith(name)) && (!el.dataset.of || el.dataset.of === id)).forEach(refresh);
  };
  ws.onclose = () => {
    document.documentElement.dataset.link = "off";
    setTimeout(connect, wait + Math.random() * wait);
    wait = Math.min(wait * 2, 15000);
  };
};
if (parts().length) {
  connect();
  setInterval(() => parts().forEach(refresh), 60000);
}
// Words that an agent typed and did not send outlive the end of a session, not its log-out, and not another's log-in here.
const forget = (gone) => Object.keys(sessionStorage).forEach((name) => { if (name.startsWith("words.") && gone(name)) sessionStorage.removeItem(name); });
const me = document.querySelector("[data-me]")?.dataset.me;
if (me) forget((name) => !name.endsWith("." + me));
document.addEventListener("submit", (e) => { if (e.target.getAttribute("action") === "/desk/logout") forget(() => true); });
