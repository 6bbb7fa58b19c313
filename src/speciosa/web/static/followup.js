// @ts-check
"use strict";
// Add up a questionnaire as it is answered. The server scores it again; this is for the eye only.

/** @param {Element} part a questionnaire with radio buttons */
function addUp(part) {
  const chosen = [...part.querySelectorAll("input[type=radio]:checked")].filter(
    (box) => box instanceof HTMLInputElement && box.value !== "" && box.name.startsWith(`${part.getAttribute("data-total")}_`),
  );
  const sum = part.querySelector("[data-sum]");
  const answered = part.querySelector("[data-answered]");
  const total = chosen.reduce((so_far, box) => so_far + Number(/** @type {HTMLInputElement} */ (box).value), 0);
  if (sum) sum.textContent = String(total);
  if (answered) answered.textContent = String(chosen.length);
}

document.addEventListener("change", (event) => {
  const part = event.target instanceof Element ? event.target.closest("[data-total]") : null;
  if (part) addUp(part);
});
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-total]").forEach(addUp));
