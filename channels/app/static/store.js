// What lies on this device, for all scripts of the pages: a key that no script reads out,
// and things sealed with it: the long form, the open question of the interview, the pages
// that were seen. All of it is somebody's, is shown to nobody else, and goes with the
// log-out. Every page works without this file.
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
  function drop(name) { return store("readwrite", function (s) { s.delete(name); }); }
  function forget() { return store("readwrite", function (s) { s.clear(); }); }

  // One key for a device: made once, by whichever page comes first. Of two that come at once
  // the first one's stays, or what it sealed could never be opened.
  function sealKey() {
    return read("key").then(function (key) {
      return key || crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]).then(function (made) {
        return store("readwrite", function (s) { s.add(made, "key").onerror = function (e) { e.preventDefault(); e.stopPropagation(); }; });
      }).then(function () { return read("key"); });
    });
  }
  // put seals a value under a name; get opens it, null where there is none or it is too old.
  function put(name, value) {
    return sealKey().then(function (key) {
      var iv = crypto.getRandomValues(new Uint8Array(12));
      return crypto.subtle.encrypt({ name: "AES-GCM", iv: iv }, key, new TextEncoder().encode(JSON.stringify(value))).then(function (sealed) {
        return write(name, { iv: iv, sealed: sealed });
      });
    });
  }
  function get(name) {
    return Promise.all([read("key"), read(name)]).then(function (r) {
      if (!r[0] || !r[1]) return null;
      return crypto.subtle.decrypt({ name: "AES-GCM", iv: r[1].iv }, r[0], r[1].sealed).then(function (plain) {
        var value = JSON.parse(new TextDecoder().decode(plain));
        return Date.now() - value.at > MONTH ? drop(name).then(function () { return null; }) : value;
      });
    });
  }
  // Whose device it is: of who was last seen logged in on it.
  function owner() { return who ? Promise.resolve(who) : read("who").then(function (w) { return w || ""; }); }

  // tell says something above the page, with what can be done: a link, or an act. loud is
  // for an answer to a press: it is brought into the window, wherever that stands.
  function tell(words, does, loud) {
    if (!bar) return;
    bar.hidden = false;
    bar.textContent = words + " ";
    (does || []).forEach(function (d) {
      var a = document.createElement(d.act ? "button" : "a");
      a.className = "more";
      a.textContent = d.say;
      if (d.act) { a.type = "button"; a.onclick = d.act; } else a.href = d.at;
      bar.appendChild(a);
    });
    if (loud) { bar.tabIndex = -1; bar.focus(); bar.scrollIntoView({ block: "center" }); }
  }
  function hush() { if (bar) bar.hidden = true; }

  window.lianou = {
    able: !!(window.indexedDB && window.crypto && crypto.subtle), away: document.body.hasAttribute("data-away"), who: who,
    read: read, write: write, drop: drop, forget: forget, put: put, get: get, owner: owner, tell: tell, hush: hush
  };
})();
