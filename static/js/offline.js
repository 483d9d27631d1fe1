// "Keep this month on this device", opt-in; the worker (/sw.js) does the keeping.
const box = document.querySelector("[data-keep]");
const { person, worker, scope, textKept, textRefused } = box.dataset;
const path = location.pathname;
const name = `jenjang ${person} ${path}`;
const [keep, drop] = box.querySelectorAll("button");
const told = box.querySelector("[data-keep-say]");

const show = async (words) => {
  const kept = await caches.has(name);
  keep.hidden = kept;
  drop.hidden = !kept;
  told.textContent = words || (kept ? textKept : "");
};
const asked = (active) => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => resolve(data);
  active.postMessage({ person, path }, [port2]);
});

if (navigator.serviceWorker && globalThis.caches) {
  keep.addEventListener("click", async () => {
    keep.disabled = true;
    let done = false;
    try {
      await navigator.serviceWorker.register(worker, { scope: scope, updateViaCache: "none" });
      done = await asked((await navigator.serviceWorker.ready).active);
      navigator.storage?.persist?.();
    } catch { /* told below */ }
    keep.disabled = false;
    await show(done ? "" : textRefused);
    if (done) drop.focus();
  });
  drop.addEventListener("click", async () => {
    await caches.delete(name);
    if (!(await caches.keys()).some((one) => one.startsWith("jenjang "))) await (await navigator.serviceWorker.getRegistration())?.unregister();
    await show();
    keep.focus();
  });
  show();
  box.hidden = false;
}
