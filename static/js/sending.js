// Files dropped, pasted or photographed: made small, and sent in parts until the server has said yes. What waits lies in
// IndexedDB, so neither a broken line nor a closed browser loses it. Without this module the plain field does the job.
const box = document.getElementById("evidence");
const SIDE = 1600; // points of a photo's longer side
const HEAVY = 1.5 * 1024 * 1024; // bytes from which a small picture is packed again
const MOST = 10 * 1024 * 1024;
const SMALLEST = 32 * 1024; // bytes of a part
const LARGEST = 1024 * 1024;
const STORE = "jenjang-evidence"; // of the database, its table, and the sign that something waits

class Refused extends Error {}
class Login extends Error {}

const text = (key, values) => Object.entries(values || {}).reduce((all, [name, value]) => all.replace(`%(${name})s`, value), box.dataset[key] || "").replace("%%", "%");
const make = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const pause = (ms) => new Promise((go) => { setTimeout(go, ms); addEventListener("online", go, { once: true }); });
const zoneOf = (report) => document.querySelector(`[data-evidence="${report}"]`);
const line = document.getElementById("evidence-say");
const say = (words) => { line.textContent = words; };

// --- what waits, on this device
const opened = () => new Promise((yes, no) => {
  const ask = indexedDB.open(STORE, 1);
  ask.onupgradeneeded = () => ask.result.createObjectStore(STORE, { keyPath: "key" });
  ask.onsuccess = () => yes(ask.result);
  ask.onerror = () => no(ask.error);
});
/** Do something with the store; false where the browser keeps nothing (then files wait in memory only). */
const stored = async (act) => {
  try {
    const base = await opened();
    try {
      return await new Promise((yes, no) => {
        const work = base.transaction(STORE, "readwrite");
        const asked = act(work.objectStore(STORE));
        work.oncomplete = () => yes(asked.result ?? true);
        work.onabort = () => no(work.error);
      });
    } finally { base.close(); }
  } catch { return false; }
};

// --- what a camera notes
const fields = (view, start, at, little) => {
  const found = new Map();
  const sizes = [0, 1, 1, 2, 4, 8];
  for (let number = view.getUint16(at, little); number > 0; number -= 1) {
    const entry = at + 2 + 12 * (number - 1);
    const type = view.getUint16(entry + 2, little);
    const count = view.getUint32(entry + 4, little);
    const place = (sizes[type] || 0) * count > 4 ? start + view.getUint32(entry + 8, little) : entry + 8;
    if (type === 2 && count < 64) found.set(view.getUint16(entry, little), String.fromCharCode(...new Uint8Array(view.buffer, place, count)).replace(/\0.*/, ""));
    if (type === 4) found.set(view.getUint16(entry, little), view.getUint32(place, little));
    if (type === 5 && count < 4) found.set(view.getUint16(entry, little), [...Array(count).keys()].map((n) => view.getUint32(place + 8 * n, little) / view.getUint32(place + 8 * n + 4, little)));
  }
  return found;
};
const degrees = (parts, side) => {
  if (parts?.length !== 3) return "";
  const value = parts[0] + parts[1] / 60 + parts[2] / 3600;
  return Number.isFinite(value) ? (/[SW]/.test(side) ? -value : value).toFixed(6) : "";
};
/** When and where a JPEG was taken, before it is made small and loses that: {taken_at, latitude, longitude}. */
const noted = async (file) => {
  const said = { taken_at: "", latitude: "", longitude: "" };
  try {
    const view = new DataView(await file.slice(0, 256 * 1024).arrayBuffer());
    let at = 2;
    while (view.getUint16(0) === 0xffd8 && view.getUint16(at) !== 0xffe1) at += 2 + view.getUint16(at + 2);
    if (view.getUint16(0) !== 0xffd8 || view.getUint32(at + 4) !== 0x45786966) return said;
    const start = at + 10;
    const little = view.getUint16(start) === 0x4949;
    const part = (offset) => (offset ? fields(view, start, start + offset, little) : new Map());
    const first = part(view.getUint32(start + 4, little));
    const times = part(first.get(0x8769));
    const place = part(first.get(0x8825));
    const moment = /^(\d{4}):(\d\d):(\d\d) ([\d:]{8})$/.exec(times.get(0x9003) || "");
    if (moment) said.taken_at = `${moment[1]}-${moment[2]}-${moment[3]}T${moment[4]}${times.get(0x9011) || ""}`;
    said.latitude = degrees(place.get(2), place.get(1));
    said.longitude = said.latitude && degrees(place.get(4), place.get(3));
    if (!said.longitude) said.latitude = "";
  } catch { /* no notes, or damaged ones: the person can say it */ }
  return said;
};

