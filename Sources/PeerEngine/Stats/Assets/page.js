// Keeps the page up to date without loading it anew. The server renders; this script asks for the same page
// again when the server's events say that something has changed, and puts in what differs: rows that are
// there stay the same elements, so that scroll, focus, selection and what is being typed survive.
"use strict";

// Milliseconds: looks are at least `soonest` apart, at most `latest` (ages and rates move by themselves), or
// `polling` while there are no events; an answer that takes longer than `patience` is none.
const soonest = 1000, latest = 5000, polling = 2000, patience = 10000;
const connection = document.getElementById("connection");
let events = null;
let lastLook = Date.now();
let timer = 0;
let request = null;

// ---- What differs ----

const key = (node) => node.nodeType === Node.ELEMENT_NODE ? node.getAttribute("data-key") : null;

function morph(old, fresh) {
  if (old.nodeName === "NOSCRIPT" || old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) { old.data = fresh.data; return; }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  morphChildren(old, fresh);
}

// Elements with a key, which rows have, are found again wherever they are; the others by their place.
function morphChildren(old, fresh) {
  const known = new Map([...old.children].filter(key).map((child) => [key(child), child]));
  const staying = new Set([...fresh.children].map(key));
  let next = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    while (next && key(next) && !staying.has(key(next))) next = remove(next);
    const place = next && !key(next) && next.nodeName === child.nodeName ? next : null;
    const match = key(child) ? known.get(key(child)) : place;
    if (!match) {
      old.insertBefore(document.importNode(child, true), next);
    } else {
      if (match === next) next = next.nextSibling;
      else old.insertBefore(match, next);
      morph(match, child);
    }
  }
  while (next) next = remove(next);
}

function remove(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

// ---- Looking ----

// Asks for the page again. A user who waits for the result is told it.
async function look(isWaitedFor) {
  lastLook = Date.now();
  request?.abort();
  const mine = request = new AbortController();
  try {
    const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(patience)]);
    const response = await fetch(location.pathname + location.search, { signal });
    if (!response.ok) throw new Error(response.statusText);
    show(new DOMParser().parseFromString(await response.text(), "text/html"));
    if (isWaitedFor) say(document.querySelector(".files caption, .files .empty").textContent);
    else if (connection.className) say("The peer answers again.");
  } catch (error) {
    if (error.name !== "AbortError") say("The peer does not answer: this is what it said last.", "lost");
  } finally {
    if (request === mine) request = null;
  }
}

function show(fresh) {
  const focused = document.activeElement;
  for (const part of ["header", "main"]) morph(document.querySelector(part), fresh.querySelector(part));
  document.title = fresh.title;
  if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

// Not before the last look is a while ago, and never in place of one that is under way.
function lookSoon() {
  if (timer || !isRefreshing()) return;
  const pause = request ? soonest : Math.max(0, lastLook + soonest - Date.now());
  timer = setTimeout(() => {
    timer = 0;
    if (request) lookSoon();
    else if (isRefreshing()) look(false);
  }, pause);
}

// Told to screen readers too, and so only when there is something new to tell.
function say(text, style = "") {
  if (connection.textContent !== text) connection.textContent = text;
  connection.className = style;
}

const isRefreshing = () => !document.hidden && new URLSearchParams(location.search).get("refresh") !== "off";

function listen() {
  events ??= new EventSource("/api/v1/events");
  for (const kind of ["status", "peers", "files", "transfers", "log"]) events.addEventListener(kind, lookSoon);
}

// A hidden page needs nothing; browsers allow only a few connections to a server.
function start() {
  if (isRefreshing()) {
    listen();
    lookSoon();
  } else {
    events?.close();
    events = null;
  }
}

setInterval(() => {
  if (!isRefreshing() || request) return;
  const pause = events?.readyState === EventSource.OPEN ? latest : polling;
  if (Date.now() - lastLook >= pause) look(false);
  // A browser gives up for good after an answer that is no stream of events.
  if (events?.readyState === EventSource.CLOSED) {
    events = null;
    listen();
  }
}, 500);

// ---- Search, sort and pages ----

const search = document.getElementById("q");
const form = search.form;

function go(address, isStep) {
  if (isStep) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  look(true);
  start();
}

function query(isStep) {
  const values = new URLSearchParams(new FormData(form));
  if (!search.value) values.delete("q");
  go(values.size ? "/?" + values : "/", isStep);
}

let typing = 0;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(query, 250, false);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  query(true);
});

document.querySelector("main").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || link.pathname !== "/" || link.origin !== location.origin) return;
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const address = new URL(link.href);
  search.value = address.searchParams.get("q") ?? "";
  go(address.pathname + address.search, true);
});

addEventListener("popstate", () => {
  search.value = new URLSearchParams(location.search).get("q") ?? "";
  look(true);
  start();
});

document.addEventListener("visibilitychange", start);
document.documentElement.classList.add("live");
start();
