// Hands a link on: by the device's own sharing where it has one, else into the clipboard.
// <button type="button" data-share="https://..." data-title="..." data-text-done="..." hidden> beside <span role="status">
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share && !navigator.clipboard) continue; // the address itself stands beside it
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { share: url, title, textDone } = button.dataset;
    try {
      if (navigator.share) return await navigator.share({ title, url });
      await navigator.clipboard.writeText(url);
      button.parentElement.querySelector("[role=status]").textContent = textDone;
    } catch {
      // The reader closed the sharing window, or the browser does not allow it: the address is still there.
    }
  });
}
