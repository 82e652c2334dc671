/* Lists whose rows open: a click selects, a double-click or Enter opens, arrows move.

   <table role="grid"><tbody data-rows> <tr data-href="/deliveries/1/" aria-selected="false"> …
   A link or button outside the table with data-opens-selected follows the selection. */
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
    for (const opener of document.querySelectorAll("[data-opens-selected]")) opener.hidden = false;
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

  document.addEventListener("htmx:afterSettle", prepare);
  document.addEventListener("DOMContentLoaded", prepare);
  if (document.readyState !== "loading") prepare();
})();
