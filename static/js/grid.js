// The entry table as a ledger one can type through. The form works whole without this module: it only moves the
// focus, takes a block from a spreadsheet, and shows sums early. The server computes everything again.
// Numbers are read by the table's declared locale, never guessed, and reckoned in BigInt ten-thousandths: no float.
const MARKS = { id: [".", ","], en: [",", "."], ur: [",", "."] }; // [thousands, decimals]
const UNIT = 10000n;
const DECIMALS = { money: 2, points: 4, volume: 4 };
const LEEWAY = { money: 0n, points: 500n, volume: 0n }; // 0.05 points: thirds never add up to 100

const units = (sign, whole, part = "") => (sign ? -1n : 1n) * BigInt(whole + part.padEnd(4, "0"));

/** "-1234.5" as the server writes it in data attributes. */
export const plain = (text) => {
  const [, sign, whole, part] = /^(-)?(\d+)(?:\.(\d{1,4})\d*)?$/.exec(text || "0") || [, "", "0", ""];
  return units(sign, whole, part);
};

/** What a person typed: ten-thousandths, null when empty, undefined when it cannot be read in this locale. */
export const read = (text, locale, kind) => {
  const bare = text.replace(/^[\s\u00a0]*(Rp\.?|Rs\.?|PKR|IDR)?|[\s\u00a0%]+$/gi, "").replace(/^[\s\u00a0]+/, "").replace("\u2212", "-");
  if (!bare) return null;
  const [group, point] = (MARKS[locale] || MARKS.en).map((mark) => `\\${mark}`);
  const pattern = `^(-)?(\\d{1,3}(?:${group}\\d{3})+|\\d+)(?:${point}(\\d{1,${DECIMALS[kind]}}))?$`;
  const found = new RegExp(pattern).exec(bare);
  return found ? units(found[1], found[2].replace(/\D/g, ""), found[3]) : undefined;
};

/** Back to words: money without idle cents, points with two decimals (half up), volume as short as it goes. */
export const write = (value, locale, kind) => {
  const [group, point] = MARKS[locale] || MARKS.en;
  const size = value < 0n ? -value : value;
  const cut = kind === "volume" ? size : ((size + 50n) / 100n) * 100n;
  const whole = String(cut / UNIT).replace(/\B(?=(\d{3})+$)/g, group);
  let part = String(cut % UNIT).padStart(4, "0").slice(0, kind === "volume" ? 4 : 2);
  if (kind === "volume") part = part.replace(/0+$/, "");
  if (kind === "money" && part === "00") part = "";
  return (value < 0n && cut > 0n ? "-" : "") + whole + (part ? point + part : "");
};

/** Cells of a spreadsheet's clipboard: tabs, CR/LF, quoted cells with breaks and doubled quotes. */
export const table = (text) => {
  const rows = [[]];
  const cell = /("(?:[^"]|"")*"|[^\t\r\n]*)(\t|\r\n|\r|\n|$)/g;
  for (const [, raw, end] of text.matchAll(cell)) {
    rows.at(-1).push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (!end) break;
    if (end !== "\t") rows.push([]);
  }
  if (rows.length > 1 && rows.at(-1).join("") === "") rows.pop();
  return rows;
};

