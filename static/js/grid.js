// The entry table as a ledger one can type through. The form works whole without this module: it only moves the focus, takes
// back, filters, folds, and shows sums early (desk.js has the rest). The server computes everything again. Numbers are read by the table's declared locale, never guessed, and reckoned in BigInt
// ten-thousandths: no float. Sums are kept, not recomputed: a key touches its cell, its item and the total.
// Ways of writing, as the server names them: [between groups, decimals, digits of a group before the last three].
const MARKS = { id: [".", ",", 3], en: [",", ".", 3], lakh: [",", ".", 2] };
const UNIT = 10000n;
const MILLION = 1000000n * UNIT;
const DECIMALS = { money: 2, points: 4, volume: 4 };
const DIGITS = { money: 18, points: 3, volume: 14 };
const LONGEST = 60; // signs of a number, as the server has it
const GROUPS = { 2: /\B(?=(?:\d{2})*\d{3}$)/g, 3: /\B(?=(?:\d{3})+$)/g };
const LEEWAY = { money: 0n, points: 500n, volume: 0n }; // 0.05 points: thirds never add up to 100
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u061c]/g;
const ZEROS = [0x660, 0x6f0, 0x966, 0xff10]; // other scripts' digits, as far as keyboards here write them

const units = (sign, whole, part = "") => (sign ? -1n : 1n) * BigInt(whole + part.padEnd(4, "0"));

/** "-1234.5" as the server writes it in data attributes. */
export const plain = (text) => {
  const [, sign, whole, part] = /^(-)?(\d+)(?:\.(\d{1,4})\d*)?$/.exec(text || "0") || [, "", "0", ""];
  return units(sign, whole, part);
};

const bare = (text, locale, kind) => {
  let rest = text.replace(UNSEEN, "").replace(/[\u2010-\u2013\u2212\ufe63\uff0d]/g, "-").trim();
  rest = rest.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0);
    const zero = ZEROS.find((first) => code >= first && code < first + 10);
    return zero ? String(code - zero) : digit;
  });
  let sign = "";
  const inside = /^\((.*)\)$/.exec(rest);
  if (inside) [sign, rest] = ["-", inside[1].trim()];
  const unsign = () => {
    const found = !sign && /^([-+])\s*(.*)$/.exec(rest);
    if (found) [sign, rest] = [found[1], found[2]];
  };
  unsign();
  if (kind === "money") {
    rest = rest.replace(/^(?:rp\.?|idr|pkr|rs\.?|₨)\s*/i, "");
    unsign();
    rest = rest.replace(locale === "id" ? /,--?$/ : /\/-$/, "");
  }
  if (kind === "points") rest = rest.replace(/\s*[%\u066a]$/, "");
  const [group, point] = MARKS[locale] || MARKS.en;
  return [sign === "-", rest.replaceAll("\u066b", point).replaceAll("\u066c", group)];
};

/** What a person typed: ten-thousandths, null when empty, undefined when it cannot be read in this locale. */
export const read = (text, locale, kind) => {
  const [sign, rest] = bare(text, locale, kind);
  if (!rest && !text.replace(UNSEEN, "").trim()) return null;
  const [group, point, width] = MARKS[locale] || MARKS.en;
  const found = new RegExp(`^([1-9]\\d{0,${width - 1}}(?:\\${group}\\d{${width}})*\\${group}\\d{3}|\\d+)(?:\\${point}(\\d{1,${DECIMALS[kind]}}))?$`).exec(rest);
  const whole = found && found[1].replace(/\D/g, "");
  return found && rest.length <= LONGEST && whole.replace(/^0+/, "").length <= DIGITS[kind] ? units(sign, whole, found[2]) : undefined;
};

/** Back to words: money without idle cents, points with two decimals (half up), volume as short as it goes. */
export const write = (value, locale, kind) => {
  const [group, point, width] = MARKS[locale] || MARKS.en;
  const size = value < 0n ? -value : value;
  const cut = kind === "volume" ? size : ((size + 50n) / 100n) * 100n;
  const whole = String(cut / UNIT).replace(GROUPS[width], group);
  let part = String(cut % UNIT).padStart(4, "0").slice(0, kind === "volume" ? 4 : 2);
  if (kind === "volume") part = part.replace(/0+$/, "");
  if (kind === "money" && part === "00") part = "";
  return (value < 0n && cut > 0n ? "-" : "") + whole + (part ? point + part : "");
};

