// Keeps the parts of a page marked data-live as the server sees them, without touching what somebody is typing.
"use strict";

const EVERY_MS = 3000;

async function refresh() {
  let fresh;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return; // signed out: the next click says so
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // a bad line: the next look may do
  }
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.querySelector(`[data-live="${old.dataset.live}"]`);
    // A button that is about to be pressed stays.
    if (now && now.innerHTML !== old.innerHTML && !old.contains(document.activeElement)) old.innerHTML = now.innerHTML;
  }
  if (fresh.querySelector("[data-live-on]")) setTimeout(refresh, EVERY_MS);
}

if (document.querySelector("[data-live-on]")) setTimeout(refresh, EVERY_MS);
