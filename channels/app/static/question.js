// The open question of the interview: what is being written stays on the device, sealed, and
// comes back after a reload, with a network or without. An answer that was given without one
// goes when there is one, once: under its revision the server counts it once however often it
// comes. Without this file a page of the interview is an ordinary form.
(function () {
  "use strict";
  var keep = window.lianou, ASK = "/c/app/ask", MARK = "lianou-asked";
  if (!keep || !keep.able) return;
  var here = location.pathname === ASK;
  var nobody = !keep.away && !document.getElementById("leave"); // whoever reads the page: it says no word of an answer

  function mine() {
    return Promise.all([keep.get("asked"), keep.owner()]).then(function (r) { return r[0] && r[0].owner === r[1] ? r[0] : null; });
  }
  function drop() { return keep.drop("asked"); }

  // fields is what a press sends, as the browser would.
  function fields(form, button) {
    var list = [];
    new FormData(form).forEach(function (v, name) { if (typeof v === "string") list.push([name, v]); });
    if (button && button.name) list.push([button.name, button.value]);
    return list;
  }
  // said is the answer in words, for the sentence that tells of it.
  function said(form, button) {
    if (button && ["v", "none", "dunno"].indexOf(button.name) >= 0) return button.textContent.trim();
    var first = Array.prototype.find.call(form.elements, function (e) { return (e.name === "v" || e.name === "said") && e.type !== "checkbox" && e.tagName !== "BUTTON" && e.tagName !== "SELECT" && e.value; });
    return first ? first.value.slice(0, 30).replace(/[。.]+$/, "") + (first.value.length > 30 ? "…" : "") : "";
  }
  // lacking is the first field that an answer is not one without, where the pressed button is
  // no answer itself. The server holds the same, with or without this file.
  function lacking(form, button) {
    function blank(e) { return e.type === "checkbox" ? !e.checked : !e.value.trim(); }
    if (button.name === "spoken") return blank(form.elements.said) ? form.elements.said : null;
    if (button.name) return null;
    var list = Array.prototype.filter.call(button.parentNode.querySelectorAll("input, select, textarea"), function (e) { return e.name !== "when"; });
    var one = list.length > 0 && (list[0].type === "checkbox" || list[0].name === "rel"); // of many any will do
    return (one ? list.every(blank) && list[0] : list.find(blank)) || null;
  }
  function wanting(field, button) {
    var chosen = field.tagName === "SELECT" || field.type === "checkbox";
    return (chosen ? "还没选,先选" : "还没写,先写") + "好再点“" + button.textContent.trim() + "”。不清楚就点“不清楚”。";
  }
  function fill(form, old) {
    var nth = {};
    Array.prototype.forEach.call(form.elements, function (e) {
      if (!e.name || e.type === "hidden" || e.type === "submit") return;
      if (e.type === "checkbox" || e.type === "radio") {
        e.checked = old.fields.some(function (f) { return f[0] === e.name && f[1] === e.value; });
        return;
      }
      var n = nth[e.name] || 0, of = old.fields.filter(function (f) { return f[0] === e.name; });
      nth[e.name] = n + 1;
      if (n < of.length) e.value = of[n][1];
      if (e.value && e.closest("details")) e.closest("details").open = true;
    });
  }

  function attach(form) {
    if (form.hasAttribute("data-kept")) return;
    form.setAttribute("data-kept", "1");
    var step = form.elements.step.value, revision = form.elements.revision.value;
    var soon = 0, writing = Promise.resolve();
    function going() { return form.hasAttribute("data-going"); }
    function save(ready, button) {
      clearTimeout(soon);
      soon = 0;
      var now = { step: step, revision: revision, ready: ready, at: Date.now(), fields: fields(form, button), said: said(form, button) };
      writing = writing.catch(function () {}).then(keep.owner).then(function (w) { now.owner = w; return keep.put("asked", now); });
      return writing;
    }
    function note() { clearTimeout(soon); soon = setTimeout(function () { if (!going()) save(false).catch(function () {}); }, 300); }
    form.addEventListener("input", note);
    form.addEventListener("change", note);
    window.addEventListener("pagehide", function () { if (soon && !going()) save(false); });
    form.addEventListener("submit", function (e) {
      var b = e.submitter;
      if (!b || b.name === "back" || b.name === "enough") return;
      var lack = lacking(form, b);
      if (lack && navigator.onLine !== false) return; // the server says what lacks, and nothing waits to be sent
      e.preventDefault();
      if (lack) { keep.tell(wanting(lack, b), null, true); return; }
      if (going()) return;
      form.setAttribute("data-going", "1");
      save(true, b).then(function () {
        if (navigator.onLine !== false) { go(form, b); return; }
        form.removeAttribute("data-going");
        keep.tell(stored(said(form, b)), null, true);
      }, function () { go(form, b); });
    });
    mine().then(function (old) {
      if (!old || going()) return;
      if (old.moved || old.step !== step || document.getElementById("error")) return;
      fill(form, old);
      if (old.ready) { // with a network it is on its way; a device that wrongly thought it had one came here by sending
        if (keep.away) keep.tell(stored(old.said), null, true);
        return;
      }
      keep.tell("刚才写到一半的还在,接着写就行。" + (old.fault ? "要改的是:" + old.fault : ""));
    }).catch(function () {});
  }
  function go(form, button) {
    sessionStorage.setItem(MARK, "1");
    var h = document.createElement("input");
    h.type = "hidden"; h.name = button.name; h.value = button.value;
    if (h.name) form.appendChild(h);
    form.submit();
    setTimeout(function () { h.remove(); form.removeAttribute("data-going"); }, 10000); // it led nowhere: it may be pressed again
  }
  function stored(words) {
    if (nobody) words = "";
    return "答好了,存在手机里" + (words ? ":“" + words + "”" : "") + "。有了网自己送上去,不用再答。急事打 12345,打电话不用网。";
  }
  function moved(old) {
    if (nobody) return;
    keep.tell("没网时答的" + (old.said ? "“" + old.said + "”" : "那一句") + "没有用上:后来接着答过了,或者已经报上去了。还没报的,在最后一页点“改”;报了的,打 12345。", [{ say: "知道了", act: function () { drop().then(keep.hush); } }]);
  }

  // settle looks what became of an answer that this page's forerunner sent the ordinary way.
  function settle() {
    var sent = sessionStorage.getItem(MARK);
    sessionStorage.removeItem(MARK);
    if (!sent || keep.away || !here) return Promise.resolve();
    if (!document.getElementById("error")) return drop();
    return document.getElementById("question") ? mine().then(function (old) {
      if (old) { old.ready = false; return keep.put("asked", old); }
    }) : Promise.resolve();
  }
  function leave() { keep.leaving = true; location.replace(ASK); }
  var sending = null;
  function send() {
    if (sending) return sending;
    sending = mine().then(function (old) {
      if (!old || !old.ready) return;
      return fetch(ASK, { method: "POST", body: new URLSearchParams(old.fields), headers: { "Lianou-Kept": "1" }, credentials: "same-origin" }).then(function (got) {
        if (got.redirected && got.url.indexOf("/c/app/enter") > 0) { keep.tell("没网时答的还在手机里。登录一下就送上去。", [{ at: "/c/app/enter?to=" + ASK, say: "登录" }]); return; }
        if (got.status >= 500 || got.status === 429) { keep.tell(stored(old.said)); return; }
        if (got.ok) return drop().then(function () {
          if (here) leave();
          else keep.tell("没网时答的那一句送上去了。", [{ at: ASK, say: "接着答" }]);
        });
        old.ready = false;
        old.moved = got.status === 409;
        return got.text().then(function (page) {
          var alert = new DOMParser().parseFromString(page, "text/html").getElementById("error");
          old.fault = alert ? alert.textContent.trim() : "";
          return keep.put("asked", old);
        }).then(function () {
          if (here) leave();
          else if (old.moved) moved(old);
          else keep.tell("没网时答的那一句要改:" + old.fault, [{ at: ASK, say: "去改" }]);
        });
      }, function () { if (!keep.away) keep.tell(stored(old.said)); });
    }).catch(function () {}).then(function () { sending = null; });
    return sending;
  }

  keep.ask = function () {
    var form = document.getElementById("question");
    if (form) attach(form);
  };
  keep.sendAsked = send;
  settle().then(keep.ask).then(mine).then(function (old) { if (old && old.moved) moved(old); else return send(); }).catch(function () {});
  window.addEventListener("online", send);
})();
