"use strict";
for (const button of document.querySelectorAll(".languages button")) {
  button.addEventListener("click", () => {
    const shown = button.dataset.show;
    document.documentElement.className = "show-" + shown;
    document.documentElement.lang = shown === "zh" ? "zh-CN" : "en";
    for (const other of document.querySelectorAll(".languages button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  });
}
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const sortBy = (head, place) => {
    const numeric = head.classList.contains("number");
    const descending = head.getAttribute("aria-sort") === "none" ? numeric : head.getAttribute("aria-sort") === "ascending";
    const rows = [...table.tBodies[0].rows];
    const key = row => row.cells[place].dataset.key;
    rows.sort((a, b) => numeric ? key(a) - key(b) : key(a).localeCompare(key(b), "zh"));
    if (descending) rows.reverse();
    table.tBodies[0].append(...rows);
    heads.forEach(other => other.setAttribute("aria-sort", other === head ? (descending ? "descending" : "ascending") : "none"));
  };
  heads.forEach((head, place) => {
    head.firstElementChild.addEventListener("click", () => sortBy(head, place));
    head.firstElementChild.addEventListener("keydown", event => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sortBy(head, place); }
    });
  });
}
