// @ts-check
"use strict";
// Exposure over time that can be read point by point, over the drawing that the server made.

/**
 * @typedef {{percent: number, low: number[], high: number[]}} Band
 * @typedef {{name: string, unit: string, time: number[], median: number[], bands: Band[]}} Curve
 */

/** @param {string} name of a colour in the style sheet @returns {string} */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {Curve} curve @param {number} at @returns {string} one point in words */
function words(curve, at) {
  const bands = curve.bands.map((band) => `${band.percent} % between ${band.low[at]} and ${band.high[at]}`);
  return `${curve.time[at]} h: median ${curve.median[at]} ${curve.unit}; ${bands.reverse().join("; ")}`;
}

/** @param {HTMLElement} figure @param {Curve} curve @param {number} number */
function enhance(figure, curve, number) {
  const box = document.createElement("div");
  box.className = "live-chart";
  box.setAttribute("aria-hidden", "true"); // the slider and the table say the same
  const values = document.createElement("div");
  values.className = "live-values";
  const label = document.createElement("label");
  const slider = document.createElement("input");
  const told = document.createElement("output");
  slider.type = "range";
  slider.id = `curve-${number}-time`;
  label.htmlFor = slider.id;
  label.textContent = "Time";
  slider.max = String(curve.time.length - 1);
  slider.value = String(curve.median.indexOf(Math.max(...curve.median)));
  values.append(label, slider, told);
  figure.prepend(box, values);
  figure.classList.add("has-live");

  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
  const accent = colour("--accent");
  const edges = curve.bands.flatMap((band) => [band.high, band.low]);
  const chart = new uPlot(
    {
      width: Math.max(figure.clientWidth, 240),
      height: 260,
      legend: { show: false },
      cursor: { drag: { x: true, y: false } },
      scales: { x: { time: false }, y: { range: (_, _low, high) => [0, high > 0 ? high * 1.05 : 1] } },
      axes: [{ ...axis, label: "hours" }, { ...axis, label: curve.unit, size: 60 }],
      series: [{}, { stroke: accent, width: 2 }, ...edges.map(() => ({ stroke: accent, width: 0.5, points: { show: false } }))],
      bands: curve.bands.map((_, index) => ({ series: [2 + 2 * index, 3 + 2 * index], fill: `${accent}33` })),
      hooks: {
        setCursor: [
          (/** @type {any} */ plot) => {
            if (plot.cursor.idx != null && plot.cursor.event) show(plot.cursor.idx, false);
          },
        ],
      },
    },
    [curve.time, curve.median, ...edges],
    box,
  );

  /** @param {number} at @param {boolean} move the mark on the chart as well */
  function show(at, move) {
    slider.value = String(at);
    slider.setAttribute("aria-valuetext", words(curve, at));
    told.textContent = words(curve, at);
    if (move) chart.setCursor({ left: chart.valToPos(curve.time[at], "x"), top: chart.valToPos(curve.median[at], "y") }, false);
  }
  slider.addEventListener("input", () => show(Number(slider.value), true));
  new ResizeObserver(() => {
    const width = Math.max(figure.clientWidth, 240);
    if (width !== chart.width) chart.setSize({ width, height: 260 });
  }).observe(figure);
  show(Number(slider.value), true);
}

document.addEventListener("DOMContentLoaded", () => {
  const report = document.querySelector("[data-curves]");
  if (!(report instanceof HTMLElement) || typeof uPlot === "undefined") return;
  /** @type {Curve[]} */
  const curves = JSON.parse(report.dataset.curves ?? "[]");
  report.querySelectorAll("figure[data-curve]").forEach((figure) => {
    if (!(figure instanceof HTMLElement)) return;
    const number = Number(figure.dataset.curve);
    if (curves[number]) enhance(figure, curves[number], number);
  });
});
