// Pages without network: the shell and one empty form. Nothing of a person is kept here,
// and no answer of the server but files that are the same for everybody.
"use strict";
const KEPT = "lianou-VERSION";
const SHELL = ["/c/app/offline", "/c/app/static/tokens.css", "/c/app/static/app.css", "/c/app/static/app.js", "/c/app/static/form.js",
  "/c/app/static/pad.js", "/c/app/static/signature_pad.js", "/c/app/static/icon.svg", "/c/app/static/manifest.json"];

self.addEventListener("install", (e) => e.waitUntil(caches.open(KEPT).then((kept) => Promise.all(SHELL.map(async (at) => {
  const got = await fetch(at, { credentials: "omit", cache: "reload" });
  if (!got.ok) throw new Error("no " + at);
  await kept.put(at, got);
}))).then(() => self.skipWaiting())));

self.addEventListener("activate", (e) => e.waitUntil(caches.keys()
  .then((names) => Promise.all(names.filter((n) => n.startsWith("lianou-") && n !== KEPT).map((n) => caches.delete(n))))
  .then(() => self.clients.claim())));

self.addEventListener("fetch", (e) => {
  const at = new URL(e.request.url);
  if (at.origin !== location.origin) return;
  if (e.request.mode === "navigate") {
    e.respondWith(fetch(e.request).catch(async () => (await caches.match("/c/app/offline")) || Response.error()));
  } else if (e.request.method === "GET" && at.pathname.startsWith("/c/app/static/")) {
    e.respondWith(caches.open(KEPT).then((kept) => kept.match(e.request)).then((got) => got || fetch(e.request)));
  }
});
