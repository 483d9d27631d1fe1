// What is typed goes into this browser's store first, then to the site, and leaves the store only after the site's yes.
const box = document.querySelector("[data-drafts]");
const form = box.closest("form");
const { person, month, language } = box.dataset;
const line = box.querySelector("[data-drafts-line]");
const token = form.elements.csrfmiddlewaretoken;
const CELL = /^r(\d+)-((?:line-\d+(?:-reason|-corrects)?)|increment|volume|physical_reason|status|problems|problem_text|follow_up_\w+|needs_leadership|public_note|why-.+)$/;
const MOST = 200;
const rows = new Map(); // name -> draft, as in the store
const base = new Map(); // name -> what the site holds
const alike = new Map(); // name -> what was typed for it: 1000 for 1.000
const say = (key, values = {}) => Object.entries(values).reduce((all, [name, value]) => all.replaceAll(`%(${name})s`, value), box.dataset[`text${key}`]);

// Cells
const fields = (name) => {
  const found = form.elements[name];
  return !found ? [] : found.tagName ? [found] : [...found].filter((one) => one.name === name);
};
const ticks = (field) => field.type === "checkbox" || field.type === "radio";
const value = (name, ticked = "checked", text = "value") => {
  const all = fields(name);
  if (ticks(all[0])) return all.filter((one) => one[ticked]).map((one) => one.value).join(",");
  return all[0][text];
};
const initial = (name) => {
  const [field] = fields(name);
  if (field.tagName !== "SELECT") return value(name, "defaultChecked", "defaultValue");
  return ([...field.options].find((one) => one.defaultSelected) || field.options[0] || field).value;
};
const known = (name) => base.get(name) ?? initial(name);
const clean = (name) => [known(name), alike.get(name)].includes(value(name));
const anchor = (name) => {
  const [field] = fields(name);
  return ticks(field) ? field.closest("fieldset") || field.closest("label") : field;
};
const words = (name, text) => {
  const [field] = fields(name);
  if (!text) return say("Empty");
  if (field.tagName === "SELECT") return [...field.options].find((one) => one.value === text)?.text ?? text;
  if (ticks(field)) return text.split(",").map((code) => fields(name).find((one) => one.value === code)?.closest("label")?.textContent.trim() ?? code).join(", ");
  return text;
};
let laying = false;
const lay = (name, text) => {
  const all = fields(name);
  if (value(name) === text) return;
  if (ticks(all[0])) for (const one of all) one.checked = text.split(",").includes(one.value);
  else all[0].value = text;
  laying = true;
  all[0].dispatchEvent(new Event("input", { bubbles: true }));
  laying = false;
};
const settle = (name, stored) => {
  const [field] = fields(name);
  const text = field && ticks(field) ? fields(name).map((one) => one.value).filter((code) => stored.split(",").includes(code)).join(",") : stored;
  if (base.get(name) !== text) alike.delete(name);
  base.set(name, text);
  if (field && "defaultValue" in field && !ticks(field)) field.defaultValue = text;
};

