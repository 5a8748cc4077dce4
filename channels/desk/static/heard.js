// What was heard and proposed goes into the form by a press; a name or a place that was heard well enough, by itself
// into an empty field, marked until somebody looked. A field that holds something, or is being typed in, stays as it is.
const sound = () => document.querySelector("audio[data-sound]");
const form = document.getElementById("request");
const field = (name) => form.elements.namedItem(name);
const source = (name, slot) => {
  const at = slot.querySelector("[data-from]");
  if (!at) return;
  let kept = field("heard." + name);
  if (!kept) { kept = document.createElement("input"); kept.type = "hidden"; kept.name = "heard." + name; form.append(kept); }
  kept.value = at.dataset.from + "-" + at.dataset.to;
};
const put = (slot) => {
  const { slot: name, value } = slot.dataset;
  if (!value) return;
  if (name === "live") {
    const q = new URLSearchParams({ "live.county": value.slice(0, 6) });
    if (value.length >= 9) q.set("live.township", value.slice(0, 9));
    if (value.length >= 12) q.set("live.village", value);
    htmx.ajax("GET", "/desk/places?" + q, { target: "#places", swap: "innerHTML" }).then(told);
  } else if (name === "item") {
    for (const code of value.split(" ")) {
      const box = document.getElementById("item" + code);
      if (box) { box.checked = true; continue; }
      const wish = document.createElement("input");
      wish.type = "hidden"; wish.name = "item"; wish.value = code; wish.setAttribute("form", "request");
      document.getElementById("judged").append(wish);
    }
    told();
  } else if (field(name).type === "checkbox") {
    field(name).checked = true;
    told();
  } else {
    field(name).value = value;
    told();
  }
  source(name, slot);
  slot.dataset.done = "";
  mark(name, slot.dataset.word ?? "听来的,要核对");
};
// A field that was filled from what was heard says so until somebody has looked at it.
const mark = (name, said) => {
  const label = (name === "live" ? document.querySelector("#places") : field(name))?.closest?.("fieldset, .fld");
  if (!label || name === "item" || label.querySelector("[data-heard]")) return;
  const word = document.createElement("em");
  word.dataset.heard = "";
  word.textContent = said;
  label.querySelector("legend, span").append(word);
};
form.addEventListener("input", (e) => {
  (e.target.closest("#places") ? e.target.closest("fieldset") : e.target.closest(".fld"))?.querySelector("[data-heard]")?.remove();
});
const told = () => form.dispatchEvent(new Event("filled", { bubbles: true }));
const empty = (name) => (name === "live" ? !field("live.county").value : field(name) && !field(name).value && field(name) !== document.activeElement);
const offer = () => {
  for (const slot of document.querySelectorAll("[data-slot]")) {
    const name = slot.dataset.slot, now = field(name === "live" ? "live.county" : name);
    if (now?.type === "checkbox") continue; // its value stands there unticked as well
    if (name !== "item" && now && now.value && (now.value.replaceAll(" ", "") === slot.dataset.value || (name === "live" && [field("live.village"), field("live.township"), now].some((e) => e && e.value === slot.dataset.value)))) slot.dataset.done = "";
    else if ("sure" in slot.dataset && empty(name) && !field("heard." + name)) put(slot); // once: what was taken out stays out
  }
};
document.addEventListener("click", (e) => { if (e.target.closest("[data-put]")) put(e.target.closest("[data-slot]")); });
// All at once goes into empty fields alone; who speaks is always chosen, so that what was told counts there.
document.addEventListener("click", (e) => {
  if (!e.target.closest("[data-put-all]")) return;
  for (const slot of document.querySelectorAll("[data-told] [data-slot]:not([data-done])")) {
    const name = slot.dataset.slot, now = field(name);
    if (name === "contact.capacity" || (now?.type === "checkbox" ? !now.checked : empty(name))) put(slot);
  }
});
document.addEventListener("htmx:afterSettle", (e) => { if (e.target.id === "talk") offer(); });
// While a call lasts, whoever listens to the page instead of looking hears what the caller has finished saying, and
// that not more often than they can take in. Drafts, and the agent's own words, are not read out.
const aloud = document.querySelector("[data-aloud]");
const finished = () => [...document.querySelectorAll("#talk [data-running] li:not([data-draft-line])")].filter((li) => li.children[1].innerText === "来电").map((li) => li.lastElementChild.innerText);
let read = finished().length, reading = 0;
document.addEventListener("htmx:afterSettle", (e) => {
  if (e.target.id !== "talk" || reading) return;
  reading = setTimeout(() => {
    reading = 0;
    const all = finished();
    if (all.length > read) aloud.textContent = all.slice(0, all.length - read).reverse().join(" "); // the newest stands on top
    read = all.length;
  }, 3000);
});
// Where the recording stood when somebody wrote a field is where they heard it.
form.addEventListener("change", (e) => {
  const s = sound();
  if (!s || !s.currentTime || !e.target.name || /^(key|consent|heard|contact|account)/.test(e.target.name)) return;
  const to = Math.round(s.currentTime * 1000);
  source(e.target.name, { querySelector: () => ({ dataset: { from: Math.max(0, to - 8000), to } }) });
});
offer();