const enhance = (grid) => {
  const { locale } = grid.dataset;
  const form = grid.closest("form");
  const rtl = getComputedStyle(grid).direction === "rtl";
  const line = form.querySelector("[data-grid-say]") || document.getElementById("status");
  const cells = [...grid.querySelectorAll("[data-kind]")];
  const inputs = cells.filter((cell) => cell.tagName === "INPUT" && !cell.readOnly && !cell.disabled);
  const entered = new Map(); // what a cell held when it was entered, for Escape
  const undo = [];
  let other = false;
  let leaving = false;

  const text = (key, values) => Object.entries(values).reduce((all, [name, value]) => all.replace(`%(${name})s`, value), grid.dataset[key] || "");
  const say = (words) => { if (line && line.textContent !== words) line.textContent = words; };
  const isInput = (cell) => cell.tagName === "INPUT";
  const valueOf = (cell) => (isInput(cell) ? read(cell.value, locale, cell.dataset.kind) : plain(cell.getAttribute("value")));
  const initial = (cell) => read(cell.defaultValue, locale, cell.dataset.kind);
  const changed = () => inputs.filter((cell) => valueOf(cell) !== initial(cell));

  const show = (row, name, words) => {
    const out = row.querySelector(`[data-out="${name}"]`);
    if (out) out.textContent = words;
  };

  const paint = (row, kind, before, ceiling, value) => {
    const total = before + value;
    const over = total - ceiling;
    show(row, "month", write(value, locale, kind));
    show(row, "cumulative", write(total, locale, kind));
    show(row, "remaining", write(-over, locale, kind));
    const share = ceiling > 0n ? ((total < 0n ? -1n : 1n) * ((total < 0n ? -total : total) * 2000000n + ceiling)) / (2n * ceiling) : null;
    show(row, "absorption", share === null ? "\u2013" : write(share, locale, "points"));
    row.classList.toggle("over", over > LEEWAY[kind]);
    return over > LEEWAY[kind] ? over : 0n;
  };

  const sum = (row, inside) => {
    const money = [...inside.querySelectorAll('[data-kind="money"]')];
    const value = money.reduce((all, cell) => all + (valueOf(cell) ?? 0n), 0n);
    paint(row, "money", plain(row.dataset.before), plain(row.dataset.ceiling), value);
  };

  const reckon = (cell) => {
    const row = cell.closest("tr");
    const { kind, before, ceiling } = cell.dataset;
    const value = valueOf(cell);
    const over = paint(row, kind, plain(before), plain(ceiling), value ?? 0n);
    const trouble = value === undefined ? text("textUnreadable", { value: cell.value }) : over ? text("textOver", { by: write(over, locale, kind) }) : "";
    const note = row.querySelector('[data-out="note"]');
    // A sentence of the server stays until the value it speaks of is changed.
    if (note && (trouble || value !== initial(cell) || note.dataset.live)) {
      note.textContent = trouble;
      note.hidden = !trouble;
      note.dataset.live = "yes";
      cell.toggleAttribute("aria-invalid", false);
      if (trouble) cell.setAttribute("aria-invalid", "true");
    }
    row.classList.toggle("changed", value !== initial(cell));
  };

  const reckonAll = (some) => {
    some.forEach(reckon);
    for (const body of new Set(some.map((cell) => cell.closest("tbody")))) {
      const row = body.querySelector("tr[data-item]");
      if (row) sum(row, body);
    }
    const total = grid.querySelector("tr[data-total]");
    if (total) sum(total, grid);
    const n = changed().length;
    const dirty = form.querySelector("[data-dirty]");
    if (dirty) {
      dirty.textContent = n ? text("textDirty", { n }) : "";
      dirty.hidden = !n;
    }
  };

  const tidy = (cell) => {
    const value = valueOf(cell);
    if (value !== null && value !== undefined) cell.value = write(value, locale, cell.dataset.kind === "points" && value % 100n ? "volume" : cell.dataset.kind);
  };

  const go = (cell) => {
    if (!cell) return;
    cell.focus();
    cell.select();
  };

  const neighbour = (cell, down, right) => {
    const rows = [...new Set(inputs.map((one) => one.closest("tr")))];
    const own = inputs.filter((one) => one.closest("tr") === cell.closest("tr"));
    if (right) return own[own.indexOf(cell) + right];
    const next = rows[rows.indexOf(cell.closest("tr")) + down];
    const there = next && inputs.filter((one) => one.closest("tr") === next);
    return there && there[Math.min(own.indexOf(cell), there.length - 1)];
  };

  const paste = (start, rows) => {
    const { kind } = start.dataset;
    const lines = [...new Set(cells.filter((cell) => cell.dataset.kind === kind).map((cell) => cell.closest("tr")))];
    const from = lines.indexOf(start.closest("tr"));
    const column = cells.filter((cell) => cell.closest("tr") === lines[from]).indexOf(start);
    const before = [];
    let skipped = 0;
    let rest = 0;
    rows.forEach((values, down) => values.forEach((raw, right) => {
      const line = lines[from + down];
      const cell = line && cells.filter((one) => one.closest("tr") === line)[column + right];
      if (!cell) rest += raw.trim() ? 1 : 0;
      else if (!inputs.includes(cell)) skipped += 1;
      else {
        before.push([cell, cell.value]);
        cell.value = raw.trim();
        tidy(cell);
      }
    }));
    undo.push(before);
    reckonAll(before.map(([cell]) => cell));
    say([text("textPasted", { n: before.length }), skipped && text("textSkipped", { n: skipped }), rest && text("textRest", { n: rest })].filter(Boolean).join(" "));
  };

  const takeBack = () => {
    const before = undo.pop();
    for (const [cell, old] of before) cell.value = old;
    reckonAll(before.map(([cell]) => cell));
    say(text("textUndone", { n: before.length }));
  };

  grid.addEventListener("focusin", ({ target }) => {
    if (inputs.includes(target)) entered.set(target, target.value);
  });
  grid.addEventListener("focusout", ({ target }) => {
    if (inputs.includes(target) && target.value !== entered.get(target)) tidy(target);
  });
  grid.addEventListener("input", ({ target }) => {
    if (!inputs.includes(target)) return;
    undo.length = 0;
    reckonAll([target]);
  });
  grid.addEventListener("paste", (event) => {
    const words = event.clipboardData.getData("text/plain");
    if (!inputs.includes(event.target) || !/[\t\n\r]/.test(words.replace(/[\r\n]+$/, ""))) return;
    event.preventDefault();
    paste(event.target, table(words));
  });
  grid.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (!inputs.includes(target) || event.isComposing || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z" && undo.length) {
      event.preventDefault();
      return takeBack();
    }
    if (event.ctrlKey || event.metaKey) return;
    const forward = rtl ? "ArrowLeft" : "ArrowRight";
    const backward = rtl ? "ArrowRight" : "ArrowLeft";
    const atEdge = target.selectionStart === target.selectionEnd || target.selectionEnd - target.selectionStart === target.value.length;
    let next;
    if (key === "Enter") next = neighbour(target, event.shiftKey ? -1 : 1, 0);
    else if (key === "ArrowDown") next = neighbour(target, 1, 0);
    else if (key === "ArrowUp") next = neighbour(target, -1, 0);
    else if (key === forward && atEdge && target.selectionEnd === target.value.length) next = neighbour(target, 0, 1);
    else if (key === backward && atEdge && target.selectionStart === 0) next = neighbour(target, 0, -1);
    else if (key === "Escape") {
      target.value = entered.get(target) ?? target.defaultValue;
      reckonAll([target]);
      return target.select();
    }
    if (next || key === "Enter" || key === "ArrowDown" || key === "ArrowUp") event.preventDefault();
    go(next);
  });

  form.addEventListener("change", ({ target }) => { if (!inputs.includes(target) && !target.matches("[data-select-item], [data-select-all]")) other = true; });
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => { if (!leaving && (other || changed().length)) event.preventDefault(); });
  reckonAll(inputs);
};

if (globalThis.document) document.querySelectorAll("table[data-grid]").forEach(enhance);