// The store: IndexedDB, else this page's memory
const DRAFTS = "drafts";
let db = new Promise((resolve) => {
  try {
    const ask = indexedDB.open("jenjang", 1);
    ask.onupgradeneeded = () => ask.result.createObjectStore(DRAFTS, { keyPath: ["person", "month", "name"] });
    ask.onerror = ask.onblocked = () => resolve(null);
    ask.onsuccess = () => {
      // Wiped by a sign-out in another tab.
      ask.result.onclose = ask.result.onversionchange = () => { ask.result.close(); db = null; };
      resolve(ask.result);
    };
  } catch { resolve(null); }
});
// Point and comma change places: a number keeps its meaning.
const here = (row) => {
  if (!row || row.language === language) return row;
  const turn = (row.language === "id") !== (language === "id") && row.number;
  const turned = (text) => (turn ? text.replace(/[.,]/g, (mark) => (mark === "." ? "," : ".")) : text);
  return { ...row, language, text: turned(row.text), was: turned(row.was), tried: row.tried.map(turned) };
};
const deal = async (mode, act) => {
  const opened = await db;
  if (!opened) return false;
  try {
    return await new Promise((resolve, reject) => {
      const work = opened.transaction(DRAFTS, mode);
      work.oncomplete = () => resolve(true);
      work.onabort = reject;
      act(work.objectStore(DRAFTS));
    });
  } catch { db = null; }
  return false;
};
let writing = 0;
let typing = 0;
let kept = true;
const change = async (names, edit) => {
  const results = new Map();
  writing += 1;
  kept = await deal("readwrite", (store) => names.forEach((name) => {
    const key = [person, month, name];
    store.get(key).onsuccess = ({ target }) => {
      const row = edit(here(target.result), name);
      results.set(name, row);
      if (row) store.put(row);
      else store.delete(key);
    };
  }));
  writing -= 1;
  for (const name of names) {
    const row = kept ? results.get(name) : edit(rows.get(name), name);
    if (row) rows.set(name, row);
    else rows.delete(name);
  }
};
const look = () => deal("readonly", (store) => {
  store.getAll(IDBKeyRange.bound([person, month], [person, month, []])).onsuccess = ({ target }) => {
    rows.clear();
    for (const row of target.result) rows.set(row.name, here(row));
  };
});
const waiting = () => [...rows.values()].filter((row) => !row.held);
const held = (kind) => [...rows.values()].filter((row) => row.held?.kind === kind).length;

