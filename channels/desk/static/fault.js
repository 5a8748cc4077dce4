// A refusal that is about one field says so there: the message leads to the field, and the field names the message as
// what is wrong with it, until the form is sent again. What was typed stays.
document.addEventListener("htmx:afterSwap", (e) => {
  const fault = e.target.id === "say" && e.target.querySelector("#fault[data-field]");
  const form = fault && e.detail.requestConfig.elt.closest("form");
  const field = form && form.querySelector(`[name="${CSS.escape(fault.dataset.field)}"]:not([type=hidden])`);
  if (!field) return;
  field.id ||= "fault-field";
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", "fault");
  const to = document.createElement("a");
  to.href = "#" + field.id;
  to.textContent = "到这一处去改";
  to.addEventListener("click", (click) => {
    click.preventDefault(); // the address of the page stays, so that going back leaves it
    for (let d = field.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    field.focus();
  });
  fault.append(" ", to);
});
// What is being corrected is no longer refused: the message goes with the first change of its field, or of its form where
// it names none, so that nobody reads that something is wrong which has not been sent yet.
let refused; // the form that was refused last
document.addEventListener("htmx:afterSwap", (e) => {
  if (e.target.id === "say" && e.target.querySelector("#fault")) refused = e.detail.requestConfig.elt.closest("form");
});
document.addEventListener("input", (e) => {
  const fault = document.querySelector("#say #fault");
  const field = document.querySelector("[aria-describedby=fault]");
  if (!fault || !refused?.contains(e.target) || (field && field !== e.target)) return;
  unmark();
  fault.remove();
});
document.addEventListener("htmx:beforeRequest", unmark);
function unmark() {
  for (const field of document.querySelectorAll("[aria-describedby=fault]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    if (field.id === "fault-field") field.removeAttribute("id");
  }
}
