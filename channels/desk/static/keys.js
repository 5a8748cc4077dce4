// Keys are printed where they act: an element with data-key is clicked by that key while nobody is typing.
document.addEventListener("keydown", (e) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName) && document.activeElement.type !== "checkbox";
  const name = (e.ctrlKey ? "ctrl+" : "") + e.key.toLowerCase();
  if (typing && !e.ctrlKey) return;
  const el = document.querySelector(`[data-key="${CSS.escape(name)}"]`);
  if (!el || el.disabled) return;
  e.preventDefault();
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName)) el.focus(); else el.click();
});
