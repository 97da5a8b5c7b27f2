// Keeps the residents' pages at hand: a second visit starts without the network.
//
// The residents have four pages, each with its own program: one to find and book, one for what they have, one to pay, collect and follow, one
// for the account. All but the first are kept once they were visited. A version is a page together with the files that this very page names, in a cache of its own
// under the hash of the page. It is used only once it is whole, and files are only ever found under the names that carry their content's
// hash, so a page never meets the program of another version. What belongs to a person is never kept.
"use strict";

const VERSION = "version-";
const CATALOGUE = "catalogue-1";
const SLIPS = "slips-1";
const DESK = "desk-1";
const STATE = "state";
// These have pages and programs of their own, or are none of ours.
const FOREIGN = /^\/(api|console|board|kiosk|redeem|admin|healthz|readyz|metrics)(\/|$)/;
const FIRST = "/";
const AFFAIRS = "/affairs.html";
const AFFAIRS_PATHS = /^\/(appointments|tickets|me)(\/|$)/;
const PAPERS = "/papers.html";
const PAPERS_PATHS = /^\/(fines|payments|slips|cases|R)(\/|$)/;
const ACCOUNT = "/account.html";
const ACCOUNT_PATHS = /^\/(account|passkey)(\/|$)/;
const CATALOGUE_PATHS = /^\/api\/v1\/(services|halls)(\/[^/]+)?$/;
const SLIP_PATHS = /^\/api\/v1\/slips(\/[0-9a-f-]+(\/qr\.svg)?)?$/;
const HASHED = /^\/[\w-]+-[0-9a-f]{8,}(_bg)?\.(js|wasm|css)$/;

self.addEventListener("install", (event) => event.waitUntil(update(FIRST).then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  // Whoever signs in or out finds no slips of another on this device.
  if (request.method !== "GET" && /^\/api\/v1\/auth\/sessions(\/current)?$/.test(url.pathname)) event.waitUntil(caches.delete(SLIPS));
  if (request.method !== "GET") return;
  if (CATALOGUE_PATHS.test(url.pathname)) event.respondWith(catalogue(request, url));
  else if (SLIP_PATHS.test(url.pathname)) event.respondWith(slip(request, url));
  else if (url.pathname === "/redeem") event.respondWith(desk(request));
  else if (FOREIGN.test(url.pathname)) return;
  else if (request.mode === "navigate") event.respondWith(page(event, program(url.pathname)));
  else if (HASHED.test(url.pathname)) event.respondWith(file(request));
});

// The page whose program shows a path.
function program(path) {
  if (AFFAIRS_PATHS.test(path)) return AFFAIRS;
  if (ACCOUNT_PATHS.test(path)) return ACCOUNT;
  return PAPERS_PATHS.test(path) ? PAPERS : FIRST;
}

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

// A slip as it is, or else as it was last seen: a hall may have no signal. It says nothing but masked names, and a server that
// refuses it makes this forget it.
async function slip(request, url) {
  const cache = await caches.open(SLIPS);
  const language = (request.headers.get("accept-language") || "").slice(0, 2);
  const picture = url.pathname.endsWith(".svg");
  const key = url.pathname + url.search + (picture ? "" : "?kept-in=" + language);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(key, answer.clone());
    else if (answer.status < 500) await cache.delete(key);
    return answer;
  } catch (lost) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw lost;
  }
}

// The console at which slips are redeemed opens without a connection too, with the program that its page names.
async function desk(request) {
  const cache = await caches.open(DESK);
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      const text = await answer.clone().text();
      const named = new Set();
      for (const [, file] of text.matchAll(/["'=](\/[\w.-]+\.(?:js|wasm|css))/g)) named.add(file);
      for (const old of await cache.keys()) {
        if (!named.has(new URL(old.url).pathname)) await cache.delete(old);
      }
      for (const file of named) if (!(await cache.match(file))) await cache.add(file);
      await cache.put("/redeem", answer.clone());
    }
    return answer;
  } catch (lost) {
    const kept = await cache.match("/redeem");
    if (kept) return kept;
    throw lost;
  }
}

// Searches are many: the oldest answers go.
async function trim(cache) {
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - 80))) await cache.delete(key);
}