// --- pictures
const drawn = (bitmap, width, height) => {
  const canvas = make("canvas", { width, height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(bitmap, 0, 0, width, height);
  return canvas;
};
/** The file to send and a small picture of it; what no browser can draw is sent as it is, for the server to judge. */
const prepared = async (file) => {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return { blob: file, name: file.name };
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    const least = Math.min(1, 40 / Math.max(width, height));
    const thumb = drawn(bitmap, width * least || 1, height * least || 1);
    const share = Math.min(1, SIDE / Math.max(width, height));
    let blob = file;
    if (share < 1 || file.size > HEAVY) {
      const small = drawn(bitmap, Math.round(width * share), Math.round(height * share));
      const packed = await new Promise((yes) => { small.toBlob(yes, "image/jpeg", 0.85); });
      if (packed && packed.size < file.size) blob = packed;
    }
    bitmap.close();
    return { blob, thumb, name: blob === file ? file.name : file.name.replace(/(\.[^.]*)?$/, ".jpg") };
  } catch { return { blob: file, name: file.name }; }
};

// --- the line
const ask = async (url, method, body, more = {}) => {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] || document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
  const answer = await fetch(url, { method, body, headers: { "X-CSRFToken": token, "X-Person": box.dataset.person, ...more }, signal: AbortSignal.timeout(60000), keepalive: method === "POST" });
  const said = await answer.json().catch(() => ({}));
  const { status } = answer;
  if (answer.ok) return said;
  if (status === 401 || status === 403) throw new Login();
  if (status === 404 || said.offset !== undefined) return { ...said, gone: status === 404 };
  throw said.sentence ? new Refused(said.sentence, { cause: status }) : new Error(status);
};

let step = 128 * 1024;

