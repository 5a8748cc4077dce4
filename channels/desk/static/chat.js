// A conversation opens at its newest line and stays there, unless somebody reads further up. What an agent has typed and
// not sent outlives the end of the session: it lies in this tab alone, under the call and the agent, and comes back when
// the same agent logs in again here. Anybody else's page has another name and throws it away.
const age = 12 * 3600 * 1000;
const log = () => document.querySelector("[data-chat]");
const field = () => document.querySelector("textarea[data-words]");
let low = true; // the newest line is in sight
const down = () => { const el = log(); if (el && low) el.scrollTop = el.scrollHeight; };
document.addEventListener("scroll", (e) => {
  if (e.target === log()) low = e.target.scrollHeight - e.target.scrollTop - e.target.clientHeight < 40;
}, true);

const at = () => "words." + field().dataset.words;
const back = () => {
  const el = field();
  for (const name of Object.keys(sessionStorage)) {
    if (!name.startsWith("words.")) continue;
    const [agent, mine] = [name, el ? at() : ""].map((n) => n.slice(n.lastIndexOf(".")));
    if (agent !== mine || !(Date.now() - parseInt(sessionStorage.getItem(name), 10) < age)) sessionStorage.removeItem(name);
  }
  if (!el || el.value) return;
  const kept = sessionStorage.getItem(at());
  if (kept) el.value = kept.slice(kept.indexOf(".") + 1);
};
document.addEventListener("input", (e) => {
  if (e.target !== field()) return;
  if (e.target.value) sessionStorage.setItem(at(), Date.now() + "." + e.target.value);
  else sessionStorage.removeItem(at());
});
document.addEventListener("htmx:afterRequest", (e) => {
  if (e.detail.successful && e.target.contains(field()) && e.detail.requestConfig?.path?.endsWith("/say")) sessionStorage.removeItem(at());
});
document.addEventListener("htmx:beforeSwap", (e) => { // sent: the field that comes is empty
  if (e.detail.xhr.status === 200 && e.detail.requestConfig?.path?.endsWith("/say") && field()) sessionStorage.removeItem(at());
});
document.addEventListener("htmx:afterSwap", down);
window.addEventListener("resize", down);
back();
down();