/** "1 miliar 250 juta" from scales as the server names them ("miliar:9 juta:6 ribu:3"); "" below a thousand. */
export const words = (value, locale, scales) => {
  let rest = value < 0n ? -value : value;
  if (rest < 1000n * UNIT) return "";
  const parts = [];
  for (const [word, power] of scales.split(" ").map((scale) => scale.split(":"))) {
    const size = 10n ** BigInt(power) * UNIT;
    if (rest >= size) parts.push(`${write((rest / size) * UNIT, locale, "money")} ${word}`);
    rest %= size;
  }
  if (rest) parts.push(write(rest, locale, "money"));
  return (value < 0n ? "-" : "") + parts.join(" ");
};

const enhance = (grid) => {
  const { locale, scales } = grid.dataset;
  const form = grid.closest("form");
  const find = (what) => form.querySelector(what);
  const line = find("[data-grid-say]");
  const steps = []; // own acts, the newest last: lists of [element, text before, text after]
  const entered = new Map(); // what a cell held when it was entered
  let last = null; // the cell that was in focus, for commands that are touched

  const text = (key, values = {}) => Object.entries(values).reduce((all, [name, value]) => all.replace(`%(${name})s`, value), grid.dataset[key] || "");
  const say = (...told) => { if (line) line.textContent = told.filter(Boolean).join(" "); };

  // --- What is there: items, cells, sums
  const outs = (row) => Object.fromEntries([...row.querySelectorAll("[data-out]")].map((out) => [out.dataset.out, out]));
  const valueOf = (cell) => (cell.open ? read(cell.el.value, locale, cell.kind) : plain(cell.el.getAttribute("value")));
  const stored = (cell) => (cell.open ? read(cell.el.defaultValue, locale, cell.kind) : valueOf(cell));
  const cells = [];
  const byElement = new Map();
  const whole = (row) => ({ row, before: plain(row.dataset.before), ceiling: plain(row.dataset.ceiling), sum: 0n });
  const total = whole(grid.querySelector("tr[data-total]"));
  const items = [...grid.tBodies].map((body) => {
    const item = { body, id: body.id.slice(1), ...whole(body.querySelector("tr[data-item]")) };
    item.cells = [...body.querySelectorAll("[data-kind]")].map((el) => {
      const { kind, before, ceiling, paid } = el.dataset;
      const open = el.tagName === "INPUT" && !el.readOnly && !el.disabled;
      const cell = { el, kind, item, open, row: el.closest("tr"), before: plain(before), ceiling: plain(ceiling), paid: paid && plain(paid) };
      // Browsers put typed texts back after a reload; what the server summed up is in defaultValue.
      cell.value = stored(cell);
      if (kind === "money") item.sum += cell.value ?? 0n;
      byElement.set(el, cell);
      cells.push(cell);
      return cell;
    });
    total.sum += item.sum;
    return item;
  });
  const itemOf = (node) => items.find((item) => item.body.contains(node));
  const shown = (cell) => !cell.item.body.hidden && !cell.item.body.classList.contains("folded");

  // --- Painting
  const show = (place, name, told) => { if (place.outs[name]) place.outs[name].textContent = told; };
  const paint = (place, kind, value) => {
    place.outs ||= outs(place.row);
    const { before, ceiling } = place;
    const sum = before + value;
    const over = sum - ceiling;
    show(place, "month", write(value, locale, kind));
    show(place, "cumulative", write(sum, locale, kind));
    show(place, "remaining", write(-over, locale, kind));
    const share = ceiling > 0n ? ((sum < 0n ? -1n : 1n) * ((sum < 0n ? -sum : sum) * 2000000n + ceiling)) / (2n * ceiling) : null;
    show(place, "absorption", share === null ? "\u2013" : write(share, locale, "points"));
    place.row.classList.toggle("over", over > LEEWAY[kind]);
    return over > LEEWAY[kind] ? over : 0n;
  };

  const spell = (cell) => {
    if (cell.kind !== "money" || !cell.open) return;
    const big = cell.value && (cell.value >= MILLION || cell.value <= -MILLION);
    const told = cell.value && (big || document.activeElement === cell.el) ? words(cell.value, locale, scales) : "";
    cell.words ||= cell.row.querySelector("[data-words]");
    if (!cell.words && told) {
      cell.words = Object.assign(document.createElement("span"), { className: "sub", id: `${cell.el.id}-words` });
      cell.words.dataset.words = "";
      cell.el.after(cell.words);
      cell.el.setAttribute("aria-describedby", `${cell.el.getAttribute("aria-describedby")} ${cell.words.id}`);
    }
    if (cell.words && cell.words.textContent !== told) cell.words.textContent = told;
  };

  const trouble = (cell, over) => {
    const note = document.getElementById(`${cell.el.id}-note`);
    const told = cell.value === undefined ? text("textUnreadable", { value: cell.el.value }) : over ? text("textOver", { by: write(over, locale, cell.kind) }) : "";
    // A sentence of the server stays until the value it speaks of is changed.
    if (!note || !(told || cell.value !== stored(cell) || note.dataset.live)) return;
    note.textContent = told;
    note.hidden = !told;
    note.dataset.live = "yes";
    cell.el.removeAttribute("aria-invalid");
    if (told) cell.el.setAttribute("aria-invalid", "true");
  };

  const gap = (cell) => {
    if (cell.paid === undefined || !cell.open || cell.value === undefined) return;
    const by = (cell.value ?? 0n) - cell.paid;
    const out = cell.row.querySelector("[data-gap]");
    if (out) out.textContent = by ? text("textGap", { by: write(by, locale, "money") }) : text("textSame");
  };

  const reckon = (cell) => {
    const old = cell.value;
    cell.value = valueOf(cell);
    const over = paint(cell, cell.kind, cell.value ?? 0n);
    if (cell.kind === "money" && old !== cell.value) {
      const by = (cell.value ?? 0n) - (old ?? 0n);
      cell.item.sum += by;
      total.sum += by;
      paint(cell.item, "money", cell.item.sum);
      paint(total, "money", total.sum);
    }
    trouble(cell, over);
    spell(cell);
    gap(cell);
    cell.row.classList.toggle("changed", cell.value !== stored(cell));
  };

  const touch = (el) => {
    const cell = byElement.get(el);
    if (cell) reckon(cell);
    const item = cell ? cell.item : itemOf(el);
    if (item) count(item);
  };

  // --- Own steps, each taken back by one Ctrl+Z
  const tidied = (raw, cell) => {
    const value = read(raw, locale, cell.kind);
    return value === null || value === undefined ? raw.trim() : write(value, locale, cell.kind === "points" && value % 100n ? "volume" : cell.kind);
  };
  const put = (el, told) => {
    el.value = told;
    if (entered.has(el)) entered.set(el, told);
    el.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const act = (changes) => {
    const step = changes.map(([el, told]) => [el, el.value, told]).filter(([, old, told]) => old !== told);
    for (const [el, , told] of step) put(el, told);
    if (step.length) steps.push(step);
    for (const button of form.querySelectorAll("[data-undo]")) button.disabled = !steps.length;
    return step;
  };
  const commit = (el) => {
    const cell = byElement.get(el);
    if (!cell || !entered.has(el)) return;
    const old = entered.get(el);
    if (el.value === old) return;
    const told = tidied(el.value, cell);
    el.value = old; // so that the step knows both
    act([[el, told]]);
  };
  const takeBack = () => {
    const el = document.activeElement;
    if (byElement.has(el) && entered.has(el) && el.value !== entered.get(el)) commit(el);
    const step = steps.pop();
    for (const button of form.querySelectorAll("[data-undo]")) button.disabled = !steps.length;
    if (!step) return;
    for (const [el2, old] of step) put(el2, old);
    const first = step[0][0];
    reveal(first);
    first.focus();
    find("[data-changed]").hidden = true;
    say(text("textUndone", { n: step.length }));
  };

  // --- What is fetched when somebody begins to work: blocks, filling, the drawer, warnings
  let fetched;
  const more = async (what) => {
    try {
      await (fetched ||= import(grid.dataset.desk).then(({ desk }) => desk({ form, cells, locale, text, say, act, commit, tidied, shown, reveal, takeBack, write })));
    } catch {
      fetched = undefined;
      return what && say(text("textOffline"));
    }
    return what && what(await fetched);
  };

  // --- Moving
  const reveal = (node) => {
    const item = itemOf(node);
    if (!item) return;
    item.body.hidden = false;
    fold(item, false);
    for (let box = node.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  };
  const move = (cell, way) => {
    let skipped = 0;
    for (let at = cells.indexOf(cell) + way; cells[at]; at += way) {
      if (cells[at].open && shown(cells[at])) {
        if (skipped) say(text("textSkipped", { n: skipped }));
        cells[at].el.focus();
        return cells[at].el.select();
      }
      skipped += 1;
    }
    commit(cell.el);
    return undefined;
  };

  // --- Folding and filtering
  const KEPT = `folded:${location.pathname}`;
  const fold = (item, closed) => {
    item.body.classList.toggle("folded", closed);
    const button = item.body.querySelector("[data-fold]");
    if (button) button.setAttribute("aria-expanded", String(!closed));
  };
  const remember = () => {
    try {
      sessionStorage.setItem(KEPT, items.filter((item) => item.body.classList.contains("folded")).map((item) => item.id).join());
    } catch { /* a browser that keeps nothing: the page opens unfolded next time */ }
  };
  const recall = () => {
    try {
      return (sessionStorage.getItem(KEPT) || "").split(",");
    } catch {
      return [];
    }
  };

  const choices = [...form.querySelectorAll("[data-show]")];
  const search = find("[data-search]");
  const counts = { empty: 0, warnings: 0, returned: 0 };
  const places = {};
  const isEmpty = (item) => item.cells.some((cell) => cell.open && cell.value === null && (cell.kind !== "money" || cell.ceiling)) || (item.body.querySelector("select[name$=-status]") || { value: "-" }).value === "";
  const KINDS = {
    empty: isEmpty,
    warnings: (item) => Boolean(item.body.querySelector("[data-mark]:not([hidden])")),
    returned: (item) => "returned" in item.body.dataset,
  };
  // The counts follow what is typed; rows vanish only when a filter is chosen, never under somebody's hands.
  const count = (item) => {
    item.is ||= {};
    for (const [kind, test] of Object.entries(KINDS)) {
      const now = test(item);
      if (now === item.is[kind]) continue;
      counts[kind] += now ? 1 : item.is[kind] === undefined ? 0 : -1;
      item.is[kind] = now;
      places[kind] ||= find(`[data-show="${kind}"] .count`);
      if (places[kind]) places[kind].textContent = counts[kind];
    }
  };
  items.forEach(count);
  const filter = (kind) => {
    const wanted = search ? search.value.trim().toLowerCase() : "";
    let n = 0;
    for (const item of items) {
      item.name ||= item.body.querySelector("[data-name]").textContent.toLowerCase();
      const fits = (!KINDS[kind] || item.is[kind]) && (!wanted || item.name.includes(wanted));
      item.body.hidden = !fits;
      n += fits ? 1 : 0;
    }
    for (const button of choices) {
      if (button.dataset.show === kind) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    const kept = find("input[name=show]");
    if (kept) kept.value = kind;
    const query = new URLSearchParams([["show", kind === "all" ? "" : kind], ["q", wanted]].filter(([, value]) => value));
    history.replaceState(history.state, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
    say(text("textShown", { n, of: items.length }));
  };

  // --- Events
  form.addEventListener("input", ({ target, isTrusted }) => {
    // What another module laid into a cell was not typed: nothing to take back.
    if (!isTrusted && entered.has(target)) entered.set(target, target.value);
    touch(target);
  });
  form.addEventListener("change", ({ target }) => { if (!byElement.has(target)) touch(target); });
  grid.addEventListener("focusin", ({ target }) => {
    const cell = byElement.get(target);
    if (!cell) return;
    last = cell;
    if (!fetched) more();
    entered.set(target, target.value);
    spell(cell);
  });
  grid.addEventListener("focusout", ({ target }) => {
    const cell = byElement.get(target);
    if (!cell) return;
    commit(target);
    entered.delete(target);
    queueMicrotask(() => spell(cell));
  });
  grid.addEventListener("paste", (event) => {
    const clip = event.clipboardData.getData("text/plain");
    const cell = byElement.get(event.target);
    if (!cell || !cell.open || !/[\t\n\r]/.test(clip.replace(/[\r\n]+$/, ""))) return;
    event.preventDefault();
    more((desk) => desk.paste(cell, clip));
  });

  const KEYS = {
    Enter: (cell, event) => move(cell, event.shiftKey ? -1 : 1),
    ArrowDown: (cell) => move(cell, 1),
    ArrowUp: (cell) => move(cell, -1),
    Escape: ({ el }) => {
      if (!entered.has(el) || el.value === entered.get(el)) return;
      put(el, entered.get(el));
      el.select();
    },
  };
  const WITH_CONTROL = {
    z: () => takeBack(),
    d: (cell) => more((desk) => desk.fill(cell)),
    enter: ({ item }) => openPanel(item),
  };
  const openPanel = (item) => item.body.querySelector("a[data-panel]").click();
  form.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.isComposing || event.altKey) return;
    const control = event.ctrlKey || event.metaKey;
    const cell = byElement.get(target);
    if (!cell || !cell.open) {
      if (control && key === "Enter" && itemOf(target)) {
        event.preventDefault();
        openPanel(itemOf(target));
      }
      return;
    }
    const known = control ? !event.shiftKey && WITH_CONTROL[key.toLowerCase()] : KEYS[key];
    if (!known || (control && key.toLowerCase() === "z" && !steps.length && target.value === entered.get(target))) return;
    if (key !== "Escape" || target.value !== entered.get(target)) event.preventDefault();
    known(cell, event);
  });

  form.addEventListener("click", (event) => {
    const { target } = event;
    const on = (what) => target.closest(what);
    if (on("[data-fold]")) {
      const item = itemOf(target);
      fold(item, !item.body.classList.contains("folded"));
      remember();
    } else if (on("[data-fold-all]")) {
      const closed = !items.every((item) => item.body.classList.contains("folded"));
      items.forEach((item) => fold(item, closed));
      on("[data-fold-all]").setAttribute("aria-expanded", String(!closed));
      remember();
    } else if (on("[data-fill]")) {
      if (last) more((desk) => desk.fill(last));
      else say(text("textFirst"));
    } else if (on("[data-undo]")) takeBack();
    else if (on("[data-see]")) more((desk) => desk.see());
    else if (on("[data-show]")) {
      event.preventDefault();
      filter(on("[data-show]").dataset.show);
    } else if (on("a[data-panel]") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      more((desk) => desk.open(on("a[data-panel]").href));
    }
  });
  if (search) {
    const now = () => filter((find("[data-show][aria-current]") || { dataset: { show: "all" } }).dataset.show);
    search.addEventListener("input", now);
    search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
  const lead = () => {
    const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place || !grid.contains(place)) return;
    reveal(place);
    if (place.matches("input, select, textarea")) place.focus();
    else place.scrollIntoView();
  };
  document.addEventListener("click", ({ target }) => { if (target.closest('a[href^="#r"]')) setTimeout(lead); });

  // --- What the server says after a save
  const adopt = (place, sums) => {
    place.before = plain(sums.before);
    place.sum = plain(sums.month);
    paint(place, "money", place.sum);
  };
  // As long as something waits or was refused, the live sum says what is on the screen.
  const settled = (list) => list.every((cell) => !cell.open || cell.value === stored(cell));
  form.addEventListener("jenjang:saved", ({ detail }) => {
    for (const [id, answer] of Object.entries(detail.reports || {})) {
      const item = items.find((one) => one.id === id);
      if (!item) continue;
      for (const cell of item.cells) cell.row.classList.toggle("changed", cell.value !== stored(cell));
      if (answer.warnings?.length || item.is.warnings) more((desk) => { desk.warn(item, answer.warnings || []); count(item); });
      if (answer.sums && settled(item.cells)) adopt(item, answer.sums);
      count(item);
    }
    if (detail.total && settled(cells)) adopt(total, detail.total);
  });

  for (const cell of cells) if (cell.open && cell.el.value !== cell.el.defaultValue) touch(cell.el);
  for (const tool of form.querySelectorAll("[data-tool]")) tool.hidden = false;
  const kept = recall();
  for (const item of items) if (kept.includes(item.id) && !("open" in item.body.dataset)) fold(item, true);
  lead();
  grid.dataset.ready = "yes";
};

if (globalThis.document) document.querySelectorAll("table[data-grid]").forEach(enhance);
