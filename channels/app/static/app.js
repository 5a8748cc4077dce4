// On every page: works without network once it was opened, keeps what is being filled in
// on this device, sealed, and sends it once. Everything works without this file.
//
// What lies on the device: a key that no script can read out, and one form sealed with
// it. It is gone after it was sent, and at log-out.
(function () {
  "use strict";
  var who = document.body.getAttribute("data-who") || "";
  var bar = document.getElementById("draft-bar");
  var MONTH = 30 * 24 * 3600 * 1000; // what was not sent by then is forgotten

  function store(mode, work) {
    return new Promise(function (ok, no) {
      var open = indexedDB.open("lianou-draft", 1);
      open.onupgradeneeded = function () { open.result.createObjectStore("kept"); };
      open.onerror = function () { no(open.error); };
      open.onsuccess = function () {
        var db = open.result, tx = db.transaction("kept", mode), got = work(tx.objectStore("kept"));
        tx.oncomplete = function () { db.close(); ok(got && got.result); };
        tx.onabort = tx.onerror = function () { db.close(); no(tx.error); };
      };
    });
  }
  function read(name) { return store("readonly", function (s) { return s.get(name); }); }
  function write(name, value) { return store("readwrite", function (s) { s.put(value, name); }); }
  function forget() { return store("readwrite", function (s) { s.clear(); }); }

  // One key for a device: made once, by whichever page comes first.
  function sealKey() {
    return read("key").then(function (key) {
      if (key) return key;
      return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]).then(function (made) {
        return write("key", made).then(function () { return made; });
      });
    });
  }
  function save(draft) {
    return sealKey().then(function (key) {
      var iv = crypto.getRandomValues(new Uint8Array(12));
      return crypto.subtle.encrypt({ name: "AES-GCM", iv: iv }, key, new TextEncoder().encode(JSON.stringify(draft))).then(function (sealed) {
        return write("draft", { iv: iv, sealed: sealed });
      });
    });
  }
  function load() {
    return Promise.all([read("key"), read("draft")]).then(function (r) {
      if (!r[0] || !r[1]) return null;
      return crypto.subtle.decrypt({ name: "AES-GCM", iv: r[1].iv }, r[0], r[1].sealed).then(function (plain) {
        var draft = JSON.parse(new TextDecoder().decode(plain));
        return Date.now() - draft.at > MONTH ? drop().then(function () { return null; }) : draft;
      });
    });
  }
  function drop() { return store("readwrite", function (s) { s.delete("draft"); }); }
  // blob is a photo as it was taken; the pages' policy lets nobody fetch a data: address.
  function blob(url) {
    var cut = url.indexOf(","), raw = atob(url.slice(cut + 1)), bytes = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new Blob([bytes], { type: url.slice(5, url.indexOf(";")) });
  }
  // Whose form it is: of who was last seen logged in on this device.
  function owner() { return who ? Promise.resolve(who) : read("who").then(function (w) { return w || ""; }); }

  function body(draft) {
    var form = new FormData();
    draft.fields.forEach(function (f) { form.append(f[0], f[1]); });
    draft.files.forEach(function (f) { form.append(f.name, blob(f.data), f.as); });
    return form;
  }
  function tell(words, link, say) {
    if (!bar) return;
    bar.hidden = false;
    bar.textContent = words + " ";
    if (typeof link === "function") {
      var b = document.createElement("button");
      b.type = "button"; b.className = "more"; b.textContent = say; b.onclick = link;
      bar.appendChild(b);
    } else if (link) {
      var a = document.createElement("a");
      a.className = "more"; a.href = link; a.textContent = say;
      bar.appendChild(a);
    }
  }
  var sending = null;
  // send hands in what is ready, under its key: however often it is tried it is one form.
  function send() {
    if (sending) return sending;
    sending = Promise.all([load(), owner()]).then(function (r) {
      var draft = r[0];
      if (!draft || !draft.ready) return;
      if (!draft.owner && r[1]) { // filled in before anybody logged in: whose it is, a person says
        tell("这台手机里有一张没登录时填好的表。是您填的吗?", function () {
          draft.owner = r[1];
          save(draft).then(send);
        }, "是我填的,交上去");
        return;
      }
      if (draft.owner && r[1] && draft.owner !== r[1]) {
        tell("这台手机里有一张别人填的表,没有交。请换他登录再交。");
        return;
      }
      return fetch("/c/app/apply", { method: "POST", body: body(draft), credentials: "same-origin" }).then(function (got) {
        if (got.redirected && got.url.indexOf("/c/app/receipt/") > 0) {
          return drop().then(function () {
            if (document.getElementById("apply")) location.href = got.url;
            else tell("存在手机里的表交上去了。", got.url, "看回执号");
          });
        }
        if (got.status === 401) { tell("填好的表还在这台手机里。登录一下就交上去。", "/c/app/enter?to=/c/app/offline", "登录"); return; }
        if (got.status >= 500 || got.status === 429) { waiting(); return; }
        return got.text().then(function (page) {
          var alert = new DOMParser().parseFromString(page, "text/html").getElementById("error");
          draft.ready = false;
          draft.fault = alert ? alert.textContent.trim() : "";
          return save(draft).then(function () { tell("有一处要改:" + draft.fault, "/c/app/apply", "去改"); });
        });
      }, waiting);
    }).catch(function () {}).then(function () { sending = null; });
    return sending;
  }
  function waiting() { tell("填好的表存在这台手机里,还没交上去。有了网会自己交,不用再填。"); }

  // settle looks what became of a form that this page has just sent the ordinary way.
  function settle() {
    var key = sessionStorage.getItem("lianou-sent");
    sessionStorage.removeItem("lianou-sent");
    if (!key) return Promise.resolve();
    return load().then(function (draft) {
      if (!draft || draft.key !== key) return;
      if (/^\/c\/app\/receipt\//.test(location.pathname)) return drop();
      if (document.getElementById("error")) { draft.ready = false; return save(draft); }
    });
  }

  window.lianou = { save: save, load: load, send: send, owner: owner, tell: tell, blob: blob };

  if (window.indexedDB && window.crypto && crypto.subtle) {
    (who ? write("who", who) : Promise.resolve()).then(settle).then(send).catch(function () {});
    window.addEventListener("online", send);
    document.addEventListener("visibilitychange", function () { if (!document.hidden) send(); });
    if (document.querySelector("form[data-offline]")) setInterval(send, 15000);
    var leave = document.getElementById("leave");
    if (leave) leave.addEventListener("submit", function (e) {
      e.preventDefault();
      forget().catch(function () {}).then(function () { leave.submit(); });
    });
  }
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/c/app/sw.js").catch(function () {});

  // A photo is chosen with a button of ours: the browser's own speaks its own language. It
  // lies unseen over the button, so keyboard, finger and screen reader meet the field itself.
  Array.prototype.forEach.call(document.querySelectorAll("input[type=file]"), function (input) {
    var pick = document.createElement("span"), button = document.createElement("span"), told = document.createElement("span");
    pick.className = "pick"; button.className = "face"; told.className = "hint"; // not a label: the field has one
    button.setAttribute("aria-hidden", "true");
    told.setAttribute("role", "status");
    button.textContent = "点这里拍照或选照片";
    input.parentNode.insertBefore(pick, input);
    pick.appendChild(input);
    pick.appendChild(button);
    pick.parentNode.insertBefore(told, pick.nextSibling);
    input.addEventListener("change", function () {
      var some = input.files.length > 0;
      button.textContent = some && !input.multiple ? "换一张" : "点这里拍照或选照片";
      told.textContent = some && !input.multiple ? "选好了:" + input.files[0].name : ""; // of many the page shows each
    });
  });

  // A word to who may help: an address or a receipt number, never a name.
  Array.prototype.forEach.call(document.querySelectorAll("[data-share]"), function (b) {
    b.hidden = false;
    b.addEventListener("click", function () {
      var text = b.getAttribute("data-share"), done = document.getElementById("shared");
      if (navigator.share) { navigator.share({ text: text }).catch(function () {}); return; }
      var say = function (w) { if (done) done.textContent = w; };
      if (navigator.clipboard) navigator.clipboard.writeText(text).then(function () { say("已经复制好了,发给他就行。"); }, function () { say("长按上面的字就能复制。"); });
      else say("长按上面的字就能复制。");
    });
  });
})();
