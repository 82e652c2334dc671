/* Lists whose rows open: a click selects, a double-click or Enter opens, arrows move.

   <table role="grid"><tbody data-rows> <tr data-href="/deliveries/1/" aria-selected="false"> …
   A link or button outside the table with data-opens-selected follows the selection; one with
   data-acts-on-selected="pause" leads to that act on the rows that are ticked, or else on the one
   that is selected, where each of them holds it among its data-acts="pause cancel". */
"use strict";

(() => {
  const rowOf = (target) => target.closest("[data-rows] > tr[data-href]");
  const rowsOf = (row) => [...row.parentElement.querySelectorAll(":scope > tr[data-href]")];
  const isControl = (target) => target.closest("a, button, input, select, label") !== null;

  function select(row) {
    for (const other of rowsOf(row)) {
      const chosen = other === row;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
    }
    for (const opener of document.querySelectorAll("[data-opens-selected]")) {
      opener.setAttribute("href", row.dataset.href);
      opener.removeAttribute("aria-disabled");
    }
    followAll();
  }

  function chosen() {
    const ticked = [...document.querySelectorAll("[data-rows] input[name='id']:checked")];
    if (ticked.length) return ticked.map(rowOf);
    return [...document.querySelectorAll("[data-rows] > tr[aria-selected='true']")];
  }

  function can(row, name) {
    const holder = row.querySelector("[data-acts]");
    return holder !== null && holder.dataset.acts.split(" ").includes(name);
  }

  // Of one row an act leads to its page below the row's own, of several to one for all of them.
  function follow(act, rows) {
    const name = act.dataset.actsOnSelected;
    if (rows.length && rows.every((row) => can(row, name))) {
      const ids = rows.map((row) => `id=${row.querySelector("input[name='id']")?.value}`);
      const together = `${act.dataset.actsOnSeveral}?${ids.join("&")}`;
      act.setAttribute("href", rows.length > 1 ? together : `${rows[0].dataset.href}${name}/`);
      act.removeAttribute("aria-disabled");
    } else {
      act.removeAttribute("href");
      act.setAttribute("aria-disabled", "true");
    }
  }

  function followAll() {
    const rows = chosen();
    for (const act of document.querySelectorAll("[data-acts-on-selected]")) follow(act, rows);
  }

  function open(row) {
    window.location.assign(row.dataset.href);
  }

  function prepare() {
    for (const body of document.querySelectorAll("[data-rows]")) {
      const rows = [...body.querySelectorAll(":scope > tr[data-href]")];
      const reachable = rows.find((row) => row.tabIndex === 0 && row.hasAttribute("tabindex"));
      rows.forEach((row, index) => {
        if (!row.hasAttribute("tabindex")) row.tabIndex = !reachable && index === 0 ? 0 : -1;
      });
    }
    for (const opener of document.querySelectorAll(
      "[data-opens-selected], [data-acts-on-selected]",
    )) {
      opener.hidden = false;
    }
    followAll();
  }

  document.addEventListener("click", (event) => {
    const row = rowOf(event.target);
    if (row && !isControl(event.target)) select(row);
  });

  document.addEventListener("dblclick", (event) => {
    const row = rowOf(event.target);
    if (row && !isControl(event.target)) open(row);
  });

  const MOVES = {
    ArrowDown: (rows, at) => rows[Math.min(at + 1, rows.length - 1)],
    ArrowUp: (rows, at) => rows[Math.max(at - 1, 0)],
    Home: (rows) => rows[0],
    End: (rows) => rows[rows.length - 1],
  };

  document.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (!row || event.target !== row || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      open(row);
    } else if (event.key === " ") {
      event.preventDefault();
      select(row);
    } else if (event.key in MOVES) {
      event.preventDefault();
      const rows = rowsOf(row);
      const next = MOVES[event.key](rows, rows.indexOf(row));
      select(next);
      next.focus();
    }
  });

  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-rows] > tr[data-href]")) select(event.target);
  });

  // After choices.js, which ticks all of them.
  document.addEventListener("change", followAll);
  document.addEventListener("htmx:afterSettle", prepare);
  document.addEventListener("DOMContentLoaded", prepare);
  if (document.readyState !== "loading") prepare();
})();
