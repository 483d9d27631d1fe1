{% load i18n static %}// Keeps the months that a person asked for on this device: their page and the hashed files it loads, nothing else.
// Network first; the kept copy only when the network has nothing to say within some seconds.
const PATIENCE = 4000;
const STATIC = "{% get_static_prefix as prefix %}{{ prefix|escapejs }}";
const HASHED = new RegExp(`="(${STATIC}[^"?#]+\\.[0-9a-f]{12}\\.[^"?#]+)"`, "g");
const ANYHOW = { ignoreVary: true }; // the name of the cache says whose it is
// A kept month is a cache named "jenjang <person> <path>".
const kept = async () => (await caches.keys()).filter((name) => name.startsWith("jenjang ")).map((name) => name.split(" "));

const keep = async ([word, person, path], response) => {
  const text = await response.clone().text();
  if (!response.ok || response.redirected || !text.includes(`data-person="${person}"`)) return false;
  const cache = await caches.open([word, person, path].join(" "));
  const files = new Set([...text.matchAll(HASHED)].map(([, file]) => file));
  for (const file of files) if (!(await cache.match(file, ANYHOW))) await cache.add(file);
  for (const old of await cache.keys()) {
    const name = new URL(old.url).pathname;
    if (name !== path && !files.has(name)) await cache.delete(old, ANYHOW);
  }
  await cache.put(path, response);
  return true;
};

const nothing = async () => {
  const months = (await kept()).map(([, , path]) => `<li><a href="${path}">${path.split("/")[2]}</a></li>`);
  const page = `<!doctype html><html lang="{% get_current_language as language %}{{ language }}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{% translate "No network" as title %}{{ title|escapejs }}</title><link rel="stylesheet" href="{% static 'css/jenjang.css' %}"><main class="page"><h1>{{ title|escapejs }}</h1><p>{% translate "This page was not kept on this device. These months were:" as words %}{{ words|escapejs }}</p><ul>${months.join("")}</ul></main></html>`;
  return new Response(page, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
};

const page = async (event, path) => {
  const name = (await kept()).find((one) => one[2] === path);
  if (!name) return fetch(event.request).catch(nothing);
  const fresh = fetch(event.request).catch(() => undefined);
  event.waitUntil(fresh.then((response) => {
    if (response && [403, 404].includes(response.status)) return caches.delete(name.join(" "));
    return response && keep(name, response.clone());
  }).catch(() => undefined));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const answer = await Promise.race([fresh.then((response) => response && response.clone()), late]);
  if (answer && answer.status < 500) return answer;
  return (await caches.match(path, { ...ANYHOW, cacheName: name.join(" ") })) || (await fresh) || nothing();
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event, pathname));
  else if (pathname.startsWith(STATIC)) event.respondWith(caches.match(pathname, ANYHOW).then((file) => file || fetch(event.request)));
});
self.addEventListener("message", (event) => {
  const { data, ports } = event;
  const name = ["jenjang", data.person, data.path];
  const done = fetch(data.path).then((response) => keep(name, response)).catch(() => false);
  event.waitUntil(done.then((answer) => ports[0].postMessage(answer)));
});
