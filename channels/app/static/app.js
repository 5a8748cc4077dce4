// On every page: works without network once it was opened, and sends what was filled in on
// this device once (store.js). Everything works without this file.
(function () {
  "use strict";
  var keep = window.lianou, who = keep.who;
  function load() { return keep.get("draft"); }
  function save(draft) { return keep.put("draft", draft); }
  function drop() { return keep.drop("draft"); }
  // blob is a photo as it was taken; the pages' policy lets nobody fetch a data: address.
  function blob(url) {
    var cut = url.indexOf(","), raw = atob(url.slice(cut + 1)), bytes = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new Blob([bytes], { type: url.slice(5, url.indexOf(";")) });
  }
  function body(draft) {
    var form = new FormData();
    draft.fields.forEach(function (f) { form.append(f[0], f[1]); });
    draft.files.forEach(function (f) { form.append(f.name, blob(f.data), f.as); });
    return form;
  }
  var sending = null;
  // send hands in what is ready, under its key: however often it is tried it is one form.
  function send() {
    if (sending) return sending;
    sending = Promise.all([load(), keep.owner()]).then(function (r) {
      var draft = r[0];
      if (!draft) return;
      if (draft.owner && r[1] && draft.owner !== r[1]) {
        if (draft.ready) keep.tell("这台手机里有一张别人填的表,没有交。请换他登录再交。", [{ at: "/c/app/enter", say: "换他登录" }]);
        return;
      }
      if (!draft.ready) { half(draft); return; }
      if (!draft.owner && r[1]) { // filled in before anybody logged in: whose it is, a person says
        keep.tell("这台手机里有一张没登录时填好的表。是您填的吗?", [{ say: "是我填的,交上去", act: function () {
          draft.owner = r[1];
          save(draft).then(send);
        } }]);
        return;
      }
      return fetch("/c/app/apply", { method: "POST", body: body(draft), credentials: "same-origin" }).then(function (got) {
        if (got.redirected && got.url.indexOf("/c/app/receipt/") > 0) {
          return drop().then(function () {
            if (document.getElementById("apply")) location.href = got.url;
            else keep.tell("存在手机里的表交上去了。", [{ at: got.url, say: "看回执号" }]);
          });
        }
        if (got.status === 401) { keep.tell("填好的表还在这台手机里。登录一下就交上去。", [{ at: "/c/app/enter?to=/c/app/offline", say: "登录" }]); return; }
        if (got.status >= 500 || got.status === 429) { waiting(); return; }
        return got.text().then(function (page) {
          var alert = new DOMParser().parseFromString(page, "text/html").getElementById("error");
          draft.ready = false;
          draft.fault = alert ? alert.textContent.trim() : "";
          return save(draft).then(function () { keep.tell("有一处要改:" + draft.fault, [{ at: "/c/app/apply", say: "去改" }]); });
        });
      }, waiting);
    }).catch(function () {}).then(function () { sending = null; });
    return sending;
  }
  function waiting() { keep.tell("填好的表存在这台手机里,还没交上去。有了网会自己交,不用再填。"); }
  // half reminds of a form that was left half-way, where somebody might begin another.
  function half(draft) {
    if (!/^\/c\/app\/(ask|mine)?$/.test(location.pathname) || document.getElementById("error")) return;
    keep.tell("有一张表填到一半,存在这台手机里。", [{ at: "/c/app/apply", say: "接着填" }, { say: "不要了", act: function () { drop().then(keep.hush); } }]);
  }

  // unsent tells whether something of this account waits to be handed in, as it was promised.
  function unsent() {
    return Promise.all([load(), keep.get("asked"), keep.owner()]).then(function (r) {
      return [r[0], r[1]].some(function (one) { return one && one.ready && (!one.owner || one.owner === r[2]); });
    });
  }
  // out forgets what lies here and ends the session. Without network the server hears nothing
  // of it: that it was asked for stays, and is done by the next page that comes from there.
  function out(leave) {
    keep.forget().then(function () { return keep.write("left", true); }).catch(function () {}).then(function () { leave.submit(); });
  }

  // settle looks what became of a form that this page has just sent the ordinary way.
  function settle() {
    var key = sessionStorage.getItem("lianou-sent");
    sessionStorage.removeItem("lianou-sent");
    if (!key) return Promise.resolve();
    return load().then(function (draft) {
      if (!draft || draft.key !== key) return;
      if (/^\/c\/app\/receipt\//.test(location.pathname) && !keep.away) return drop();
      if (document.getElementById("error")) { draft.ready = false; return save(draft); }
    });
  }

  keep.save = save;
  keep.load = load;
  keep.send = send;
  keep.blob = blob;

  if (keep.able) {
    (who ? keep.write("who", who) : Promise.resolve()).then(settle).then(send).catch(function () {});
    window.addEventListener("online", send);
    document.addEventListener("visibilitychange", function () { if (!document.hidden) send(); });
    if (document.querySelector("form[data-offline]")) setInterval(send, 15000);
    var leave = document.getElementById("leave");
    if (leave) leave.addEventListener("submit", function (e) {
      e.preventDefault();
      unsent().then(function (some) {
        if (some) keep.tell("这台手机里有答好了还没交上去的,退出就没有了。", [{ say: "不要了,退出", act: function () { out(leave); } }], true);
        else out(leave);
      }, function () { out(leave); });
    });
    keep.read("left").then(function (left) {
      if (!left) return;
      if (leave) leave.submit();
      else if (keep.away) keep.tell("这台手机里存的都清掉了。还没退出登录:有了网再打开,就自己退出。");
      else return keep.drop("left");
    }).catch(function () {});
  }
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/c/app/sw.js").catch(function () {});

  var PLEA = "现在没有网,这个要有网才能办", pressed = "";
  // Without network a press that needs one leads nowhere: the page stays, with what is on it.
  document.addEventListener("submit", function (e) {
    if (e.defaultPrevented || navigator.onLine !== false) return;
    e.preventDefault();
    if (/\/care$/.test(e.target.action)) large(!document.body.classList.contains("care"));
    else {
      pressed = e.submitter ? e.submitter.textContent.trim() : "";
      keep.tell(PLEA + "。写的都还在,有了网再点一次。急事打 12345,打电话不用网。", null, true);
    }
  });
  // That the network is back is said where it was said to be away. Who writes or signs by then
  // is left where they are: a page that moves under a finger spoils the signature.
  window.addEventListener("online", function () {
    var bar = document.getElementById("draft-bar"), at = document.activeElement;
    if (bar.hidden || bar.textContent.indexOf(PLEA) !== 0) return;
    keep.tell("有网了,请再点一次" + (pressed ? "“" + pressed + "”" : "") + "。", null, at === bar || at === document.body);
  });
  // large is care mode on a page that was kept for everybody.
  function large(on) {
    document.body.classList.toggle("care", on);
    var b = document.querySelector(".head button");
    b.setAttribute("aria-pressed", String(on));
    b.textContent = on ? "关掉大字" : "大字";
  }
  if (keep.able) {
    if (keep.away) keep.read("care").then(function (on) { if (on) large(true); }).catch(function () {});
    else keep.write("care", document.body.classList.contains("care")).catch(function () {});
  }

  // A photo is chosen with a button of ours: the browser's own speaks its own language. It
  // lies unseen over the button, so keyboard, finger and screen reader meet the field itself.
  function picks(input) {
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
  }
  // A word to who may help: an address or a receipt number, never a name.
  function shares(b) {
    b.hidden = false;
    b.addEventListener("click", function () {
      var text = b.getAttribute("data-share"), done = document.getElementById("shared");
      if (navigator.share) { navigator.share({ text: text }).catch(function () {}); return; }
      var say = function (w) { if (done) done.textContent = w; };
      if (navigator.clipboard) navigator.clipboard.writeText(text).then(function () { say("已经复制好了,发给他就行。"); }, function () { say("长按上面的字就能复制。"); });
      else say("长按上面的字就能复制。");
    });
  }
  // dress is for the page, and for one that is shown again from the device.
  keep.dress = function (root) {
    Array.prototype.forEach.call(root.querySelectorAll("input[type=file]"), picks);
    Array.prototype.forEach.call(root.querySelectorAll("[data-share]"), shares);
  };
  keep.dress(document);
})();
