// Checking answers: an example becomes a button that puts itself into the field it belongs to; printing has a button.
for (const example of document.querySelectorAll("[data-example]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = example.textContent;
  button.addEventListener("click", () => {
    const field = document.getElementById(example.dataset.example);
    const before = field.value.trim();
    field.value = before ? `${before} ${example.textContent}` : example.textContent;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  example.replaceWith(button);
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
