// Keeps the residents' pages at hand: a second visit starts without the network.
//
// The residents have two pages, each with its own program: one to find and book, one for what they have. The second is
// kept once it was visited. A version is a page together with the files that this very page names, in a cache of its own
// under the hash of the page. It is used only once it is whole, and files are only ever found under the names that carry their content's
// hash, so a page never meets the program of another version. What belongs to a person is never kept.
"use strict";

const VERSION = "version-";
const CATALOGUE = "catalogue-1";
const STATE = "state";
// These have pages and programs of their own, or are none of ours.
const FOREIGN = /^\/(api|console|board|kiosk|redeem|admin|healthz|readyz|metrics)(\/|$)/;
const FIRST = "/";
const AFFAIRS = "/affairs.html";
const AFFAIRS_PATHS = /^\/(appointments|tickets|fines|payments|me)(\/|$)/;
const CATALOGUE_PATHS = /^\/api\/v1\/(services|halls)(\/[^/]+)?$/;
const HASHED = /^\/[\w-]+-[0-9a-f]{8,}(_bg)?\.(js|wasm|css)$/;

self.addEventListener("install", (event) => event.waitUntil(update(FIRST).then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (CATALOGUE_PATHS.test(url.pathname)) event.respondWith(catalogue(request, url));
  else if (FOREIGN.test(url.pathname)) return;
  else if (request.mode === "navigate") event.respondWith(page(event, AFFAIRS_PATHS.test(url.pathname) ? AFFAIRS : FIRST));
  else if (HASHED.test(url.pathname)) event.respondWith(file(request));
});

// Where the state says which version of a page is the current one.
function mark(page) {
  return "/current" + page;
}

async function current(page) {
  const state = await caches.open(STATE);
  const answer = await state.match(mark(page));
  return answer ? answer.text() : null;
}

// The current version of the page at once; a newer one is fetched meanwhile for the next visit.
async function page(event, wanted) {
  const name = await current(wanted);
  const kept = name && (await (await caches.open(name)).match(wanted));
  event.waitUntil(update(wanted).catch(() => {}));
  return kept || fetch(event.request);
}

async function file(request) {
  return (await caches.match(request)) || fetch(request);
}

async function update(page) {
  const answer = await fetch(page, { cache: "no-cache", credentials: "same-origin" });
  if (!answer.ok) throw new Error("no page");
  const text = await answer.clone().text();
  const versions = VERSION + encodeURIComponent(page) + "-";
  const name = versions + (await digest(text));
  const before = await current(page);
  if (name === before) return;

  const files = new Set(["/icon.svg", "/manifest.webmanifest"]);
  for (const [, named] of text.matchAll(/(?:href|src)=["']?(\/[\w.-]+\.(?:js|wasm|css))/g)) files.add(named);
  const cache = await caches.open(name);
  await cache.addAll(files);
  await cache.put(page, answer);
  const state = await caches.open(STATE);
  await state.put(mark(page), new Response(name));

  // The version before stays for the pages that still run it; older ones go.
  for (const old of await caches.keys()) {
    if (old.startsWith(versions) && old !== name && old !== before) await caches.delete(old);
  }
  if (before) for (const client of await self.clients.matchAll()) client.postMessage("update");
}

async function digest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes).slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The catalogue as it is, or else as it was last seen, in the language that was asked for.
async function catalogue(request, url) {
  const cache = await caches.open(CATALOGUE);
  const language = (request.headers.get("accept-language") || "").slice(0, 2);
  const key = url.pathname + url.search + (url.search ? "&" : "?") + "kept-in=" + language;
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      await cache.put(key, answer.clone());
      await trim(cache);
    }
    return answer;
  } catch (lost) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw lost;
  }
}

// Searches are many: the oldest answers go.
async function trim(cache) {
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - 80))) await cache.delete(key);
}
