// The purpose is kept for this window, so that it is chosen once in a sitting. What was searched for is kept nowhere.
const form = document.querySelector("[data-look]");
const kept = "people.for";
if (form) {
  const was = sessionStorage.getItem(kept);
  if (was && !form.elements.for.value) form.elements.for.value = was;
  form.addEventListener("change", () => form.elements.for.value && sessionStorage.setItem(kept, form.elements.for.value));
  if (form.elements.for.value) sessionStorage.setItem(kept, form.elements.for.value);
  form.addEventListener("htmx:beforeRequest", () => document.getElementById("say").replaceChildren());
  // A refusal answers this search: who was found by the one before goes.
  form.addEventListener("htmx:afterRequest", (e) => { if (e.detail.xhr.status >= 400 || e.detail.xhr.getResponseHeader("HX-Retarget")) document.getElementById("found").replaceChildren(); });
  (form.elements.for.value ? form.elements.q : form.querySelector("[name=for]")).focus();
}
// Arrows walk from the box through the people found and back; Enter opens, because each is a link.
document.addEventListener("keydown", (e) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  const stops = [...document.querySelectorAll("[data-walk]")];
  const at = stops.indexOf(document.activeElement);
  if (!step || at < 0 || e.ctrlKey || e.altKey || e.metaKey) return;
  e.preventDefault();
  stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
});