// What one sees
const make = (tag, given) => Object.assign(document.createElement(tag), given);
const button = (textContent, onclick) => make("button", { type: "button", className: "button small", textContent, onclick });
const short = (text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
const noteOf = (name) => {
  const [field] = fields(name);
  const id = `${field.id || name}-note`;
  const note = document.getElementById(id);
  if (note) return note;
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") || ""} ${id}`.trim());
  const made = make("span", { id, className: "error", hidden: true });
  anchor(name).after(made);
  return made;
};
const dispute = (name, { stored, by, at }, mine) => {
  const shown = make("div", { className: "dispute" });
  const choose = (key, text, edit) => button(say(key, { value: short(words(name, text)) }), async () => {
    await change([name], edit);
    if (!rows.has(name)) {
      settle(name, stored);
      lay(name, stored);
    }
    fields(name)[0].focus();
    paint(name);
    tell();
    send();
  });
  shown.append(
    make("p", { textContent: say("Conflict", { stored: words(name, stored), by: by || "–", at, mine: words(name, mine) }) }),
    choose("Mine", mine, (row) => row && { ...row, was: stored, tried: [], held: undefined }),
    choose("Theirs", stored, () => undefined),
  );
  return shown;
};
const paint = (name, saved = false) => {
  if (!fields(name).length) return;
  const row = rows.get(name);
  const at = anchor(name);
  const cell = at.parentElement;
  const note = noteOf(name);
  const state = row ? row.held?.kind || "waiting" : saved ? "saved" : "";
  const refused = state === "refused";
  at.dataset.save = state;
  cell.dataset.saveWord = state === "saved" ? "✓" : state === "waiting" ? say("Waiting") : "";
  if (refused || note.dataset.draft) {
    note.textContent = refused ? row.held.say : "";
    note.hidden = !refused;
    note.dataset.draft = refused ? "1" : "";
    if (!ticks(fields(name)[0])) at.setAttribute("aria-invalid", refused);
  }
  cell.querySelector(":scope > .dispute")?.remove();
  if (state === "conflict") note.after(dispute(name, row.held, row.text));
};
/** Drafts of cells that this page does not show any more. */
const homeless = () => {
  document.querySelector(".drafts-left")?.remove();
  const left = [...rows.values()].filter((row) => row.held && !fields(row.name).length);
  if (!left.length) return;
  const note = make("section", { className: "note amber drafts-left", textContent: say("Left") });
  for (const row of left) {
    const item = make("p", { textContent: `${row.label}: ${row.text} · ${row.held.say || say("Closed")} ` });
    item.append(button(say("Discard"), async () => {
      await change([row.name], () => undefined);
      tell();
    }));
    note.append(item);
  }
  form.prepend(note);
};
let trouble = ""; // "offline", "ended", "other"
let savedAt = "";
const first = line.textContent;
const tell = (words) => {
  const parts = [];
  const n = waiting().length;
  if (trouble === "ended") parts.push(say("Ended", { n }));
  else if (trouble === "other") parts.push(say("Other"));
  else if (trouble === "offline") parts.push(say("Offline"), n && say(kept ? "Kept" : "Unkept", { n }));
  else if (words) parts.push(words);
  else parts.push(savedAt ? say("Saved", { at: savedAt }) : first);
  if (held("refused")) parts.push(say("Refused", { n: held("refused") }));
  if (held("conflict")) parts.push(say("Disputed", { n: held("conflict") }));
  const text = parts.filter(Boolean).join(" ");
  if (line.textContent !== text) line.textContent = text;
  box.querySelector("[data-drafts-login]").hidden = trouble !== "ended";
  box.dataset.trouble = trouble;
  homeless();
};

// Sending
const others = globalThis.BroadcastChannel && new BroadcastChannel(`jenjang ${person} ${month}`);
const alone = (act) => (navigator.locks ? navigator.locks.request(`jenjang ${person} ${month}`, act) : act());
const pause = Number(box.dataset.patience) || 20000;
class Stop extends Error {}

const ask = async (url, body) => {
  const answer = await fetch(url, {
    method: body ? "POST" : "GET", body, signal: AbortSignal.timeout(pause), keepalive: document.hidden && (body || "").length < 60000,
    headers: { "X-CSRFToken": token.value, "Content-Type": "application/json", Accept: "application/json" },
  });
  if (answer.status === 401 || answer.redirected) throw new Stop("ended");
  if (answer.status === 403) throw new Stop("token");
  if (answer.status === 429 || answer.status >= 500) throw new Error(answer.status);
  if (!answer.ok) throw new Stop("strange");
  return answer.json();
};

/** A fresh token, the versions, and what others changed in cells untouched here. */
const refresh = async () => {
  const state = await ask(`${box.dataset.state}?language=${language}`);
  if (state.person !== person) throw new Stop("other");
  for (const one of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) one.value = state.csrf;
  for (const [report, { version, cells }] of Object.entries(state.reports)) {
    const shown = form.elements[`r${report}-version`];
    if (!shown) continue;
    shown.value = version;
    for (const [cell, text] of Object.entries(cells)) {
      const name = `r${report}-${cell}`;
      if (!fields(name).length || rows.has(name) || !clean(name)) continue;
      const same = value(name) === alike.get(name) && text === known(name);
      settle(name, text);
      if (!same) lay(name, text);
    }
  }
};

/** An amount however it is grouped. */
const bare = (row, text) => (row.number ? text.replace(language === "id" ? /[^\d,-]/g : /[^\d.-]/g, "").replace(/[.,]0*$/, "") : text.trim());

const judged = (sent, answer) => (row, name) => {
  const [, report, cell] = CELL.exec(name);
  const told = answer.reports[report];
  const { text } = sent.get(name);
  const stored = told?.saved[cell];
  if (stored !== undefined) {
    settle(name, stored);
    alike.set(name, text);
    if (!row || row.text === text) return undefined;
    return { ...row, was: stored, tried: [] };
  }
  if (!row) return row;
  const conflict = told?.conflicts[cell];
  // An answer was lost: this is one's own.
  if (conflict && row.tried.some((one) => one !== text && bare(row, one) === bare(row, conflict.stored))) return { ...row, was: conflict.stored, tried: [] };
  if (row.text !== text) return row;
  if (conflict) return { ...row, held: { kind: "conflict", ...conflict } };
  return { ...row, tried: [], held: { kind: "refused", say: told?.refused[cell] || told?.closed || say("Closed") } };
};

const absorb = (sent, answer) => {
  let moved = false;
  for (const [name, { text }] of sent) {
    const [, report, cell] = CELL.exec(name);
    const stored = answer.reports[report]?.saved[cell];
    if (!fields(name).length) continue;
    if (stored !== undefined && !rows.has(name)) {
      const untouched = value(name) === text || clean(name);
      settle(name, stored);
      if (untouched && (value(name) !== text || document.activeElement !== fields(name)[0])) lay(name, stored);
    }
    paint(name, stored !== undefined);
  }
  for (const [report, { version }] of Object.entries(answer.reports)) {
    const shown = form.elements[`r${report}-version`];
    if (!shown || !version) continue;
    moved ||= version > Number(shown.value) + 1;
    shown.value = version;
  }
  savedAt = answer.saved_at;
  form.dispatchEvent(new CustomEvent("jenjang:saved", { detail: answer }));
  return moved;
};

const batch = async () => {
  await look();
  const list = waiting().sort((one, other) => one.at - other.at).slice(0, MOST).map((row) => row.name);
  if (!list.length) return trouble && refresh();
  // Noted first: should the answer be lost, it is known again.
  await change(list, (row) => row && { ...row, tried: [...row.tried.filter((one) => one !== row.text), row.text].slice(-9) });
  const sent = new Map(list.filter((name) => rows.has(name)).map((name) => [name, rows.get(name)]));
  const reports = {};
  for (const [name, { text, was }] of sent) {
    const [, report, cell] = CELL.exec(name);
    (reports[report] ||= {})[cell] = { text, was };
  }
  const answer = await ask(box.dataset.cells, JSON.stringify({ language, reports }));
  sessionStorage[month] = Date.now();
  await change([...sent.keys()], judged(sent, answer));
  const moved = absorb(sent, answer);
  others?.postMessage({ sent, answer, language });
  if (moved) await refresh();
};

const tried = async () => {
  try {
    await batch();
  } catch (error) {
    if (error.message !== "token") throw error;
    await refresh(); // signed in anew
    await batch();
  }
};

let timer;
let delay = 0;
let queued = null;
let running = Promise.resolve();
const soon = (wait) => { clearTimeout(timer); timer = setTimeout(send, wait); };
const attempt = async () => {
  queued = null;
  try {
    await alone(tried);
    trouble = "";
    delay = 0;
  } catch (error) {
    if (error instanceof Stop && ["strange", "token"].includes(error.message)) {
      await change(waiting().map((row) => row.name), (row) => row && { ...row, held: { kind: "refused", say: say("Strange") } });
      rows.forEach((_, name) => paint(name));
    } else {
      trouble = error instanceof Stop ? error.message : "offline";
      delay = Math.min(delay * 2 || 500, 30000);
    }
  }
  tell();
  if (trouble) soon(delay * (0.75 + Math.random() / 2));
  else if (waiting().length) soon(0);
};
function send() {
  clearTimeout(timer);
  queued ||= running = running.then(attempt);
  return queued;
}
const flush = async () => {
  do await send(); while (waiting().length && !trouble);
};

// Typing
const label = (field) => field.getAttribute("aria-label") || field.labels?.[0]?.textContent.trim() || field.name;
const typed = async (name) => {
  const text = value(name);
  const [field] = fields(name);
  typing += 1;
  await change([name], (row) => {
    const was = row ? row.was : known(name);
    // What may be with the site must be taken back there too.
    if (!row?.tried.length && (text === was || (!row && text === alike.get(name)))) return undefined;
    return { person, month, name, text, was, tried: row?.tried || [], language, number: Boolean(field.dataset.kind), label: label(field), at: row?.at || Date.now() };
  });
  typing -= 1;
  paint(name);
  others?.postMessage({ name, text, language });
  if (!kept) tell();
};
form.addEventListener("input", ({ target }) => {
  if (laying || !CELL.test(target.name)) return;
  if (!clean(target.name)) anchor(target.name).dataset.save = "waiting";
  typed(target.name);
  if (!trouble) soon(400);
});
for (const kind of ["change", "focusout"]) {
  form.addEventListener(kind, async ({ target }) => {
    if (laying || !CELL.test(target.name)) return;
    if (!clean(target.name) && rows.get(target.name)?.text !== value(target.name)) await typed(target.name);
    else if (kind === "focusout" && !rows.has(target.name) && value(target.name) === alike.get(target.name)) lay(target.name, known(target.name));
    if (!trouble && (writing || waiting().length)) send();
  });
}
others?.addEventListener("message", async ({ data }) => {
  await look();
  if (data.sent) {
    if (data.language === language) absorb(data.sent, data.answer);
    else await refresh().catch(() => undefined);
  } else if (fields(data.name).length) {
    const row = rows.get(data.name);
    if (row && document.activeElement !== fields(data.name)[0]) lay(data.name, row.text);
    paint(data.name);
  }
  tell();
});
const wake = () => {
  delay = 0;
  if (trouble || waiting().length) send();
};
addEventListener("online", wake);
addEventListener("focus", wake);
document.addEventListener("visibilitychange", wake);
addEventListener("offline", () => { trouble = "offline"; tell(); soon(1000); });
addEventListener("pageshow", ({ persisted }) => {
  leaving = false;
  if (persisted) alone(refresh).catch(() => undefined);
});

// The buttons, and leaving
let leaving = false;
const chosen = () => [...form.querySelectorAll("input[type=file]")].some((field) => field.files.length);
const onward = () => {
  const ticked = [...form.querySelectorAll("[data-select-item]:checked")].map((one) => /\d+/.exec(one.name)[0]);
  location.assign(box.dataset.check + (ticked.length ? `&reports=${ticked}` : ""));
};
form.addEventListener("submit", async (event) => {
  const { submitter } = event;
  if (leaving || event.defaultPrevented) return;
  event.preventDefault();
  const act = submitter?.name === "act" ? submitter.value : submitter ? "other" : "save";
  await flush();
  const disputed = form.querySelector(".dispute button");
  if (trouble || (disputed && act !== "save")) {
    tell();
    disputed?.focus();
  } else if (act === "save" && !chosen()) tell(rows.size ? "" : say("All"));
  else {
    leaving = true;
    if (act === "check" && !chosen()) onward();
    else form.requestSubmit(submitter);
  }
});
addEventListener("beforeunload", (event) => {
  if (!leaving && (typing || (!kept && rows.size) || chosen())) event.preventDefault();
});

const begin = async () => {
  await look();
  const names = new Set([...form.elements].map((field) => field.name).filter((name) => CELL.test(name)));
  // Kept, gone back to, loaded again or overtaken: the page may be older than the last save.
  if (sessionStorage[month] > performance.timeOrigin || navigator.serviceWorker?.controller || performance.getEntriesByType("navigation")[0]?.type !== "navigate") {
    await alone(refresh).catch((error) => { trouble = error instanceof Stop ? error.message : "offline"; });
  }
  for (const name of names) if (!rows.has(name) && !clean(name)) await typed(name);
  await change([...rows.keys()], (row) => row && { ...row, held: undefined });
  for (const [name, row] of rows) {
    if (fields(name).length) lay(name, row.text);
    paint(name);
  }
  if (rows.size) send();
  else if (trouble) { tell(); soon(1000); }
  box.dataset.ready = "";
};
begin();
