// Lists with ticks: "all" and a button that counts. Without this script the ticks and the button work as they are.
// <form data-select>  <input type=checkbox data-select-all hidden>  <input type=checkbox data-select-item>
// <button data-select-button data-text-none data-text-one data-text-many="Verify %(n)s reports">
for (const form of document.querySelectorAll("form[data-select]")) {
  const items = () => [...form.querySelectorAll("[data-select-item]:not(:disabled)")];
  const all = form.querySelector("[data-select-all]");
  const buttons = form.querySelectorAll("[data-select-button]");
  const holder = all && all.closest("[hidden]");
  if (holder) holder.hidden = false;

  const tell = () => {
    const boxes = items();
    const chosen = boxes.filter((box) => box.checked).length;
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    for (const button of buttons) {
      const text = chosen === 0 ? button.dataset.textNone : chosen === 1 ? button.dataset.textOne : button.dataset.textMany;
      const label = button.querySelector("[data-label]") || button;
      label.textContent = text.replace("%(n)s", chosen);
    }
  };

  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of items()) box.checked = all.checked;
    if (event.target === all || event.target.matches("[data-select-item]")) tell();
  });
  tell();
  window.addEventListener("pageshow", tell);
}
