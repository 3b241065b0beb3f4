// The reading room: leads to what an address names, narrows and sorts the list, opens everything for printing.
(() => {
  "use strict";

  const opened = (name) => { try { return decodeURIComponent(name); } catch { return name; } };
  const named = (id) => id && (document.getElementById(id) || // else a run, by its fingerprint
    document.querySelector(`.part[data-runs~="${CSS.escape(id.split("-").pop())}"]`));

  // Open whatever hides the place that the address names, and go there.
  function lead() {
    const found = named(opened(location.hash.slice(1)));
    if (!found || !found.closest(".entry, .rows")) return;
    for (let at = found; at; at = at.parentElement) if (at.matches("details")) at.open = true;
    for (const mark of document.querySelectorAll("mark.here")) mark.classList.remove("here");
    if (found.matches("mark")) { // a passage may have been marked piece by piece
      const response = found.closest(".response"), key = found.id.slice(found.id.lastIndexOf("-") + 1);
      response.querySelector(".as-written input").checked = false;
      for (const mark of response.querySelectorAll(`mark[data-q~="${CSS.escape(key)}"]`)) mark.classList.add("here");
    }
    const reached = found.matches("details") ? found.querySelector("summary")
      : found.matches("li") ? found.querySelector("a") : found;
    if (!reached.matches("a, summary, [tabindex]")) reached.tabIndex = -1;
    reached.focus({ preventScroll: true });
    found.scrollIntoView({ block: found.matches("mark") ? "center" : "start" });
  }

  // On paper everything of an open query is there, also the parts of which only one is open on screen.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(".entry details")].filter((one) => !one.closest(".query:not([open])"))
      .map((one) => [one, one.open, one.getAttribute("name")]);
    for (const [one] of closed) { one.removeAttribute("name"); one.open = true; }
  });
  addEventListener("afterprint", () => {
    for (const [one, open, name] of closed) { one.open = open; if (name) one.setAttribute("name", name); }
    closed = [];
  });

  const list = document.getElementById("room-data") ? gallery() : null;
  let clicked = false; // a link was followed; else the reader went back, and stays where the browser puts him
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link) return;
    clicked = link.getAttribute("href").startsWith("#");
    if (clicked && link.hash === location.hash) { clicked = false; arrive(true); } // no address changes
    const row = link.closest(".rows > li");
    if (row && !clicked) history.replaceState({ row: row.id }, "");
  });
  function arrive(followed) {
    if (list && /^#?(queries(\?.*)?)?$/.test(location.hash)) list.read(followed && location.hash !== "");
    else lead();
  }
  addEventListener("hashchange", () => { arrive(clicked); clicked = false; });
  const [how] = performance.getEntriesByType("navigation");
  const fresh = !how || how.type === "navigate";
  if (fresh || list) arrive(fresh);
  const left = !fresh && named((history.state || {}).row);
  if (left) left.querySelector("a").focus();

  function gallery() {
    const { runs, names, short, rows, words } = JSON.parse(document.getElementById("room-data").textContent);
    const room = document.getElementById("queries");
    const form = room.querySelector("form.controls"), shown = room.querySelector(".shown");
    const table = room.querySelector(".list"), ul = room.querySelector(".rows");
    const items = [...ul.children];
    const searched = items.map((li, n) => ["number", "title", "about", "opening"]
      .map((part) => li.querySelector("." + part).textContent).concat(rows[n].d, rows[n].s).join(" ").toLowerCase());
    const figures = table.style.getPropertyValue("--figures");
    const least = (values) => values.reduce((a, b) => (b === null ? a : a === null ? b : Math.min(a, b)), null);
    const most = (values) => values.reduce((a, b) => (b === null ? a : a === null ? b : Math.max(a, b)), null);
    let writer = -1; // whose figures the rows show; -1: everybody's

    // What a row says of one writer, or of all of them.
    function figure(row) {
      const one = (values, all) => (writer < 0 ? all(values) : values[writer]);
      const found = {};
      for (const [place, kinds] of Object.entries(row.f)) {
        if (writer < 0 || +place === writer) {
          for (const [kind, count] of Object.entries(kinds)) found[kind] = (found[kind] || 0) + count;
        }
      }
      return { mean: one(row.m, least), lowest: one(row.lo, least), spread: one(row.sp, most), found,
        // contradictions come first, and thirty figures of one text do not outweigh everything else
        findings: Object.entries(found).reduce((sum, [kind, n]) => sum + (kind === "room_contradictions" ? 1000 * n : Math.min(n, 5)), 0) };
    }

    // Rows and head show the figures of the chosen writer.
    function show(all) {
      table.classList.toggle("one", writer >= 0);
      const own = table.querySelectorAll(".columns .figure:not(.mean)").length;
      table.style.setProperty("--figures", writer < 0 ? figures : own);
      if (writer >= 0) table.querySelector(".columns .own").textContent = short[writer];
      items.forEach((li, n) => {
        const { mean, lowest, spread, found } = all[n];
        const say = (where, value) => {
          const cell = li.querySelector(`.${where} b`);
          if (cell) cell.textContent = value === null ? "–" : value;
        };
        say("own", mean === null ? null : mean.toFixed(2));
        say("lowest", lowest);
        say("spread", spread);
        li.querySelector(".own .name").textContent = (writer < 0 ? "" : names[writer]) + " ";
        li.querySelector(".found").textContent =
          Object.entries(found).map(([kind, n]) => words.count.replace("{kind}", words[kind]).replace("{n}", n))
            .join(" · ");
        const link = li.querySelector("a.title");
        if (link) link.hash = writer < 0 ? "" : `${li.id}-${runs[writer]}`;
      });
    }

    function apply() {
      const wanted = Object.fromEntries(new FormData(form));
      const chosen = runs.indexOf(wanted.writer);
      const changed = chosen !== writer;
      writer = chosen;
      const figured = rows.map(figure);
      if (changed) show(figured);
      const terms = (wanted.text || "").toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      items.forEach((li, n) => {
        const row = rows[n];
        const stays = (!wanted.domain || row.d === wanted.domain) &&
          (!wanted.subdomain || row.s === wanted.subdomain) && (!wanted.language || row.l === wanted.language) &&
          (!wanted.requirement || row.r.includes(wanted.requirement)) &&
          (writer < 0 || !row.here || row.here.includes(writer)) && (!wanted.findings || figured[n].findings) &&
          terms.every((term) => searched[n].includes(term));
        li.hidden = !stays;
        count += stays ? 1 : 0;
      });
      const by = wanted.sort;
      const order = items.map((_, n) => n);
      if (by) {
        const value = (n) => (figured[n][by] === null ? Infinity : figured[n][by]);
        const up = by === "lowest" || by === "mean" ? 1 : -1;
        const last = (n) => (value(n) === Infinity ? 1 : 0);
        order.sort((a, b) => last(a) - last(b) || up * (value(a) - value(b)) || a - b);
      }
      if (order.some((n, place) => ul.children[place] !== items[n])) ul.append(...order.map((n) => items[n]));
      for (const group of form.elements.subdomain.querySelectorAll("optgroup")) {
        group.hidden = group.disabled = Boolean(wanted.domain) && group.dataset.domain !== wanted.domain;
      }
      shown.textContent = words.shown.replace("{shown}", count.toLocaleString("en"))
        .replace("{all}", items.length.toLocaleString("en"));
    }

    // The controls say what the address says.
    function read(go) {
      const said = new URLSearchParams(location.hash.split("?")[1] || "");
      for (const one of form.elements) {
        if (one.type === "checkbox") one.checked = said.has(one.name);
        else if (one.name) one.value = said.get(one.name) || "";
      }
      apply();
      if (!go) return;
      const title = document.getElementById("queries-title");
      title.focus({ preventScroll: true });
      title.scrollIntoView();
    }

    // The address says what the controls say; Back undoes a choice, but not letter by letter.
    function write(step) {
      const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
      const next = "#queries" + (said && "?" + said);
      if (next !== location.hash) history[step ? "pushState" : "replaceState"](null, "", next);
      apply();
    }

    form.hidden = false;
    form.addEventListener("input", (event) => write(event.target.name !== "text"));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector("button").addEventListener("click", () => {
      for (const one of form.elements) { one.value = one.type === "checkbox" ? one.value : ""; one.checked = false; }
      write(true);
    });
    ul.addEventListener("toggle", (event) => {
      const part = event.target.matches(".query[open]") && writer >= 0 &&
        event.target.querySelector(`.part[data-runs~="${CSS.escape(runs[writer])}"]`);
      if (part) part.open = true;
    }, true);
    return { read };
  }
})();
