// What every page of the desk does: asks the server, says how it went, listens to keys, shows times as they are here.
"use strict";
(() => {
  const { words, tongue, person } = JSON.parse(document.getElementById("words").textContent);
  const desk = { words, tongue, person, keys: {}, moves: {} };
  window.desk = desk;

  desk.fill = (text, facts) => text.replace(/\{(\w+)\}/g, (all, name) => (name in facts ? facts[name] : all));
  desk.number = (n) => n.toLocaleString("en");
  desk.same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  desk.make = (tag, className, ...inside) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...inside);
    return made;
  };

  // A time as a clock here shows it, with the day where that is another one.
  desk.clock = (seconds) => {
    const at = new Date(seconds * 1000), day = at.toDateString() === new Date().toDateString();
    const shown = { hour: "2-digit", minute: "2-digit", ...(day ? {} : { day: "numeric", month: "short" }) };
    return at.toLocaleString(tongue, { ...shown, hourCycle: "h23" });
  };
  desk.times = (within) => {
    for (const time of within.querySelectorAll("time")) {
      const seconds = Date.parse(time.dateTime) / 1000;
      time.title = new Date(seconds * 1000).toLocaleString(tongue);
      time.textContent = desk.clock(seconds);
    }
  };

  // What the server answers: { status, ...its JSON }; status 0 where it does not answer.
  desk.ask = async (path, body, more = {}) => {
    const headers = { "desk-person": person, ...more.headers };
    const how = { method: "POST", headers, cache: "no-store", signal: AbortSignal.timeout(more.wait || 15000) };
    if (body === undefined) how.method = "GET";
    else if (body instanceof Blob) how.body = body;
    else how.body = JSON.stringify(body);
    if (body !== undefined && !(body instanceof Blob)) headers["content-type"] = "application/json";
    if (more.keepalive && how.body.length < 15000) how.keepalive = true; // browsers allow 64 KB, and a sign may take 4
    let answer;
    try {
      answer = await fetch(path, how);
    } catch {
      return { status: 0, ok: false, text: words.no_answer };
    }
    let said = {};
    try {
      said = answer.status === 204 ? {} : await answer.json();
    } catch { // not ours: a limit on size, or somebody between us and the server
      said = { text: answer.status === 413 ? words.large : words.no_answer };
    }
    return { ...said, status: answer.status, ok: answer.ok };
  };

  // Something that is said once, also to those who only listen.
  const said = document.getElementById("said");
  let quiet = 0;
  desk.say = (text, grave = false) => {
    clearTimeout(quiet);
    said.textContent = text;
    said.classList.toggle("grave", grave);
    if (text) quiet = setTimeout(() => { said.textContent = ""; }, grave ? 20000 : 8000);
  };
  try { // what is to be said when the next page is there
    const left = sessionStorage.getItem("desk-said");
    sessionStorage.removeItem("desk-said");
    if (left) setTimeout(() => desk.say(left), 100);
  } catch { /* nothing can be kept */ }
  desk.sayThere = (text) => { try { sessionStorage.setItem("desk-said", text); } catch { /* the same */ } };

  // While a move is under way keys wait for their turn.
  const waiting = [];
  let under = 0;
  desk.during = async (move) => {
    under += 1;
    try { return await move; } finally {
      under -= 1;
      while (!under && waiting.length) waiting.shift()();
    }
  };

  // Keys: one letter each, never while somebody is typing, and only where they are wanted.
  const shown = document.getElementById("keys-shown"), on = document.getElementById("keys-on");
  try { on.checked = localStorage.getItem("desk-keys") !== "off"; } catch { /* the same */ }
  on.addEventListener("change", () => { try { localStorage.setItem("desk-keys", on.checked ? "on" : "off"); } catch { /* the same */ } });
  const typing = (at) => at.matches("textarea, select, input:not([type=checkbox]):not([type=file])");
  const press = (id) => () => {
    const button = document.getElementById(id);
    if (button && !button.disabled) button.click();
  };
  Object.assign(desk.keys, {
    "?": () => shown.showModal(), n: press("next"), a: press("pass"), b: press("back"), r: press("reject"), u: press("undo"),
  });
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (!(at instanceof Element) || event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && typing(at)) {
      at.blur();
      return;
    }
    if (typing(at)) return;
    const back = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "z";
    if (!back && (event.ctrlKey || event.metaKey || event.altKey || !on.checked)) return;
    const key = back ? "u" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!Object.hasOwn(desk.keys, key) || (event.repeat && key.length === 1 && !"jk".includes(key))) return;
    if (under) { // the page will be another one when this key's turn comes
      event.preventDefault();
      waiting.push(() => desk.keys[key](event));
    } else if (desk.keys[key](event) !== false) event.preventDefault();
  });

  desk.moves.next = async () => {
    if (desk.flush && !(await desk.flush()) && !desk.kept()) return;
    const now = desk.state, listed = new URLSearchParams(location.search);
    const wanted = now ? { ...now.next, after: now.id }
      : Object.fromEntries(["stage", "domain", "language"].map((name) => [name, listed.get(name) || ""]));
    const answer = await desk.ask("/desk/next", wanted);
    if (!answer.ok) return desk.say(answer.text, true);
    if (!answer.id) return desk.say(words.nothing_next);
    const kept = Object.entries(wanted).filter(([name, value]) => value && name !== "after");
    location.assign(`/desk/item/${encodeURIComponent(answer.id)}${kept.length ? "?" + new URLSearchParams(kept) : ""}`);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button && desk.moves[button.dataset.move]) desk.during(desk.moves[button.dataset.move](button));
  });
  document.getElementById("keys").addEventListener("click", () => shown.showModal());
  document.getElementById("leave").addEventListener("click", async () => {
    if (desk.flush && !(await desk.flush()) && !desk.kept()) return;
    await desk.ask("/desk/out", {});
    location.assign("/desk");
  });
  document.getElementById("tongue").addEventListener("click", (event) => { // the filters stay
    const to = new URL(location.href);
    to.searchParams.set("lang", new URL(event.currentTarget.href).searchParams.get("lang"));
    event.currentTarget.href = to.href;
  });

  // What was typed here and never reached the server: the list says where, and the page of the request sends it.
  const left = document.getElementById("left");
  if (left) {
    const prefix = `desk:${person}:`;
    let names = [];
    try { names = Object.keys(localStorage).filter((name) => name.startsWith(prefix)); } catch { /* the same */ }
    for (const name of names) {
      const p = document.createElement("p"), a = document.createElement("a");
      p.className = "note";
      a.href = `/desk/item/${encodeURIComponent(name.slice(prefix.length))}`;
      a.textContent = words.left_here;
      p.append(a);
      left.append(p);
    }
  }
  desk.times(document);
})();
