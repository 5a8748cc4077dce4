// The finger signature: strokes with time and pressure go into a hidden field beside the picture, because strokes are
// the evidence and the picture is only what people look at. What was signed before is drawn again.
window.signing = (within) => {
  for (const box of within.querySelectorAll("[data-sign]")) {
    const canvas = box.querySelector("canvas");
    const strokes = box.querySelector("[data-strokes]");
    const said = box.querySelector("[data-state]");
    const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3 });
    const fit = () => {
      const ratio = Math.max(window.devicePixelRatio || 1, 1), kept = pad.toData();
      canvas.width = canvas.offsetWidth * ratio;
      canvas.height = canvas.offsetHeight * ratio;
      canvas.getContext("2d").scale(ratio, ratio);
      pad.fromData(kept);
    };
    const keep = () => {
      strokes.value = pad.isEmpty() ? "" : JSON.stringify(pad.toData());
      said.textContent = pad.isEmpty() ? "还没签" : "已签";
      said.className = pad.isEmpty() ? "chip amber" : "chip leaf";
      box.dispatchEvent(new CustomEvent("signed", { bubbles: true }));
    };
    pad.addEventListener("endStroke", keep);
    box.querySelector("[data-clear]").addEventListener("click", () => { pad.clear(); keep(); });
    window.addEventListener("resize", fit);
    fit();
    if (strokes.value) {
      pad.fromData(JSON.parse(strokes.value));
      keep();
    }
  }
};
window.signing(document);
