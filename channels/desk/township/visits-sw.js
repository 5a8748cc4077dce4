// The visits without network: the empty page and the files it needs, and nothing of anybody.
"use strict";
const KEPT = "lianou-visits-VERSION";
const FILES = [FILES];

self.addEventListener("install", (e) => e.waitUntil(caches.open(KEPT).then((kept) => Promise.all(FILES.map(async (at) => {
  const got = await fetch(at, { credentials: "omit", cache: "reload" });
  if (!got.ok) throw new Error("no " + at);
  await kept.put(at, got);
}))).then(() => self.skipWaiting())));

self.addEventListener("activate", (e) => e.waitUntil(caches.keys()
  .then((names) => Promise.all(names.filter((n) => n.startsWith("lianou-visits-") && n !== KEPT).map((n) => caches.delete(n))))
  .then(() => self.clients.claim())));

self.addEventListener("fetch", (e) => {
  const at = new URL(e.request.url);
  if (at.origin !== location.origin || e.request.method !== "GET") return;
  if (e.request.mode === "navigate") {
    e.respondWith(fetch(e.request).catch(() => caches.match("/desk/township/visits/shell").then((got) => got || Response.error())));
  } else if (at.pathname.startsWith("/desk/static/")) {
    e.respondWith(caches.open(KEPT).then((kept) => kept.match(e.request)).then((got) => got || fetch(e.request)));
  }
});
