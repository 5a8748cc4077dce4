// What of the visits lies on this device: a key that no script reads out, and things sealed
// with it. It is one visitor's: to another one nothing of it is shown.
(function () {
  "use strict";
  function store(mode, work) {
    return new Promise(function (ok, no) {
      var open = indexedDB.open("lianou-visits", 1);
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
  function names() { return store("readonly", function (s) { return s.getAllKeys(); }); }
  async function key() {
    var have = await read("key");
    if (have) return have;
    var made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    // Of two windows that make one at once the first one's stays.
    await store("readwrite", function (s) { s.add(made, "key").onerror = function (e) { e.preventDefault(); e.stopPropagation(); }; });
    return read("key");
  }
  async function seal(name, bytes) {
    var iv = crypto.getRandomValues(new Uint8Array(12));
    await write(name, { iv: iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv: iv }, await key(), bytes) });
  }
  // again seals over what is still there, and makes nothing anew of what was dropped meanwhile.
  async function again(name, value) {
    var iv = crypto.getRandomValues(new Uint8Array(12)), bytes = new TextEncoder().encode(JSON.stringify(value));
    var sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: iv }, await key(), bytes);
    return store("readwrite", function (s) {
      s.get(name).onsuccess = function (e) { if (e.target.result) s.put({ iv: iv, sealed: sealed }, name); };
    });
  }
  async function open(name) {
    var kept = await read(name);
    return kept ? crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, await key(), kept.sealed) : null;
  }
  window.kept = {
    read: read, write: write, drop: drop, names: names, seal: seal, open: open, again: again,
    put: function (name, value) { return seal(name, new TextEncoder().encode(JSON.stringify(value))); },
    get: async function (name) { var plain = await open(name); return plain && JSON.parse(new TextDecoder().decode(plain)); }
  };
})();
