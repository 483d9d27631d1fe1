// Judges a PDF inside the browser: the file never leaves the machine, only its fingerprint is asked for.
// <div data-verify data-find="/v/find/" [data-sha256 data-blocks [data-superseded]] data-text-... hidden>
//   <input type=file> <div data-answer role=status></div></div>
// approvals/papers.py decides by the same rules for `manage.py verify_pdf`.
const LARGEST = 64 * 1024 * 1024; // bytes; no document of ours comes near, and a phone must not run out of memory
const NAMED = /\/v\/([A-Za-z0-9_-]{1,24})(?=[/#?)\s]|$)/g;
const MOST_NAMES = 5;

const sha256 = async (bytes) =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** What the server says, or null when it cannot be asked. */
const ask = async (address) => {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
};

const written = (bytes) => new TextDecoder("latin1").decode(bytes);
const begins = (long, short) => short.every((byte, at) => byte === long[at]);

/** Whether a shorter file is the beginning of the published one, to the last byte. */
const cutOff = async (bytes, told) => {
  try {
    const ours = await fetch(told.file);
    return ours.ok && begins(new Uint8Array(await ours.arrayBuffer()), bytes);
  } catch {
    return false;
  }
};

/** What a copy is beside a published document: {kind, at, parts}. */
const compared = async (bytes, sum, told) => {
  if (sum === told.sha256) return { kind: "same" };
  if (sum === told.unsigned) return { kind: "unsigned" };
  const { size, block, blocks } = told;
  const ends = (index) => Math.min((index + 1) * block, size);
  let first = -1;
  let equal = 0;
  for (let index = 0; index < blocks.length; index++) {
    // Of a longer file our last, shorter block is cut out of its middle.
    const same = (await sha256(bytes.subarray(index * block, ends(index)))) === blocks[index];
    if (same) equal += 1;
    else if (first < 0) first = index;
  }
  if (first < 0) return { kind: written(bytes.subarray(size)).includes("/ByteRange") ? "resigned" : "appended", at: size };
  const whole = Math.floor(bytes.length / block);
  if (bytes.length < size && first >= whole && bytes.length && (await cutOff(bytes, told))) {
    return { kind: "cut", at: bytes.length };
  }
  return equal ? { kind: "changed", at: first * block, parts: blocks.length - equal } : { kind: "other" };
};

/** The verdict on a file: {kind, sentence, link, ...}. */
const judged = async (box, bytes, sum) => {
  const { sha256: own, blocks, find, superseded } = box.dataset;
  if (own && sum === own) return { kind: superseded ? "old" : "same" };
  const known = await ask(`${find}?sha256=${sum}`);
  if (known?.found) return { kind: own ? "another" : known.superseded ? "old" : "same", sentence: known.sentence, link: known.url };
  const here = blocks ? await ask(blocks) : null;
  if (here?.found) {
    const found = await compared(bytes, sum, here);
    if (found.kind !== "other") return { ...found, size: here.size, all: here.blocks.length };
  }
  const names = new Set([...written(bytes).matchAll(NAMED)].map((match) => match[1]));
  for (const name of [...names].slice(0, MOST_NAMES)) {
    const told = await ask(`${find.replace(/find\/$/, "")}${name}/blocks.json`);
    if (!told?.found || told.url === here?.url) continue;
    const found = await compared(bytes, sum, told);
    const of = { size: told.size, all: told.blocks.length, sentence: told.name, link: told.url };
    return found.kind === "other" ? { kind: "named", ...of } : { ...found, ...of };
  }
  if (own) return { kind: "other" };
  return { kind: known ? "unknown" : "unasked" };
};

const TONES = { same: "green", old: "violet", another: "amber", named: "amber", unknown: "amber", unasked: "amber", none: "amber", large: "amber", busy: "" };

const paragraph = (text, name = "") => {
  const line = document.createElement("p");
  line.className = name;
  line.textContent = text;
  return line;
};

const answer = (box, file, verdict, sum = "") => {
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const fill = (text) =>
    text.replace(/%\((\w+)\)s/g, (_, key) => (key === "name" ? file.name : numbers.format(verdict[key] ?? 0)));
  const note = document.createElement("div");
  note.className = `note ${TONES[verdict.kind] ?? "red"}`;
  note.dataset.kind = verdict.kind;
  const inner = document.createElement("div");
  const sentence = document.createElement("b");
  const text = box.dataset[`text${verdict.kind[0].toUpperCase()}${verdict.kind.slice(1)}`];
  sentence.textContent = fill(text);
  inner.append(sentence);
  if (verdict.sentence) inner.append(paragraph(verdict.sentence));
  if (verdict.link) {
    const line = paragraph("");
    const link = document.createElement("a");
    link.href = verdict.link;
    link.textContent = box.dataset.textOpen;
    line.append(link);
    inner.append(line);
  }
  if (sum) inner.append(paragraph(`SHA-256 ${sum}`, "hash"));
  note.append(inner);
  box.querySelector("[data-answer]").replaceChildren(note);
};

const turns = new WeakMap();

const check = async (box, file) => {
  if (!file) return;
  const turn = (turns.get(box) ?? 0) + 1;
  turns.set(box, turn);
  // A file that is chosen while another is still being read takes its place.
  const say = (verdict, sum) => turns.get(box) === turn && answer(box, file, verdict, sum);
  if (file.size > LARGEST) return say({ kind: "large" });
  say({ kind: "busy" });
  let bytes;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return say({ kind: "none" });
  }
  const sum = await sha256(bytes);
  say(await judged(box, bytes, sum), sum);
};

for (const box of document.querySelectorAll("[data-verify]")) {
  // crypto.subtle exists on secure origins only; elsewhere the page keeps showing how to compare by hand.
  if (!globalThis.crypto?.subtle) continue;
  box.hidden = false;
  box.querySelector("input[type=file]").addEventListener("change", (event) => check(box, event.target.files[0]));
  box.addEventListener("dragover", (event) => {
    event.preventDefault();
    box.classList.add("over");
  });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    check(box, event.dataTransfer.files[0]);
  });
}
