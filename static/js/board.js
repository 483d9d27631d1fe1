// The board looks again every 20 seconds while it is seen. What is ticked, focused and scrolled stays; 204 means: nothing new.
const EVERY = 20000;
const live = document.querySelector("[data-live]");
const names = (box) => `${box.name} ${box.value}`;

const kept = () => {
  const focus = document.activeElement;
  return {
    ticked: new Set([...live.querySelectorAll("input:checked")].map(names)),
    focus: live.contains(focus) ? focus.id || focus.getAttribute("href") : null,
    scroll: live.querySelector(".scroll"),
  };
};

const put = (html) => {
  const { ticked, focus, scroll } = kept();
  const [left, top] = scroll ? [scroll.scrollLeft, scroll.scrollTop] : [0, 0];
  live.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  for (const box of live.querySelectorAll("input[type=checkbox]")) box.checked = ticked.has(names(box));
  const now = live.querySelector(".scroll");
  if (now) now.scrollTo(left, top);
  if (focus) (document.getElementById(focus) || live.querySelector(`[href="${CSS.escape(focus)}"]`))?.focus({ preventScroll: true });
};

const look = async () => {
  if (document.hidden) return;
  const version = live.querySelector("[data-version]")?.dataset.version || "";
  try {
    const answer = await fetch(`${live.dataset.live}&seen=${encodeURIComponent(version)}`);
    // A session that ended leads to another page: the one that stands here stays.
    if (answer.status === 200 && !answer.redirected) put(await answer.text());
  } catch { /* without a line the board stays as it is */ }
};

if (live) {
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  live.addEventListener("click", (event) => {
    if (!event.target.closest("[data-refresh]")) return;
    event.preventDefault();
    look();
  });
}
