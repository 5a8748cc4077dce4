// The finger's signature. Without this file the signature is a photo.
(function () {
  "use strict";
  var box = document.getElementById("sign-pad");
  if (!box || !window.SignaturePad) return;
  var canvas = box.querySelector("canvas"), form = box.closest("form"), pad = null;
  // fit sizes the box once it is seen: hidden, it has no width.
  function fit() {
    if (pad || box.closest("[hidden]:not(#sign-pad)")) return;
    box.hidden = false;
    document.getElementById("sign-photo").hidden = true;
    var ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad = new window.SignaturePad(canvas);
  }
  document.getElementById("sign-clear").addEventListener("click", function () { if (pad) pad.clear(); });
  function strokes() {
    if (pad && !pad.isEmpty()) {
      document.getElementById("strokes").value = JSON.stringify(pad.toData().map(function (s) {
        return { points: s.points.map(function (p) { return { x: p.x, y: p.y, time: p.time, pressure: p.pressure }; }) };
      }));
    }
  }
  form.addEventListener("submit", strokes, true);
  window.lianouPad = { fit: fit, strokes: strokes };
  fit();
})();
