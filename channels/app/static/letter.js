// A letter is read out by the device itself where it has a voice for Chinese: nothing leaves
// it for that. Without one the text can be saved. And the button that prints a sheet.
(function () {
  "use strict";
  var prints = document.querySelector("[data-print]");
  if (prints) prints.addEventListener("click", function () { window.print(); });
  var box = document.getElementById("hear"), text = document.getElementById("aloud"), voice = window.speechSynthesis;
  if (!box || !text || !voice || !window.SpeechSynthesisUtterance) return;
  var go = box.querySelector("[data-hear]"), hush = box.querySelector("[data-hush]"), mute = document.getElementById("mute");
  box.hidden = false;
  function over() { hush.hidden = true; go.textContent = "再听一遍"; }
  function stop() { voice.cancel(); over(); }
  function chinese() {
    return voice.getVoices().filter(function (v) { return /^zh/i.test(v.lang) && v.localService; })[0];
  }
  function dumb() {
    mute.textContent = "这台设备不会念。存成文字,或者打 12345,请人念给您听。";
    mute.hidden = false;
    box.hidden = true;
  }
  go.addEventListener("click", function () {
    var who = chinese();
    if (!who) { dumb(); return; }
    voice.cancel();
    hush.hidden = false;
    var parts = text.querySelectorAll("p");
    parts.forEach(function (p, i) {
      var u = new SpeechSynthesisUtterance(p.textContent);
      u.lang = "zh-CN";
      u.voice = who;
      u.rate = 0.85;
      if (i === parts.length - 1) u.onend = over;
      u.onerror = function (e) { if (e.error !== "canceled" && e.error !== "interrupted") dumb(); };
      voice.speak(u);
    });
  });
  hush.addEventListener("click", stop);
  window.addEventListener("pagehide", stop);
  voice.getVoices(); // some devices fill the list only once they were asked
})();
