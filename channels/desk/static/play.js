// A call's recording under the hand: the slider over the drawing moves the sound, and whatever has seconds beside it
// plays just those.
const sound = () => document.querySelector("audio[data-sound]");
const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");
let until = 0;
const show = () => {
  const s = sound(), at = document.querySelector("[data-seek]");
  if (s && until && s.currentTime >= until) { s.pause(); until = 0; }
  if (!s || !at) return;
  if (document.activeElement !== at || !s.paused) at.value = s.currentTime;
  at.setAttribute("aria-valuetext", clock(s.currentTime));
  document.querySelector("[data-now]").setAttribute("x", (240 * s.currentTime) / Math.max(1, Number(at.max)));
  document.querySelector("[data-clock]").textContent = clock(s.currentTime) + " / " + clock(Number(at.max));
  for (const line of document.querySelectorAll("[data-from]")) {
    line.toggleAttribute("data-here", !s.paused && s.currentTime * 1000 >= line.dataset.from && s.currentTime * 1000 < line.dataset.to);
  }
};
for (const name of ["timeupdate", "play", "pause", "seeked", "loadedmetadata"]) document.addEventListener(name, show, true);
document.addEventListener("htmx:afterSettle", show);
document.addEventListener("input", (e) => {
  const s = sound();
  if (s && e.target.matches("[data-seek]")) { until = 0; s.currentTime = Number(e.target.value); }
});
document.addEventListener("click", (e) => {
  const at = e.target.closest("[data-from]"), s = sound();
  if (!at || !s) return;
  s.currentTime = at.dataset.from / 1000;
  until = at.dataset.to / 1000;
  s.play();
});
