// Once a township is chosen, only its villages stand in the choice of villages beside it. Without this all of them do, each under its township.
const whole = new WeakMap();
document.addEventListener("change", (e) => {
  const form = e.target.form;
  for (const villages of form ? form.querySelectorAll("select[data-of]") : []) {
    if (villages.dataset.of !== e.target.name) continue;
    if (!whole.has(villages)) whole.set(villages, [...villages.children]);
    const mine = whole.get(villages).filter((g) => !g.dataset.in || !e.target.value || g.dataset.in === e.target.value);
    villages.replaceChildren(...mine);
    villages.value = "";
    villages.required = mine.some((g) => g.dataset.in);
  }
});
