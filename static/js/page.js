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

  // Filters answer as they are chosen; the button stays for those without JavaScript.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });
})();
