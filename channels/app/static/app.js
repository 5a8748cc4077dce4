// The form step by step, and the finger's signature. Everything works without this
// file: the form is then one long page and the signature a photo.
(function () {
  "use strict";
  var form = document.getElementById("apply");
  if (!form) return;
  var steps = Array.prototype.slice.call(form.querySelectorAll(".step"));
  var dots = form.querySelector(".dots");
  var bar = form.querySelector(".two");
  var at = 0;
  steps.forEach(function () { dots.appendChild(document.createElement("i")); });
  bar.hidden = false;

  function show(n, quiet) {
    at = Math.max(0, Math.min(n, steps.length - 1));
    steps.forEach(function (s, i) { s.hidden = i !== at; });
    Array.prototype.forEach.call(dots.children, function (d, i) { d.className = i <= at ? "on" : ""; });
    document.getElementById("back").hidden = at === 0;
    document.getElementById("next").hidden = at === steps.length - 1;
    if (at === steps.length - 1) fit();
    if (!quiet) {
      var head = steps[at].querySelector("h2");
      head.tabIndex = -1;
      head.focus();
      window.scrollTo(0, 0);
    }
  }
  function wrong(step) {
    return Array.prototype.find.call(step.querySelectorAll("input, select, textarea"), function (f) { return !f.checkValidity(); });
  }
  document.getElementById("next").addEventListener("click", function () {
    var f = wrong(steps[at]);
    if (f) { f.reportValidity(); return; }
    show(at + 1);
  });
  document.getElementById("back").addEventListener("click", function () { show(at - 1); });
  form.addEventListener("keydown", function (e) {
    if (e.key === "Enter" && e.target.tagName === "INPUT" && at < steps.length - 1) {
      e.preventDefault();
      document.getElementById("next").click();
    }
  });

  var box = document.getElementById("sign-pad");
  var canvas = box.querySelector("canvas");
  var pad = null;
  function fit() {
    if (!window.SignaturePad) return;
    box.hidden = false;
    document.getElementById("sign-photo").hidden = true;
    if (pad) return;
    var ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad = new window.SignaturePad(canvas);
  }
  document.getElementById("sign-clear").addEventListener("click", function () { if (pad) pad.clear(); });
  form.addEventListener("submit", function (e) {
    for (var i = 0; i < steps.length; i++) {
      var f = wrong(steps[i]);
      if (f) { e.preventDefault(); show(i); f.reportValidity(); return; }
    }
    if (pad && !pad.isEmpty()) {
      document.getElementById("strokes").value = JSON.stringify(pad.toData().map(function (s) {
        return { points: s.points.map(function (p) { return { x: p.x, y: p.y, time: p.time, pressure: p.pressure }; }) };
      }));
    }
  });
  show(document.getElementById("error") ? steps.length - 1 : 0, true);
})();
