// The rest of the month's table, fetched when somebody begins to work in it: blocks from a spreadsheet, filling down, what
// was changed, the details in a drawer, warnings that come or go with a save. It acts through what grid.js hands over.
const DERIVED = 3; // closed columns to the right of this month: cumulative, remaining, absorption

/** Cells of a spreadsheet's clipboard: tabs, CR/LF, quoted cells with breaks and doubled quotes. */
export const table = (text) => {
  const rows = [[]];
  const cell = /("(?:[^"]|"")*"(?=[\t\r\n]|$)|[^\t\r\n]*)(\t|\r\n|\r|\n|$)/g;
  for (const [, raw, end] of text.matchAll(cell)) {
    rows.at(-1).push(raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (!end) break;
    if (end !== "\t") rows.push([]);
  }
  if (rows.length > 1 && rows.at(-1).join("") === "") rows.pop();
  return rows;
};

const made = (tag, words) => Object.assign(document.createElement(tag), words);

export const desk = ({ form, cells, locale, text, say, act, commit, tidied, shown, reveal, takeBack, write }) => {
  const bar = form.querySelector("[data-changed]");
  const list = document.querySelector("dialog[data-changes]");
  const drawer = document.querySelector("dialog[data-drawer]");
  const details = drawer.querySelector("[data-drawer-body]");

  // What one act changed, old beside new.
  const tell = (step, ...more) => {
    bar.hidden = !step.length;
    const words = text("textChanged", { n: step.length });
    list.querySelector("h2").textContent = words;
    list.querySelector("tbody").replaceChildren(...step.map(([el, old, now]) => {
      const row = document.createElement("tr");
      const name = made("th", { scope: "row", textContent: el.getAttribute("aria-label") || el.labels?.[0]?.textContent || el.name });
      row.append(name, ...[old, now].map((value) => made("td", { className: "num", textContent: value || "\u2013" })));
      return row;
    }));
    say(words, ...more);
  };
  list.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-undo], [data-close]")) return;
    list.close();
    if (target.closest("[data-undo]")) takeBack();
  });

  const paste = (start, clip) => {
    const rows = table(clip);
    const same = cells.filter((cell) => cell.kind === start.kind);
    const visible = same.filter(shown);
    const from = visible.indexOf(start);
    const changes = [];
    let [closed, rest] = [0, 0];
    rows.forEach((values, down) => values.forEach((raw, right) => {
      const cell = visible[from + down];
      const filled = raw.trim() ? 1 : 0;
      if (!cell || right > DERIVED) rest += filled;
      else if (right || !cell.open) closed += filled;
      else changes.push([cell.el, tidied(raw, cell)]);
    }));
    const end = visible[Math.min(from + rows.length, visible.length) - 1];
    const hidden = same.slice(same.indexOf(start), same.indexOf(end) + 1).filter((cell) => !shown(cell)).length;
    commit(start.el);
    const counted = [["textClosed", closed], ["textHidden", hidden], ["textRest", rest]];
    tell(act(changes), ...counted.map(([key, n]) => n && text(key, { n })));
  };

  // Only empty cells are filled: money below in its item, progress below in the table. An empty cell takes the one above.
  const fill = (cell) => {
    const column = cells.filter((one) => one.kind === cell.kind && (cell.kind !== "money" || one.item === cell.item));
    const at = column.indexOf(cell);
    commit(cell.el);
    const source = cell.el.value ? cell : column.slice(0, at).reverse().find((one) => shown(one) && one.value !== null);
    const below = cell.el.value ? column.slice(at + 1).filter((one) => one.value === null) : [cell];
    const free = below.filter((one) => one.open && shown(one));
    const raw = source && (source.open ? source.el.value : write(source.value, locale, cell.kind));
    const left = below.length - free.length;
    tell(raw ? act(free.map((one) => [one.el, raw])) : [], left && text("textSkipped", { n: left }));
    cell.el.focus();
  };

  // --- The details of a sub-activity -------------------------------------------------------------------------------
  const failed = (address) => {
    const told = made("p", { textContent: `${drawer.dataset.textFailed} ` });
    told.append(made("a", { href: address, target: "_blank", rel: "noopener", textContent: address }));
    details.replaceChildren(told);
  };
  const open = async (address) => {
    details.replaceChildren();
    if (!drawer.open) drawer.showModal();
    try {
      const answer = await fetch(`${address}?part=1`, { headers: { Accept: "text/html" } });
      // An ended session is answered with the sign-in page, which does not belong here.
      if (!answer.ok || answer.redirected) return failed(address);
      const told = new DOMParser().parseFromString(await answer.text(), "text/html");
      details.replaceChildren(...told.body.children);
      drawer.scrollTop = 0;
    } catch {
      failed(address);
    }
  };
  drawer.addEventListener("click", ({ target }) => {
    if (target === drawer) drawer.close();
    const copy = target.closest("[data-copy]");
    if (!copy) return;
    drawer.close();
    // Last month's words come in as one step.
    const found = ["problem_text", "follow_up_text", "public_note"].map((name) => [form.elements[`r${copy.dataset.copy}-${name}`], copy.dataset[name]]);
    const there = found.filter(([el, words]) => el && words);
    if (there.length) reveal(there[0][0]);
    tell(act(there));
  });

  // --- Warnings that come or go with a save ----------------------------------------------------------------------------
  const pattern = document.querySelector("template[data-warning]").content.firstElementChild;
  const warn = (item, warnings) => {
    const box = item.body.querySelector("[data-warnings]");
    if (!box) return;
    const marks = new Map(warnings.map((one) => [one.mark, one.sentence]));
    for (const old of box.querySelectorAll("[data-mark]")) {
      old.hidden = !marks.has(old.dataset.mark);
      if (!old.hidden) old.querySelector("p").textContent = marks.get(old.dataset.mark);
      marks.delete(old.dataset.mark);
    }
    for (const [mark, sentence] of marks) {
      const one = pattern.cloneNode(true);
      const area = one.querySelector("textarea");
      one.dataset.mark = mark;
      one.querySelector("p").textContent = sentence;
      area.name = area.id = one.querySelector("label").htmlFor = `r${item.id}-why-${mark}`;
      one.querySelector(".error").id = `${area.id}-note`;
      area.setAttribute("aria-describedby", `${area.id}-note`);
      box.append(one);
    }
  };

  return { paste, fill, open, warn, see: () => list.showModal() };
};