/** One file to its end; answers with the server's row. */
const send = async (job) => {
  let answer = job.url ? await ask(job.url, "GET") : { gone: true };
  while (!answer.row) {
    if (answer.gone) {
      const { report, name, kind, caption, taken_at, latitude, longitude, key } = job;
      const asked = { report, name, kind, caption, taken_at, latitude, longitude, key, public: job.public, size: job.blob.size };
      answer = await ask(box.dataset.url, "POST", JSON.stringify(asked), { "Content-Type": "application/json" });
      if (answer.row) break;
      if (!answer.url) throw new Error("gone");
      job.url = answer.url;
      const { row: _, bar, words, ...kept } = job;
      await stored((files) => files.put(kept));
    }
    const { offset } = answer;
    show(job, Math.round((100 * offset) / job.blob.size));
    const began = performance.now();
    answer = await ask(job.url, "PATCH", job.blob.slice(offset, offset + step), { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" });
    step = performance.now() - began < 1000 ? Math.min(step * 2, LARGEST) : Math.max(step / 2, SMALLEST);
  }
  return answer;
};

// --- the list
const show = (job, percent, words) => {
  if (!job.row) return;
  job.bar.hidden = percent === undefined;
  if (percent !== undefined) job.bar.value = percent;
  job.words.textContent = words ?? text("textSending", { name: job.name, percent });
};
const button = (key, act) => {
  const made = make("button", { type: "button", className: "link", textContent: text(key) });
  made.addEventListener("click", act);
  return made;
};
const row = (job, thumb) => {
  const list = zoneOf(job.report)?.querySelector("[data-evidence-list]");
  if (!list) return;
  job.bar = make("progress", { max: 100, value: 0, ariaLabel: job.name });
  job.words = make("span", { className: "muted", textContent: job.name });
  if (thumb) thumb.ariaHidden = "true";
  job.row = make("li", {}, ...(thumb ? [thumb] : []), job.words, job.bar);
  list.append(job.row);
};
const count = { done: 0, all: 0 };
const together = (zone) => {
  const all = zone?.querySelector(".together");
  if (!all) return;
  all.hidden = count.all < 2 || count.done >= count.all;
  all.firstChild.textContent = text("textAll", { done: count.done, count: count.all });
  all.lastChild.max = count.all;
  all.lastChild.value = count.done;
};
/** What the server says of a report after something was done: its version, its number of files, a row. */
const stands = ({ report, version, count: files, row: html, evidence }, old) => {
  const hidden = document.getElementsByName(`r${report}-version`)[0];
  if (hidden && version > Number(hidden.value)) hidden.value = version;
  const zone = zoneOf(report);
  if (zone) zone.querySelector("[data-evidence-count]").textContent = files;
  if (html && zone) {
    const holder = make("template", { innerHTML: html });
    const fresh = holder.content.firstElementChild;
    const place = zone.querySelector(`[data-file="${evidence}"]`);
    if (place && place !== old) place.remove();
    if (old?.isConnected) old.replaceWith(fresh);
    else zone.querySelector("[data-evidence-list]").append(fresh);
  }
  document.dispatchEvent(new CustomEvent("jenjang:evidence", { detail: { report, version, count: files } }));
};

// --- the queue
const queue = [];
let running = false;
const sign = (act) => { try { localStorage[act](STORE, "waits"); } catch { /* a browser that keeps nothing */ } };
const off = (job) => queue.splice(queue.indexOf(job), queue.includes(job));
const forget = (job) => {
  off(job);
  if (!queue.length) sign("removeItem");
  return stored((files) => files.delete(job.key));
};
const ended = (job) => { count.done += 1; together(zoneOf(job.report)); };
const refused = async (job, error) => {
  const full = error.cause === 507;
  await (full ? off(job) : forget(job));
  ended(job);
  say(error.message);
  show(job, undefined, error.message);
  job.row?.classList.add("bad");
  if (full) job.row?.append(button("textAgain", () => { job.row.remove(); add(job); }));
  job.row?.append(button("textDropIt", () => { job.row.remove(); forget(job); }));
};
const work = async () => {
  let wait = 1000;
  while (queue.length) {
    const [job] = queue;
    try {
      const answer = await send(job);
      await forget(job);
      ended(job);
      stands(answer, job.row);
      wait = 1000;
      say(queue.length ? text("textAll", { done: count.done, count: count.all }) : text("textDone", { name: job.name }));
    } catch (error) {
      if (error instanceof Refused) await refused(job, error);
      else {
        step = SMALLEST;
        const words = text(error instanceof Login ? "textLogin" : "textWaits", { name: job.name });
        show(job, undefined, words);
        if (wait === 1000) say(words);
        await pause(wait);
        wait = Math.min(2 * wait, 30000);
      }
    }
  }
};
const go = async () => {
  if (running) return;
  running = true;
  try { await (navigator.locks ? navigator.locks.request(STORE, work) : work()); } finally { running = false; }
};
const add = (job, thumb) => {
  if (!queue.length) Object.assign(count, { done: 0, all: 0 });
  count.all += 1;
  row(job, thumb);
  queue.push(job);
  together(zoneOf(job.report));
  go();
};

/** Make these files evidence of the item that a block belongs to. */
export const take = async (zone, files) => {
  zone.open = true;
  const report = Number(zone.dataset.evidence);
  const value = (name) => zone.querySelector(`[name="r${report}-evidence_${name}"]`);
  const { person } = box.dataset;
  const told = { kind: value("kind").value, caption: value("caption").value.trim(), public: value("public").checked };
  value("caption").value = "";
  for (const file of files) {
    const [said, { blob, name, thumb }] = await Promise.all([noted(file), prepared(file)]);
    if (blob.size > MOST) {
      const words = text("textLarge", { name, size: (blob.size / 1024 / 1024).toFixed(1) });
      const gone = make("li", { className: "bad" }, make("span", { textContent: words }));
      gone.append(button("textDropIt", () => gone.remove()));
      zone.querySelector("[data-evidence-list]").append(gone);
      say(words);
      continue;
    }
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
    const job = { key, person, report, name, blob, ...told, ...said };
    await stored((store) => store.put(job));
    sign("setItem");
    add(job, thumb);
  }
};

// --- removing, with a way back
const leaving = new Set();
const remove = (control) => {
  const old = control.closest("li");
  const name = old.querySelector("a").textContent;
  const url = control.dataset.remove;
  const back = button("textUndo", () => {
    clearTimeout(timer);
    leaving.delete(act);
    note.replaceWith(old);
    old.querySelector("[data-remove]").focus();
  });
  const note = make("li", {}, make("span", { className: "muted", textContent: text("textRemoved", { name }) }), back);
  const act = async () => {
    clearTimeout(timer);
    leaving.delete(act);
    try {
      const answer = await ask(url, "POST", undefined);
      note.remove();
      if (!answer.gone) stands(answer);
    } catch (error) {
      note.replaceWith(old);
      say(error instanceof Refused ? error.message : text("textWaits", { name }));
    }
  };
  const timer = setTimeout(act, 8000);
  leaving.add(act);
  old.replaceWith(note);
  back.focus();
  say(text("textRemoved", { name }));
};
addEventListener("pagehide", () => leaving.forEach((act) => act()));

// --- describing
const dialog = document.getElementById("evidence-about");
const describe = (html, old) => {
  const form = new DOMParser().parseFromString(html, "text/html").querySelector("form[data-about-form]");
  if (!form) return;
  dialog.replaceChildren(form);
  form.removeAttribute("data-once");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer) return say(text("textWaits", { name: "" }));
    if (!answer.headers.get("Content-Type")?.includes("json")) return describe(await answer.text(), old);
    const said = await answer.json();
    stands(said, old);
    dialog.close();
    document.querySelector(`[data-file="${said.evidence}"] [data-about]`)?.focus();
  });
  if (!dialog.open) dialog.showModal();
};

