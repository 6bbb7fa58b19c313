// @ts-check
"use strict";
// What pages add when scripts run. Everything works without it.

/** Tell the server that a change was meant: htmx sends what forms send in a hidden field. */
document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  const detail = /** @type {CustomEvent} */ (event).detail;
  if (token) detail.ctx.request.headers["X-CSRF-Token"] = token.getAttribute("content") ?? "";
});

/** Bring the reader to what is wrong, or to what was saved elsewhere. */
function focusOnProblems() {
  const first = document.getElementById("problems") ?? document.getElementById("conflict");
  if (first) first.focus();
}

/** Open the folded parts that a link or a message points into. */
function openTarget() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id ? document.getElementById(id) : null;
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
    fold.open = true;
  }
  target.scrollIntoView();
  target.focus();
}

/** @param {HTMLElement} button copies the text of the element that data-copy names. */
async function copy(button) {
  const source = document.getElementById(button.dataset.copy ?? "");
  const told = document.getElementById(`${button.dataset.copy}-told`);
  if (!(source instanceof HTMLTextAreaElement) || !told) return;
  try {
    await navigator.clipboard.writeText(source.value);
    told.textContent = "Copied.";
  } catch {
    source.focus();
    source.select();
    told.textContent = "Selected; copy it with the keyboard.";
  }
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.dataset.copy) void copy(button);
  if (button?.dataset.act === "print") window.print();
});

document.addEventListener("DOMContentLoaded", () => {
  for (const hidden of document.querySelectorAll("[data-needs-script]")) hidden.removeAttribute("hidden");
  focusOnProblems();
  openTarget();
});
window.addEventListener("hashchange", openTarget);
