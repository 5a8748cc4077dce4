// Sends the form as JSON and shows the call on reload; the server does the rest.
const form = document.getElementById("ring"), said = document.getElementById("said");
// Who calls says their own words; what somebody typed stays.
const from = form.elements.from, words = form.elements.say;
let sample = words.value;
from.addEventListener("change", () => {
  if (words.value !== sample && words.value !== "") return;
  sample = words.value = from.selectedOptions[0].dataset.say;
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const f = new FormData(form);
  said.textContent = "正在接通……";
  const answer = await fetch("/exchange/calls", { method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ from: f.get("from"), say: f.get("say"), style: f.get("style"), seconds: Number(f.get("seconds")) }) });
  if (!answer.ok) { said.textContent = "没打通:" + await answer.text(); return; }
  said.textContent = "打完了,通知已发出。";
  setTimeout(() => location.reload(), 1500);
});
