"use strict";
// Sorts and filters the class table. No request, no storage.
(() => {
  const body = document.querySelector("#students tbody");
  const rows = [...body.rows];
  const compare = (column, numeric, sign) => (one, other) => {
    const [a, b] = [one, other].map((row) => row.cells[column].dataset.sort);
    return sign * (numeric ? a - b : a.localeCompare(b, undefined, { numeric: true }));
  };
  document.querySelectorAll("#students thead button").forEach((button) => {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const numeric = button.hasAttribute("data-number");
      const now = head.getAttribute("aria-sort");
      const up = now ? now !== "ascending" : !numeric;
      document.querySelectorAll("#students th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      body.append(...rows.sort(compare(head.cellIndex, numeric, up ? 1 : -1)));
    });
  });
  const find = document.querySelector("#find");
  const attention = document.querySelector("#attention");
  const filter = () => {
    const wanted = find.value.trim().toLowerCase();
    for (const row of rows) {
      const text = row.cells[0].textContent + " " + row.cells[1].textContent + " " + row.cells[3].textContent;
      row.hidden = !text.toLowerCase().includes(wanted) || (attention.checked && row.dataset.attention !== "1");
    }
  };
  find.addEventListener("input", filter);
  attention.addEventListener("change", filter);
})();