document.addEventListener("click", async (event) => {
  const { target } = event;
  const control = target.closest("[data-remove], [data-about], [data-about-close]");
  if (!control || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (control.matches("[data-about-close]") && !dialog.open) return;
  event.preventDefault();
  if (control.matches("[data-remove]")) remove(control);
  else if (control.matches("[data-about-close]")) dialog.close();
  else {
    const answer = await fetch(control.href).catch(() => null);
    if (answer?.ok) describe(await answer.text(), control.closest("li"));
    else location.assign(control.href);
  }
});

const enhance = (zone) => {
  const input = zone.querySelector("input[type=file]");
  const drop = zone.querySelector("[data-evidence-drop]");
  const chosen = ({ target }) => {
    const files = [...target.files];
    target.value = "";
    take(zone, files);
  };
  input.addEventListener("change", chosen);
  drop.addEventListener("input", (event) => event.stopPropagation());
  drop.addEventListener("change", (event) => event.stopPropagation());
  if (matchMedia("(pointer: coarse)").matches) {
    const camera = make("input", { type: "file", accept: "image/*", className: "sr" });
    camera.setAttribute("capture", "environment");
    camera.addEventListener("change", chosen);
    drop.append(make("label", { className: "button small camera", textContent: text("textCamera") }, camera));
  }
  drop.append(make("p", { className: "hint", textContent: text("textDrop") }));
  drop.append(make("p", { className: "together", hidden: true }, make("span"), make("progress", { ariaHidden: "true" })));
};

document.querySelectorAll("[data-evidence]").forEach(enhance);
// What was chosen before this script came is sent all the same.
document.querySelectorAll("[data-evidence] input[type=file]").forEach((input) => input.files.length && input.dispatchEvent(new Event("change")));
const waiting = await stored((files) => files.getAll());
for (const job of Array.isArray(waiting) ? waiting : []) if (job.person === box.dataset.person) add(job);
