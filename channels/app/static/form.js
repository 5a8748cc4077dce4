// The long form step by step, kept on the device while it is filled in. Everything works
// without this file: the form is then one long page.
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

  // told shows who hears what becomes of it, of the form as it stands: the number as core masks it.
  function told() {
    var who = form.querySelector('[name="form/contact.capacity"]:checked'), phone = form.querySelector('[name="form/contact.phone"]').value.replace(/\D/g, "");
    Array.prototype.forEach.call(form.querySelectorAll("[data-told]"), function (line) {
      line.hidden = phone.length < 8 || line.getAttribute("data-told") !== (who && who.value || "self");
      line.querySelector(".num").textContent = phone.slice(0, 3) + "****" + phone.slice(-4);
      var name = line.querySelector(".who");
      if (name) name.textContent = form.elements["contact.name"].value.trim();
    });
  }
  // others asks for the name of who speaks where it is for somebody else; it is theirs above otherwise.
  function others() {
    var who = form.querySelector('[name="form/contact.capacity"]:checked'), own = !who || !who.value || who.value === "self";
    form.querySelector("[data-others]").hidden = own;
    form.elements["contact.name"].required = !own;
    if (own) form.elements["contact.name"].value = "";
  }
  form.addEventListener("change", others);
  function show(n, quiet) {
    at = Math.max(0, Math.min(n, steps.length - 1));
    steps.forEach(function (s, i) { s.hidden = i !== at; });
    Array.prototype.forEach.call(dots.children, function (d, i) { d.className = i <= at ? "on" : ""; });
    document.getElementById("back").hidden = at === 0;
    document.getElementById("next").hidden = at === steps.length - 1;
    if (at === steps.length - 1) told();
    if (at === steps.length - 1 && window.lianouPad) window.lianouPad.fit();
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

  var keep = window.lianou, key = form.querySelector('[name="key"]');
  var offline = form.hasAttribute("data-offline");
  if (!key.value && window.crypto && crypto.randomUUID) key.value = crypto.randomUUID();

  function dataURL(file) {
    return new Promise(function (ok, no) {
      var r = new FileReader();
      r.onload = function () { ok(r.result); };
      r.onerror = function () { no(r.error); };
      r.readAsDataURL(file);
    });
  }
  // draft is the form as it stands: fields, and photos as they were taken.
  function draft(ready) {
    if (window.lianouPad) window.lianouPad.strokes();
    var fields = [], files = [];
    new FormData(form).forEach(function (v, name) {
      if (typeof v === "string") fields.push([name, v]);
      else if (v.size > 0) files.push([name, v]);
    });
    return Promise.all([keep.owner(), Promise.all(files.map(function (f) {
      return dataURL(f[1]).then(function (data) { return { name: f[0], as: f[1].name, data: data }; });
    }))]).then(function (r) {
      return { ready: ready, owner: r[0], key: key.value, at: Date.now(), fields: fields, files: r[1] };
    });
  }
  function fill(old) {
    old.fields.forEach(function (f) {
      var list = form.querySelectorAll('[name="' + CSS.escape(f[0]) + '"]');
      if (list.length === 0 && f[0].indexOf("kept/") === 0) {
        var h = document.createElement("input");
        h.type = "hidden"; h.name = f[0]; h.value = f[1];
        form.appendChild(h);
        return;
      }
      Array.prototype.forEach.call(list, function (e) {
        if (e.type === "radio" || e.type === "checkbox") e.checked = e.checked || e.value === f[1];
        else if (e.type !== "file" && e.name !== "strokes") e.value = f[1];
      });
    });
    old.files.forEach(function (f) {
      var e = form.querySelector('input[type="file"][name="' + CSS.escape(f.name) + '"]');
      if (!e || !window.DataTransfer) return;
      var photo = keep.blob(f.data), list = new DataTransfer();
      list.items.add(new File([photo], f.as, { type: photo.type }));
      e.files = list.files;
      e.dispatchEvent(new Event("change")); // its button says that a photo is there
    });
  }

  // stepOf is where a field stands that is to be put right: the last step where it stands nowhere.
  function stepOf(name) {
    var f = name && form.elements[name], n = f && f.closest ? steps.indexOf(f.closest(".step")) : -1;
    return n < 0 ? steps.length - 1 : n;
  }

  var soon = 0, writing = Promise.resolve(), sent = false;
  function note() {
    clearTimeout(soon);
    soon = setTimeout(function () {
      soon = 0;
      if (!sent) writing = writing.then(function () { return draft(false).then(keep.save); }).catch(function () {});
    }, 300);
  }
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  window.addEventListener("pagehide", function () { if (soon && !sent) draft(false).then(keep.save).catch(function () {}); });
  form.addEventListener("submit", function (e) {
    if (e.submitter && e.submitter.name === "read") return; // nothing is handed in: the page comes back
    for (var i = 0; i < steps.length; i++) {
      var f = wrong(steps[i]);
      if (f) { e.preventDefault(); show(i); f.reportValidity(); return; }
    }
    if (!keep || !keep.able) return;
    e.preventDefault();
    sent = true;
    clearTimeout(soon);
    writing.then(function () { return draft(true).then(keep.save); }).then(function () {
      if (offline || navigator.onLine === false) { keep.tell("存好了。有了网会自己交上去,不用再填。", null, true); return keep.send(); }
      sessionStorage.setItem("lianou-sent", key.value);
      form.submit();
    }, function () { form.submit(); }).then(function () { sent = false; });
  });

  // What was read of the card stands on the first page, and is newer than the draft.
  var read = form.hasAttribute("data-read"), error = document.getElementById("error");
  others();
  show(error && error.getAttribute("data-field") !== "id_front" ? stepOf(error.getAttribute("data-field")) : 0, true);
  if (read) note();
  function restore(old) {
    fill(old);
    others();
    keep.tell(old.ready ? "填好的表存在这台手机里,有了网会自己交。" : "上次填到一半的还在,接着填就行。" + (old.fault ? "要改的是:" + old.fault : ""));
  }
  if (keep && keep.able && !error && !read) {
    Promise.all([keep.load(), keep.owner()]).then(function (r) {
      var old = r[0];
      if (!old || old.owner && old.owner !== r[1]) return; // somebody else's
      if (old.owner || !r[1]) restore(old);
      else if (!old.ready) keep.tell("这台手机里有一张没登录时填到一半的表。是您填的吗?", [{ say: "是我填的,接着填", act: function () {
        old.owner = r[1];
        keep.save(old).then(function () { restore(old); });
      } }]); // one that is ready is asked about where it is sent (app.js)
    }).catch(function () {});
  }
})();
