/* What every page does by itself: say when the server is silent, close open menus. */
"use strict";

(() => {
  const lost = () => document.getElementById("connection");
  const say = (isLost) => {
    const line = lost();
    if (line) line.hidden = !isLost;
  };

  document.addEventListener("htmx:sendError", () => say(true));
  document.addEventListener("htmx:timeout", () => say(true));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) say(true);
  });
  document.addEventListener("htmx:afterOnLoad", () => say(false));

  // A page in the background need not ask for news; it asks as soon as it is looked at.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const polls = (event.target.getAttribute("hx-trigger") || "").includes("every");
    if (polls && document.hidden) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Of a row of tabs that is wider than the screen, where one is stays in sight.
  const showCurrent = () => {
    for (const row of document.querySelectorAll(".topnav, .tabs, .subtabs")) {
      const current = row.querySelector("[aria-current]");
      if (!current) continue;
      const [place, outer] = [current, row].map((each) => each.getBoundingClientRect());
      row.scrollLeft += place.left + place.width / 2 - (outer.left + outer.width / 2);
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", showCurrent);
  else showCurrent();

  // Filters answer as they are chosen; the button stays for those without JavaScript.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });
})();
