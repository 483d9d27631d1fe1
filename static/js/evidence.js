// Few visits have to do with files, so the script that sends them is fetched when somebody turns to them: opens a block, drops
// or pastes a file, or left some on this device that were not sent yet.
const box = document.getElementById("evidence");
let asked;
const load = () => (asked ??= import(box.dataset.script));
const take = async (zone, files) => (await load()).take(zone, files);

const near = (target) => target?.closest?.("[data-evidence]") || target?.closest?.("tbody")?.querySelector("[data-evidence]");
const carries = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
const mark = (zone) => document.querySelectorAll("[data-evidence]").forEach((one) => one.classList.toggle("over-it", one === zone));

// A file that misses its place must not take the page away.
document.addEventListener("dragover", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  mark(near(event.target));
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
document.addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  mark(null);
  const zone = near(event.target);
  if (zone) take(zone, [...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  const zone = near(event.target) || document.querySelector("[data-evidence][open]");
  // A spreadsheet puts a picture of its cells beside their text; the text is meant.
  if (!files.length || !zone || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  take(zone, files);
});
document.addEventListener("toggle", ({ target }) => { if (target.matches("[data-evidence][open]")) load(); }, true);
let waits;
try { waits = localStorage.getItem("jenjang-evidence"); } catch { /* a browser that keeps nothing */ }
if (waits || document.querySelector("[data-evidence][open]")) load();
