// An answer about a form that has changed since it was asked would take back what was ticked meanwhile: it is let go,
// and asked for anew.
const judged = document.getElementById("judged");
let turn = 0, asked = 0;
for (const name of ["change", "filled"]) document.addEventListener(name, () => turn++, true);
judged.addEventListener("htmx:beforeRequest", (e) => { if (e.detail.elt === judged) asked = turn; });
judged.addEventListener("htmx:beforeSwap", (e) => {
  if (e.detail.target !== judged || asked === turn) return;
  e.detail.shouldSwap = false;
  htmx.trigger(judged, "again"); // waits for this answer to end, and then asks
});
