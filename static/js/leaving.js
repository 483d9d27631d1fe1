// Whoever signs out leaves nothing on the device; and months that were kept for somebody else are dropped.
const { person, leave, textWaiting } = document.querySelector("[data-leaving]").dataset;
const DRAFTS = ["jenjang", "jenjang-evidence"];

const forget = async (mine) => {
  if (!globalThis.caches) return;
  for (const name of await caches.keys()) if (name.startsWith("jenjang ") && !(mine && name.startsWith(`jenjang ${mine} `))) await caches.delete(name);
};
const unsent = () => new Promise((resolve) => {
  try {
    const ask = indexedDB.open("jenjang");
    ask.onupgradeneeded = () => ask.transaction.abort(); // there is none, and none is made
    ask.onerror = () => resolve(0);
    ask.onsuccess = () => {
      const count = ask.result.transaction("drafts").objectStore("drafts").count();
      count.onsuccess = () => { ask.result.close(); resolve(count.result); };
      count.onerror = () => resolve(0);
    };
  } catch { resolve(0); }
});
const wipe = async () => {
  for (const one of (await navigator.serviceWorker?.getRegistrations()) || []) await one.unregister();
  await forget();
  localStorage.clear();
  for (const name of DRAFTS) {
    await new Promise((resolve) => {
      const gone = indexedDB.deleteDatabase(name);
      gone.onsuccess = gone.onerror = gone.onblocked = resolve;
    });
  }
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || new URL(form.action).pathname !== leave) return;
  event.preventDefault();
  const n = form.dataset.warned ? 0 : await unsent();
  if (n) {
    form.dataset.warned = "yes";
    form.append(Object.assign(document.createElement("p"), { role: "alert", textContent: textWaiting.replace("%(n)s", n) }));
    return;
  }
  await Promise.race([wipe().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 3000))]);
  form.submit();
});
forget(person);
