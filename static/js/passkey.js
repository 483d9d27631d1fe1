// Passkeys: a button that asks the device, and puts what it answers into the form as JSON.
// [data-passkey] names the field (data-into) and says where the question comes from: an address to post to (data-ask), an
// address to read (data-question), or a script element of the page (data-options). data-submit: send the form at once.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const decoded = ({ publicKey }) => {
  const asked = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (asked[list]) asked[list] = asked[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return asked;
};

const encoded = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
};

const question = async (place, form) => {
  if (place.dataset.options) return JSON.parse(document.getElementById(place.dataset.options).textContent);
  const headers = { Accept: "application/json" };
  if (place.dataset.ask) headers["X-CSRFToken"] = form.elements.csrfmiddlewaretoken.value;
  const answer = await fetch(place.dataset.ask || place.dataset.question, {
    method: place.dataset.ask ? "POST" : "GET",
    headers,
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
};

// A key that opens the door alone must stay on the device and ask who holds it.
const alone = ({ publicKey }) => {
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  };
};

const use = async (place) => {
  const form = place.closest("form");
  const status = place.querySelector("[role=status]");
  try {
    const data = await question(place, form);
    if (data.creation_options && form.elements.passwordless?.checked) alone(data.creation_options);
    const credential = data.creation_options
      ? await navigator.credentials.create({ publicKey: decoded(data.creation_options) })
      : await navigator.credentials.get({ publicKey: decoded(data.request_options) });
    form.elements[place.dataset.into].value = encoded(credential);
    status.textContent = place.dataset.done || "";
    if ("submit" in place.dataset) form.requestSubmit();
  } catch {
    status.textContent = place.dataset.failed;
  }
};

if (window.PublicKeyCredential) {
  for (const place of document.querySelectorAll("[data-passkey]")) {
    place.hidden = false;
    place.querySelector("button").addEventListener("click", () => use(place));
  }
}
