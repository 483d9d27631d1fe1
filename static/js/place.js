// Fills in where the device is, when somebody asks for it. Without this script the fields are filled in by hand.
// <p hidden data-here><button data-found data-denied> <span role=status></p>  <input id=latitude> <input id=longitude>
const line = document.querySelector("[data-here]");

if (line && navigator.geolocation && window.isSecureContext) {
  const [button, status] = [line.querySelector("button"), line.querySelector("[role=status]")];
  line.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        for (const name of ["latitude", "longitude"]) document.getElementById(name).value = coords[name].toFixed(6);
        document.getElementById("latitude").closest("details").open = true;
        status.textContent = button.dataset.found;
      },
      () => (status.textContent = button.dataset.denied),
      { timeout: 20000, maximumAge: 60000 },
    );
  });
}
