// One report as it is judged: which rows are shown, j and k between rows, and a comment that goes to its cell. Without this
// script the switch and the comments are links.
const rows = [...document.querySelectorAll("[data-rows] > tbody")];
const links = [...document.querySelectorAll("a[data-show]")];
const field = document.querySelector("input[name=show]");
const none = document.getElementById("rows-none");

// A row that is ticked for a return is never hidden: what is sent must be seen.
const fits = (row, show) => show === "all" || row.dataset.flags.split(" ").includes(show) || row.querySelector("input:checked");

const choose = (show) => {
  for (const row of rows) row.hidden = !fits(row, show);
  for (const table of document.querySelectorAll("[data-rows]")) {
    table.closest("section").hidden = !table.tFoot && ![...table.tBodies].some((row) => !row.hidden);
  }
  for (const link of links) {
    if (link.dataset.show === show) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  none.hidden = rows.some((row) => !row.hidden);
  field.value = show;
  const address = new URL(location.href);
  address.searchParams.set("show", show);
  history.replaceState(history.state, "", address);
};

for (const link of links) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(link.dataset.show);
  });
}

for (const link of document.querySelectorAll("a[data-about]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.getElementById("about").value = link.dataset.about;
    document.getElementById("comment-text").focus();
  });
}

// Only inside the tables: elsewhere j and k are letters. Rows without anything to press take the focus themselves.
const into = (row) => {
  const inside = row.querySelector("input, a[href]");
  if (!inside) row.tabIndex = -1;
  (inside || row).focus();
};

for (const table of document.querySelectorAll("[data-rows]")) {
  table.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    const here = event.target.closest("tbody");
    if (!step || !here || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = rows.filter((row) => !row.hidden);
    const next = shown[shown.indexOf(here) + step];
    if (!next) return;
    event.preventDefault();
    into(next);
  });
}
