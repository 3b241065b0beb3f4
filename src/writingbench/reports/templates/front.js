"use strict";
(() => {
  const words = JSON.parse(document.getElementById("front-words").textContent);

  // tables that sort: a button in each heading, what has no value always last
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const headings = [...table.querySelectorAll("th[data-sort]")];
    for (const heading of headings) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.setAttribute("aria-label", words.sort_by.replace("{name}", heading.dataset.name));
      heading.append(button);
      button.addEventListener("click", () => {
        const now = heading.getAttribute("aria-sort");
        const first = heading.dataset.sort === "descending" ? "descending" : "ascending";
        const order = now === "ascending" ? "descending" : now === "descending" ? "ascending" : first;
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", order);
        const column = heading.cellIndex;
        const sign = order === "ascending" ? 1 : -1;
        const text = heading.dataset.sort === "text";
        const value = (row) => {
          const cell = row.cells[column];
          return text ? cell.textContent.trim() : cell.dataset.value === undefined ? null : Number(cell.dataset.value);
        };
        const rows = [...body.rows].map((row) => [value(row), row]);
        rows.sort(([one], [other]) => {
          if (one === null || other === null) return (one === null) - (other === null);
          return sign * (text ? one.localeCompare(other) : one - other);
        });
        body.append(...rows.map(([, row]) => row));
      });
    }
  }

  // heatmaps: one tab stop, arrow keys between the cells, a line that says what the cell rests on
  for (const table of document.querySelectorAll("table.heat")) {
    const section = table.closest("section");
    const readout = section.querySelector(".readout");
    const choice = section.querySelector(".switch");
    const columns = [...table.tHead.rows[0].cells];
    const grid = [...table.tBodies].flatMap((body) => [...body.rows]).map((row) => [...row.cells].map((cell) => cell.firstElementChild));
    const linked = "linked" in table.dataset;
    for (const line of grid) {
      const address = line[0].closest("tr").dataset.link;
      line.forEach((link, column) => {
        link.tabIndex = -1;
        if (column && linked) link.href = `${address}&writer=${columns[column].dataset.run}`;
      });
    }
    let current = grid[0][Math.min(1, grid[0].length - 1)];
    current.tabIndex = 0;

    const where = (link) => {
      const row = grid.findIndex((line) => line.includes(link));
      return [row, grid[row].indexOf(link)];
    };
    const read = (link) => {
      const cell = link.parentElement;
      if (cell.tagName === "TH") return;
      const said = [cell.parentElement.cells[0].textContent.trim(), columns[cell.cellIndex].title, link.title];
      readout.textContent = said.join(words.dot);
    };
    const leave = (link) => {
      current.tabIndex = -1;
      current = link;
      current.tabIndex = 0;
    };
    table.addEventListener("focusin", (event) => {
      const link = event.target.closest("a");
      leave(link);
      read(link);
    });
    table.addEventListener("pointerover", (event) => {
      const link = event.target.closest("td")?.firstElementChild;
      if (link) read(link);
    });
    table.addEventListener("keydown", (event) => {
      const [row, column] = where(current);
      const last = [grid.length - 1, grid[0].length - 1];
      const moves = {
        ArrowUp: [row - 1, column],
        ArrowDown: [row + 1, column],
        ArrowLeft: [row, column - 1],
        ArrowRight: [row, column + 1],
        Home: [event.ctrlKey ? 0 : row, 0],
        End: [event.ctrlKey ? last[0] : row, last[1]],
        PageUp: [row - 10, column],
        PageDown: [row + 10, column],
      };
      const to = moves[event.key];
      if (!to || event.altKey || event.metaKey) return;
      event.preventDefault();
      grid[Math.max(0, Math.min(last[0], to[0]))][Math.max(0, Math.min(last[1], to[1]))].focus();
    });

    const low = Number(table.dataset.low);
    const high = Number(table.dataset.high);
    const steps = Number(table.dataset.steps);
    const moved = [...table.querySelectorAll("a[data-raw]")].map((link) => [link, link.textContent, link.parentElement.className]);
    choice.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      for (const one of choice.children) one.setAttribute("aria-pressed", String(one === button));
      const raw = button.dataset.show === "raw";
      table.classList.toggle("showing-raw", raw);
      for (const [link, text, colour] of moved) {
        const value = Number(link.dataset.raw);
        const step = Math.max(0, Math.min(steps - 1, Math.floor(((value - low) / (high - low)) * steps)));
        link.textContent = raw ? value.toFixed(1) : text;
        link.parentElement.className = raw ? `h${step}` : colour;
      }
    });
    choice.hidden = readout.hidden = false;
  }
})();
