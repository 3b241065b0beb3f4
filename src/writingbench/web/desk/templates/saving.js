// Saves what is typed as it is typed. While the server is away it is kept in this browser and sent again and again;
// what somebody else changed meanwhile is shown beside it, and nothing is ever thrown away without a word.
"use strict";
(() => {
  const { desk } = window, work = () => document.getElementById("work");
  if (!work()) return;
  const QUIET = 400, MOST = 1500, AGAIN = 1000, LOOK = 7000; // milliseconds
  const { words } = desk;
  const read = (within) => JSON.parse(within.querySelector("#state").textContent);
  const fields = new Map(); // name: { saved, value, sent: values under way, theirs: the newer one where they clash }
  const tab = Math.random().toString(36).slice(2);
  const listeners = []; // what is done with a page when it is there
  let state = desk.state = read(document), quiet = 0, latest = 0, again = 0, sending = null, away = false, showing = null;
  const name = `desk:${state.person}:${state.id}`, at = `/desk/item/${encodeURIComponent(state.id)}`;

  const dirty = (field) => !desk.same(field.value, field.saved);
  const open = () => [...fields].filter(([, field]) => dirty(field) && !field.theirs);
  desk.dirty = () => [...fields.values()].some(dirty);

  // What is not saved is kept here, each field with what it was typed on; another tab's fields stay.
  let stored = true;
  function keep() {
    try {
      const there = JSON.parse(localStorage.getItem(name) || "{}");
      for (const [key, one] of Object.entries(there)) if (one.tab === tab) delete there[key];
      for (const [key, field] of fields) {
        if (dirty(field)) there[key] = { tab, revision: state.revision, value: field.value, saved: field.saved, sent: field.sent };
      }
      if (Object.keys(there).length) localStorage.setItem(name, JSON.stringify(there));
      else localStorage.removeItem(name);
      stored = true;
    } catch { stored = false; }
  }

  desk.kept = () => stored;

  // Another value of a field, which somebody just typed or ticked.
  desk.set = (key, value) => {
    const field = fields.get(key);
    if (!field || desk.same(field.value, value)) return;
    field.value = value;
    keep();
    clearTimeout(quiet);
    quiet = setTimeout(send, QUIET);
    latest ||= setTimeout(send, MOST);
  };
  desk.get = (key) => fields.get(key)?.value;

  function tell(text, grave = false) {
    clearTimeout(showing);
    const saved = document.getElementById("saved");
    if (!saved) return;
    if (saved.textContent !== text) saved.textContent = text;
    saved.classList.toggle("grave", grave);
  }

  function send() {
    clearTimeout(quiet); clearTimeout(latest); clearTimeout(again);
    quiet = latest = again = 0;
    sending ||= attempt().finally(() => {
      sending = null;
      if (open().length && !again && !quiet && !refused()) quiet = setTimeout(send, QUIET); // typed meanwhile
    });
    return sending;
  }
  const refused = () => [...fields.values()].some((field) => field.refused && desk.same(field.refused, field.value));

  async function attempt() {
    const now = open().filter(([, field]) => !field.refused || !desk.same(field.refused, field.value));
    if (!now.length) return;
    const made = Object.fromEntries(now.map(([key, field]) => [key, field.value]));
    for (const [, field] of now) field.sent = [...field.sent, field.value].slice(-20);
    keep();
    if (!away) showing = setTimeout(() => tell(words.saving), 300);
    const answer = await desk.ask(`${at}/save`, { revision: state.revision, fields: made }, { keepalive: true });
    clearTimeout(showing);
    if ([0, 401, 502, 503, 504].includes(answer.status)) {
      away = true;
      tell(answer.status === 401 ? words.signed_out : stored ? words.not_saved : words.not_stored, true);
      again = setTimeout(send, AGAIN);
    } else if (answer.status === 409) {
      merge(answer);
      if (open().length) return attempt();
      await renew(); // what the page says of the older words
    } else if (answer.ok) {
      away = false;
      state.revision = answer.revision;
      for (const [key, field] of now) Object.assign(field, { saved: made[key], sent: [], refused: undefined });
      keep();
      if (!desk.dirty()) tell(desk.fill(words.saved, { time: desk.clock(Date.now() / 1000) }));
      state.holder = answer.holder;
      for (const id of ["in-hand", "release"]) document.getElementById(id)?.toggleAttribute("hidden", state.holder !== state.name);
      for (const listen of desk.saved) listen(answer);
    } else {
      for (const [, field] of now) field.refused = field.value;
      tell(answer.text, true);
      if (answer.status === 423 || answer.status === 422 || answer.status === 403) await renew();
    }
    return undefined;
  }
  desk.saved = []; // what is done with the server's answer to a save

  // Everything that is typed is saved: before something is decided. False where that cannot be.
  desk.flush = async () => {
    for (let n = 0; n < 5 && open().length && !refused(); n++) {
      await send();
      if (away) break;
    }
    if (!desk.dirty()) return true;
    desk.say(away ? words.not_saved : words.first_settle, true);
    return false;
  };

  // The server has something newer. What was not typed into here is taken over; what is the same, or was itself sent
  // from here, is settled; the rest is shown side by side.
  function merge(newer) {
    state = desk.state = { ...state, ...newer };
    for (const [key, field] of fields) {
      const theirs = newer.fields[key];
      if (desk.same(theirs, field.saved)) continue;
      if (!dirty(field) && theirs !== undefined) put(key, Object.assign(field, { saved: theirs, value: theirs, sent: [] }).value);
      else if (desk.same(theirs, field.value)) Object.assign(field, { saved: theirs, sent: [] });
      else if (field.sent.some((one) => desk.same(one, theirs))) field.saved = theirs;
      else if (dirty(field)) clash(key, field, theirs, newer);
    }
    keep();
  }

  function clash(key, field, theirs, newer) {
    field.theirs = { value: theirs };
    shown(key)?.remove();
    const box = document.getElementById("conflict").content.firstElementChild.cloneNode(true);
    const can = theirs !== undefined && state.can;
    box.dataset.of = key;
    const what = { name: newer.by || "", what: label(key), time: newer.at ? desk.clock(newer.at) : "" };
    box.querySelector("h2").textContent = desk.fill(can ? words.clash : words.unsent, what);
    box.querySelector(".mine").textContent = describe(key, field.value);
    box.querySelector(".theirs").textContent = theirs === undefined ? words.gone : describe(key, theirs);
    box.querySelector(".use-mine").hidden = !can;
    box.querySelector(".take-theirs").textContent = can ? words.take_theirs : words.let_go;
    const settle = (mine) => {
      field.saved = theirs;
      field.theirs = null;
      field.sent = [];
      if (!mine) field.value = theirs;
      if (!mine && theirs !== undefined) put(key, theirs);
      if (theirs === undefined) fields.delete(key);
      box.remove();
      keep();
      if (!desk.dirty()) tell("");
      send();
    };
    box.querySelector(".use-mine").addEventListener("click", () => settle(true));
    box.querySelector(".take-theirs").addEventListener("click", () => settle(false));
    document.getElementById("conflicts").append(box);
    tell(can ? words.first_settle : words.unsent_short, true);
  }
  const shown = (key) => document.querySelector(`.conflict[data-of="${CSS.escape(key)}"]`);
  const label = (key) => words[`field_${key.split("/").pop()}`] || key;
  function describe(key, value) {
    if (key === "requirements") return value.map((one) => words[`requirement_${one}`]).join(words.comma) || words.none;
    if (!Array.isArray(value)) return value;
    return desk.fill(words.passages, { n: value.length, characters: desk.number(value.reduce((sum, [a, b]) => sum + b - a, 0)) });
  }

  // A field's value into the page: typed text, ticks, or whatever knows how to show it.
  const puts = { requirements(value) {
    for (const box of document.querySelectorAll("[name=requirements]")) box.checked = value.includes(box.value);
  } };
  desk.puts = puts;
  function put(key, value) {
    const own = puts[key.split("/").pop()];
    if (own) return own(value, key);
    const element = document.querySelector(`[data-field="${CSS.escape(key)}"]`);
    if (element && element.value !== value) element.value = value;
    return undefined;
  }

  // The page as the server would make it now, in the place of this one; what is typed and where one is stay.
  let renewing = null;
  function renew() {
    renewing ||= fresh().finally(() => { renewing = null; });
    return renewing;
  }
  async function now() { // the page's own part as it would be now; undefined where it is not to be had
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("work");
      if (page && read(page).person === state.person) return document.adoptNode(page);
    } catch { /* the server is away */ }
    return undefined;
  }
  Object.assign(desk, { renew, merge, now });
  async function fresh() {
    const next = await now();
    if (!next) return;
    const focused = document.activeElement, id = focused?.id, caret = [focused?.selectionStart, focused?.selectionEnd];
    const scrolled = [...work().querySelectorAll("[id]")].filter((one) => one.scrollTop).map((one) => [one.id, one.scrollTop]);
    const asking = document.querySelector("dialog[open]"), opened = document.getElementById("preview")?.open;
    if (asking && work().contains(asking)) return; // not while somebody gives a reason
    const before = document.getElementById("saved").textContent, y = scrollY;
    work().replaceWith(next);
    document.getElementById("saved").textContent = before;
    begin(read(document));
    for (const [one, top] of scrolled) { const there = document.getElementById(one); if (there) there.scrollTop = top; }
    scrollTo(0, y);
    if (opened) document.getElementById("preview").open = true;
    const there = id && document.getElementById(id);
    if (there && there !== document.activeElement) {
      there.focus({ preventScroll: true });
      if (typeof caret[0] === "number") try { there.setSelectionRange(...caret); } catch { /* no text */ }
    }
  }

  function begin(now) {
    const typed = [...fields].filter(([, field]) => dirty(field));
    state = desk.state = now;
    fields.clear();
    for (const [key, value] of Object.entries(now.fields)) fields.set(key, { saved: value, value, sent: [], theirs: null });
    for (const listen of listeners) listen();
    for (const [key, old] of typed) again_(key, old);
    desk.times(work());
    keep();
    if (open().length) send();
  }
  // What was typed before, on what the field was then.
  function again_(key, old) {
    const field = fields.get(key) || fields.set(key, { saved: undefined, value: undefined, sent: [], theirs: null }).get(key);
    const theirs = field.saved;
    if (desk.same(theirs, old.value)) return;
    field.value = old.value;
    field.sent = old.sent;
    const known = desk.same(theirs, old.saved) || old.sent.some((one) => desk.same(one, theirs));
    if (state.can) put(key, old.value);
    if (!known || !state.can) clash(key, field, theirs, { by: state.by, at: state.at });
  }
  desk.begins = (listen) => { listeners.push(listen); };

  // Is it still as it was, and still in hand? Only while somebody looks.
  async function look() {
    if (document.hidden || sending) return;
    const answer = await desk.ask(`${at}/state?revision=${state.revision}`);
    if (document.hidden || sending || !answer.ok) return;
    const moved = answer.revision !== state.revision, other = answer.holder !== state.holder;
    if (!moved && !other) return;
    if (answer.holder && answer.holder !== state.name && other) desk.say(desk.fill(words.taken, { name: answer.holder }), true);
    if (moved) merge(answer);
    await renew();
  }
  setInterval(look, LOOK);

  document.addEventListener("input", (event) => {
    const { field } = event.target.dataset;
    if (field && !event.isComposing) desk.set(field, event.target.value);
    if (event.target.name === "requirements") {
      desk.set("requirements", [...document.querySelectorAll("[name=requirements]:checked")].map((one) => one.value));
      send();
    }
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.dataset?.field) desk.set(event.target.dataset.field, event.target.value);
  });
  document.addEventListener("focusout", (event) => { if (event.target.dataset?.field && open().length) send(); });
  document.addEventListener("visibilitychange", () => {
    if (open().length) send();
    if (!document.hidden) look();
  });
  addEventListener("pagehide", () => { if (open().length) send(); });
  addEventListener("beforeunload", (event) => { if (desk.dirty() && !stored) event.preventDefault(); });

  // The beginning: what an earlier page could not save comes back.
  desk.start = () => {
    begin(state);
    let there = {};
    try { there = JSON.parse(localStorage.getItem(name) || "{}"); } catch { /* nothing can be kept */ }
    const found = Object.entries(there).filter(([key, one]) => key !== "paste" && Array.isArray(one.sent));
    for (const [key, old] of found) again_(key, old);
    try { for (const [key] of found) delete there[key]; localStorage.setItem(name, JSON.stringify(there)); } catch { /* the same */ }
    keep();
    if (found.length && desk.dirty()) desk.say(words.restored);
    if (open().length) send();
  };
})();
