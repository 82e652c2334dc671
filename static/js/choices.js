/* Lists with boxes to tick: one box ticks them all, and a form is sent once.

   <form data-choices> … <input type="checkbox" data-all hidden> … <input type="checkbox" name="id"> */
"use strict";

(() => {
  for (const form of document.querySelectorAll("form[data-choices]")) {
    const all = form.querySelector("[data-all]");
    const boxes = [...form.querySelectorAll("input[name='id']")];
    if (all && boxes.length) {
      all.hidden = false;
      all.addEventListener("change", () => {
        for (const box of boxes) box.checked = all.checked;
      });
      form.addEventListener("change", () => {
        const ticked = boxes.filter((box) => box.checked).length;
        all.checked = ticked === boxes.length;
        all.indeterminate = ticked > 0 && ticked < boxes.length;
      });
    }
  }
})();
