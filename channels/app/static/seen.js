// Pages that were seen, for when there is no network: the page of the address is shown as it
// was, with its time; any other says what can be done without one. They lie sealed on the
// device, a week at most, for the account that saw them (store.js). The server says which
// pages may be kept (data-keep); a page that is not kept any more takes the old one along.
(function () {
  "use strict";
  var keep = window.lianou, main = document.getElementById("main"), at = location.pathname;
  if (!keep.able) return;
  var WEEK = 7 * 24 * 3600 * 1000, MOST = 20;
  var page = main.hasAttribute("data-keep") && !document.getElementById("error") ? main.innerHTML : ""; // before other scripts touch it

  function seen() {
    return Promise.all([keep.get("seen").catch(function () { return null; }), keep.owner()]).then(function (r) {
      if (!r[0] || r[0].owner !== r[1]) return { owner: r[1], at: Date.now(), pages: [] };
      r[0].pages = r[0].pages.filter(function (p) { return Date.now() - p.seen < WEEK; });
      return r[0];
    });
  }
  function note() {
    return seen().then(function (s) {
      s.pages = s.pages.filter(function (p) { return p.at !== at; }).slice(1 - MOST);
      if (page) s.pages.push({ at: at, title: main.querySelector("h1").textContent, seen: Date.now(), html: page });
      s.at = Date.now();
      return keep.put("seen", s);
    });
  }
  // when is the clock of a page that was seen today, with its day before.
  function when(time) {
    var t = new Date(time), clock = t.getHours() + ":" + ("0" + t.getMinutes()).slice(-2);
    return (t.toDateString() === new Date().toDateString() ? "" : (t.getMonth() + 1) + " 月 " + t.getDate() + " 日 ") + clock;
  }
  function put(p) {
    var box = document.getElementById("away"), mark = document.getElementById("seen-at"), from = new DOMParser().parseFromString("<main>" + p.html + "</main>", "text/html");
    ["h1", "#draft-bar"].forEach(function (sel) { var e = from.querySelector(sel); if (e) e.remove(); });
    mark.textContent = "没有网,这是 " + when(p.seen) + " 的。有了网会自己换成新的。";
    mark.hidden = false;
    document.querySelector("h1").textContent = p.title;
    document.title = p.title + " · 莲藕";
    box.replaceChildren.apply(box, Array.prototype.map.call(from.querySelector("main").childNodes, function (n) { return document.importNode(n, true); }));
    keep.dress(box);
    if (keep.ask) keep.ask();
  }
  function list(pages) {
    var ul = document.getElementById("seen-list");
    pages.slice().reverse().forEach(function (p) {
      var li = document.createElement("li"), a = document.createElement("a");
      a.className = "more"; a.href = p.at; a.textContent = p.title + "(" + when(p.seen) + " 看的)";
      li.appendChild(a);
      ul.appendChild(li);
    });
    document.getElementById("seen-some").hidden = pages.length === 0;
  }
  // look asks the server itself: a network that is no good says nothing of it.
  function look() {
    fetch("/c/app/static/manifest.json", { method: "HEAD", cache: "no-store" }).then(function (r) { if (r.ok) back(); }, function () {});
  }
  // back loads the page anew once there is a network, but under nobody's hands.
  var said = false;
  function back() {
    var form = document.getElementById("question");
    if (form && form.contains(document.activeElement)) {
      if (!said) keep.tell("有网了。写好点“下一步”就送上去。");
      said = true;
      return;
    }
    keep.sendAsked().then(function () { if (!keep.leaving) location.reload(); });
  }

  if (keep.away) {
    if (!document.getElementById("away")) return; // the long form is the same with a network and without
    seen().then(function (s) {
      var p = s.pages.find(function (p) { return p.at === at; });
      if (p) put(p); else list(s.pages);
      document.body.setAttribute("data-shown", p ? "seen" : "list"); // for who waits for it
    }).catch(function () {});
    window.addEventListener("online", look);
    setInterval(look, 20000);
    return;
  }
  // A page of nobody means that the log-in is over: what was seen in it is not shown any more.
  (document.getElementById("leave") ? note() : keep.read("who").then(function (w) { return w ? keep.drop("seen") : note(); })).catch(function () {});
})();
