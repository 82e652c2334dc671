/* Acts that are sent once, and values that are copied.

   <form data-once>: a second press while the first is on its way does nothing.
   <button data-copies="id-of-an-input" hidden>: copies its value, and says so. */
"use strict";

(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  // A page that the browser kept may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  for (const button of document.querySelectorAll("[data-copies]")) {
    const source = document.getElementById(button.dataset.copies);
    const label = button.querySelector("span");
    const before = label.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      source.select();
      try {
        await navigator.clipboard.writeText(source.value);
        label.textContent = button.dataset.done;
        setTimeout(() => (label.textContent = before), 2000);
      } catch {
        // Without the right to the clipboard the value stays selected, to be copied by hand.
      }
    });
  }
})();
