// Compares a PDF with the published fingerprint inside the browser: the file never leaves the machine.
// <div data-verify data-sha256="..." data-text-busy data-text-same data-text-other data-text-none hidden>
//   <input type=file> <div data-answer role=status></div></div>
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const answer = (box, tone, text, sum = "") => {
  const place = box.querySelector("[data-answer]");
  const note = document.createElement("div");
  note.className = `note ${tone}`;
  const inner = document.createElement("div");
  const sentence = document.createElement("b");
  sentence.textContent = text;
  inner.append(sentence);
  if (sum) {
    const line = document.createElement("p");
    line.className = "hash";
    line.textContent = `SHA-256 ${sum}`;
    inner.append(line);
  }
  note.append(inner);
  place.replaceChildren(note);
};

const check = async (box, file) => {
  const { sha256, textBusy, textSame, textOther, textNone } = box.dataset;
  if (!file) return;
  answer(box, "", textBusy.replace("%(name)s", file.name));
  try {
    const sum = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const same = sum === sha256.toLowerCase();
    answer(box, same ? "green" : "red", (same ? textSame : textOther).replace("%(name)s", file.name), sum);
  } catch {
    answer(box, "amber", textNone.replace("%(name)s", file.name));
  }
};

for (const box of document.querySelectorAll("[data-verify]")) {
  // crypto.subtle exists on secure origins only; elsewhere the page keeps showing the sum to compare by hand.
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
