/* Lists and stories that ask for news: what the reader has chosen or is reading stays as it is.

   <tbody data-live data-rows hx-trigger="every 3s" …>, rows with ids.  Selection and focus move to
   the new rows; while text is marked or a pager is in use, the news wait. */
"use strict";

(() => {
  let selected = "";
  let focused = null;
  const live = (event) => event.target.closest && event.target.closest("[data-live]");

  const isReading = (body) => {
    const marked = window.getSelection();
    if (marked && !marked.isCollapsed && body.contains(marked.anchorNode)) return true;
    const pager = document.getElementById("pages");
    return pager !== null && pager.contains(document.activeElement);
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const body = live(event);
    if (body && isReading(body)) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const body = live(event);
    if (!body) return;
    const row = body.querySelector("tr[aria-selected='true']");
    selected = row ? row.id : "";
    const active = document.activeElement;
    const holder = body.contains(active) ? active.closest("tr") : null;
    focused = holder && { row: holder.id, inside: active !== holder };
  });

  document.addEventListener("htmx:afterSwap", () => {
    const row = selected && document.getElementById(selected);
    if (row) {
      row.setAttribute("aria-selected", "true");
      row.tabIndex = 0;
    }
    const holder = focused && document.getElementById(focused.row);
    if (holder) {
      if (!holder.hasAttribute("tabindex")) holder.tabIndex = -1;
      const target = focused.inside ? holder.querySelector("a") : holder;
      target.focus({ preventScroll: true });
    }
    selected = "";
    focused = null;
  });
})();
