// Keys are printed where they act: an element with data-key is clicked by that key while nobody is typing. A sound
// is played and stopped by its key, and made slower and faster by the brackets.
const typing = () => {
  const e = document.activeElement;
  return e && (/^(TEXTAREA|SELECT)$/.test(e.tagName) || (e.tagName === "INPUT" && !/^(checkbox|radio|file)$/.test(e.type)));
};
document.addEventListener("keydown", (e) => {
  const name = (e.ctrlKey ? "ctrl+" : "") + (e.altKey ? "alt+" : "") + e.key.toLowerCase();
  if (typing() && !e.ctrlKey && !e.altKey) return;
  const sound = document.querySelector("audio[data-key]");
  if (sound && (e.key === "[" || e.key === "]")) {
    sound.playbackRate = Math.min(2, Math.max(0.5, sound.playbackRate + (e.key === "]" ? 0.25 : -0.25)));
    return;
  }
  const el = document.querySelector(`[data-key="${CSS.escape(name)}"]`);
  if (!el || el.disabled) return;
  if (e.key === " " && /^(BUTTON|SUMMARY|A|INPUT|AUDIO)$/.test(document.activeElement.tagName)) return; // space is theirs
  e.preventDefault();
  if (el.tagName === "AUDIO") { if (el.paused) el.play(); else el.pause(); }
  else if (/^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName)) el.focus();
  else el.click();
});
document.addEventListener("click", (e) => { if (e.target.closest("[data-print]")) print(); });
// An answer to somebody who rings goes before the next is looked up: of two callers, one must never be told what stands
// there about the other, nor a forged letter be vouched for by the one before it.
document.addEventListener("htmx:beforeRequest", (e) => {
  const form = e.target.closest("form.find");
  if (!form) return;
  document.querySelector(form.getAttribute("hx-target")).replaceChildren();
  document.getElementById("say").replaceChildren();
});
