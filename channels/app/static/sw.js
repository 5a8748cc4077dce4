// Pages without network: the shell, one empty form, and a page that shows what was seen or
// says what can be done (seen.js). Nothing of a person is kept here, and no answer of the
// server but files that are the same for everybody.
"use strict";
const KEPT = "lianou-VERSION";
const SHELL = ["offline", "away", "static/tokens.css", "static/app.css", "static/store.js", "static/app.js", "static/seen.js", "static/question.js", "static/form.js",
  "static/pad.js", "static/signature_pad.js", "static/icon.svg", "static/manifest.json"].map((at) => "/c/app/" + at);

self.addEventListener("install", (e) => e.waitUntil(caches.open(KEPT).then((kept) => Promise.all(SHELL.map(async (at) => {
  const got = await fetch(at, { credentials: "omit", cache: "reload" });
  if (!got.ok) throw new Error("no " + at);
  await kept.put(at, got);
}))).then(() => self.skipWaiting())));

self.addEventListener("activate", (e) => e.waitUntil(caches.keys()
  .then((names) => Promise.all(names.filter((n) => n.startsWith("lianou-") && n !== KEPT).map((n) => caches.delete(n))))
  .then(() => self.clients.claim())));

// away is the answer where there is no network. What a form sent is not asked for again by a
// reload: its page is shown.
async function away(request, at) {
  if (request.method !== "GET") {
    return Response.redirect(at.pathname.replace(/helper\/end$/, "acting").replace(/(\/(end|found|move|off|from)|(leave|care))$/, ""), 303);
  }
  const long = at.pathname === "/c/app/apply" || at.pathname === "/c/app/offline";
  return (await caches.match(long ? "/c/app/offline" : "/c/app/away")) || Response.error();
}

self.addEventListener("fetch", (e) => {
  const at = new URL(e.request.url);
  if (at.origin !== location.origin) return;
  if (e.request.mode === "navigate") {
    e.respondWith(fetch(e.request).catch(() => away(e.request, at)));
  } else if (e.request.method === "GET" && at.pathname.startsWith("/c/app/static/")) {
    e.respondWith(caches.open(KEPT).then((kept) => kept.match(e.request)).then((got) => got || fetch(e.request)));
  }
});
