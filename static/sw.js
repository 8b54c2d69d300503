// How does the phone page open without a network? This worker keeps its shell: page, scripts, styles, nothing else.
// The server writes `self.told` in front: the edition, the page and the files of the shell. Answers with data of people
// (/api/…) are never kept here.

const PATIENCE_MS = 3000;
const TOLD = self.told;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === TOLD.page) event.respondWith(page(request));
  } else if (TOLD.shell.includes(url.pathname + url.search)) event.respondWith(kept(url));
});

async function install() {
  const shelf = await caches.open(TOLD.name);
  await shelf.addAll(TOLD.shell.map((url) => new Request(url, { cache: "no-cache" })));
  await self.skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("mark-") && name !== TOLD.name);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// The network first, but not for ever: one bar of signal is often worse than none.
async function page(request) {
  try {
    const answer = await within(fetch(request));
    if (answer.ok || answer.type === "opaqueredirect") return answer;
  } catch {
    // The kept page is the answer.
  }
  return (await caches.match(TOLD.page)) ?? fetch(request);
}

async function kept(url) {
  return (await caches.match(url.pathname + url.search)) ?? fetch(url.href);
}

function within(asked) {
  return Promise.race([asked, new Promise((_, reject) => setTimeout(reject, PATIENCE_MS))]);
}
