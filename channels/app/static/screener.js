// What was answered in the screener (看看能帮什么) stays in this tab of the browser, so that
// nobody is asked twice who goes elsewhere and comes back, or asks for help by another way
// than its last page. It is sent nowhere by itself, is gone with the tab, after two hours,
// and at the log-out. Everything works without this file.
(function () {
  "use strict";
  var NAME = "lianou-screener", HOURS = 2 * 3600 * 1000;
  function keep(talk, sent) { try { sessionStorage.setItem(NAME, JSON.stringify({ at: Date.now(), talk: talk, sent: sent })); } catch (e) { /* a browser that keeps nothing */ } }
  function drop() { try { sessionStorage.removeItem(NAME); } catch (e) { /* nothing lies there */ } }
  // kept is what was answered; unsent, where it is not on its way to the interview yet.
  function kept(unsent) {
    try {
      var one = JSON.parse(sessionStorage.getItem(NAME) || "null");
      if (one && Date.now() - one.at < HOURS && JSON.parse(one.talk).given.length > 0 && !(unsent && one.sent)) return one.talk;
    } catch (e) { /* not ours, or cut */ }
    drop();
    return "";
  }

  var here = document.querySelector('main form[action="/c/app/help"] [name="talk"]');
  var resume = document.getElementById("resume"), begin = document.getElementById("begin");
  if (here && here.value) keep(here.value);
  if (resume && kept()) { // the first page, once more
    resume.querySelector('[name="talk"]').value = kept();
    resume.hidden = false;
    document.getElementById("start").hidden = true;
    document.getElementById("afresh").addEventListener("click", function () {
      drop();
      resume.hidden = true;
      document.getElementById("start").hidden = false;
      document.getElementById("county").focus();
    });
  }
  if (begin && kept()) { // the interview begins: whoever sits here says whether these are theirs
    var take = document.getElementById("carry"), box = take.querySelector("input");
    take.hidden = false;
    box.disabled = false;
    box.value = kept();
    begin.addEventListener("submit", function () { if (box.checked) keep(box.value, true); else drop(); });
  }
  var bring = document.getElementById("bring"), from = document.querySelector('main form[action="/c/app/ask/from"]');
  if (bring) { // the interview is open: what was not sent to it is offered, once
    var more = kept(true);
    if (more) {
      bring.querySelector('[name="talk"]').value = more;
      bring.hidden = false;
      document.getElementById("leave-it").addEventListener("click", function () { drop(); bring.hidden = true; });
    } else drop();
  }
  if (from) from.addEventListener("submit", function () { keep(from.querySelector('[name="talk"]').value, true); });
  var leave = document.getElementById("leave");
  if (leave) leave.addEventListener("submit", drop);
})();
