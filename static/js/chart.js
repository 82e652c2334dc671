/* A chart of what happened over time, drawn from the JSON that stands beside its table. */
"use strict";

(() => {
  const SERIES = {
    accepted: { tone: "--quiet", dash: [2, 3] },
    sent: { tone: "--progress", dash: [7, 4] },
    delivered: { tone: "--delivered", dash: [], width: 2, filled: true },
    failed: { tone: "--failed", dash: [10, 3, 2, 3] },
    clicks: { tone: "--cancelled", dash: [4, 2] },
    human: { tone: "--delivered", dash: [], width: 2, filled: true },
    suspected: { tone: "--cancelled", dash: [4, 2] },
    received: { tone: "--progress", dash: [7, 4] },
    applied: { tone: "--delivered", dash: [], width: 2, filled: true },
    refused: { tone: "--failed", dash: [10, 3, 2, 3] },
    dead: { tone: "--cancelled", dash: [4, 2] },
  };
  const HEIGHT = 240;
  // Nothing is counted by less than a minute, and times are written no closer.
  const MINUTE = 60, HOUR = 3600, DAY = 86400;
  const STEPS = [
    ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
    ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
    ...[1, 2, 5, 10, 30, 90, 365].map((days) => days * DAY),
  ];
  // Left to itself, uPlot shows a single point on an axis of years.
  const AROUND = { minute: 5 * MINUTE, hour: 6 * HOUR, day: 5 * DAY };
  const around = (at, step) => [at - AROUND[step], at + AROUND[step]];

  let plot = null;

  const place = () => document.querySelector("[data-chart]");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function points() {
    const data = document.getElementById("points-data");
    return data ? JSON.parse(data.textContent) : { at: [] };
  }

  function writers(chart) {
    // "23 Nov 2026", as everywhere on these pages.
    const language = chart.dataset.language === "en" ? "en-GB" : chart.dataset.language;
    const timeZone = chart.dataset.zone;
    const write = (options) => {
      const format = new Intl.DateTimeFormat(language, { timeZone, ...options });
      return (seconds) => format.format(new Date(seconds * 1000));
    };
    return {
      day: write({ day: "numeric", month: "short" }),
      time: write({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
      exact: write({ dateStyle: "medium", timeStyle: "short", hourCycle: "h23" }),
      number: (value) => new Intl.NumberFormat(language).format(value),
      short: (value) =>
        new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(value),
    };
  }

  function showValues(chart, names, writer, drawn) {
    const index = drawn.cursor.idx;
    for (const name of names) {
      const value = index == null ? null : drawn.data[names.indexOf(name) + 1][index];
      const output = chart.querySelector(`[data-series="${name}"] output`);
      output.textContent = value == null ? "" : writer.number(value);
    }
    chart.querySelector("[data-at]").textContent =
      index == null ? "" : writer.exact(drawn.data[0][index]);
  }

  function axes(writer) {
    const common = {
      stroke: colour("--muted"),
      font: `12px ${colour("--font")}`,
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1, size: 4 },
    };
    const times = (_plot, splits, _axis, _space, step) => {
      let last = "";
      return splits.map((at) => {
        const day = writer.day(at);
        const text = step >= DAY ? day : day === last ? writer.time(at) : `${writer.time(at)}\n${day}`;
        last = day;
        return text;
      });
    };
    return [
      { ...common, values: times, incrs: STEPS, space: 60, size: 42 },
      { ...common, values: (_plot, splits) => splits.map(writer.short), size: 56 },
    ];
  }

  function draw() {
    const chart = place();
    if (!chart || typeof uPlot === "undefined") return;
    const canvas = chart.querySelector(".chart__canvas");
    const { at, ...columns } = points();
    const names = Object.keys(columns);
    if (plot) plot.destroy();
    plot = null;
    chart.hidden = canvas.hidden = at.length === 0;
    if (at.length === 0) return;
    for (const item of chart.querySelectorAll("[data-series]")) {
      item.hidden = !names.includes(item.dataset.series);
    }
    const writer = writers(chart);
    const series = names.map((name) => ({
      label: name,
      stroke: colour(SERIES[name].tone),
      width: SERIES[name].width || 1.5,
      dash: SERIES[name].dash,
      fill: SERIES[name].filled ? `${colour(SERIES[name].tone)}22` : undefined,
      points: { show: at.length < 3 },
    }));
    plot = new uPlot(
      {
        width: canvas.clientWidth,
        height: HEIGHT,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), chart.dataset.zone),
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, y: false },
        scales: {
          x: { range: (drawn, first, last) => (drawn.data[0].length > 1 ? [first, last] : around(first, chart.dataset.step)) },
          y: { range: (_plot, _least, most) => [0, Math.max(most * 1.05, 1)] },
        },
        series: [{}, ...series],
        axes: axes(writer),
        hooks: { setCursor: [(drawn) => showValues(chart, names, writer, drawn)] },
      },
      [at, ...names.map((name) => columns[name])],
      canvas,
    );
    plot.names = names;
  }

  function refresh() {
    const { at, ...columns } = points();
    const names = Object.keys(columns);
    if (!plot || !at.length || String(plot.names) !== String(names)) {
      draw();
      return;
    }
    plot.setData([at, ...names.map((name) => columns[name])]);
  }

  function fit() {
    const canvas = document.querySelector(".chart__canvas");
    if (plot && canvas && canvas.clientWidth !== plot.width) {
      plot.setSize({ width: canvas.clientWidth, height: HEIGHT });
    }
  }

  document.addEventListener("DOMContentLoaded", draw);
  if (document.readyState !== "loading") draw();
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "points") refresh();
  });
  window.addEventListener("resize", fit);
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    window.matchMedia(query).addEventListener("change", draw);
  }
})();
