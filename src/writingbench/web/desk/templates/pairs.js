// The page on which two responses are compared: what is chosen or typed is saved at once, and kept in this browser while
// the server is away.
"use strict";
(() => {
  const { desk } = window, here = document.getElementById("pair");
  if (!here) return;
  const QUIET = 500, AGAIN = 1000; // milliseconds
  const { words } = desk;
  const { id, label, before } = JSON.parse(document.getElementById("pair-state").textContent);
  const at = `/desk/pairs/${encodeURIComponent(id)}`, name = `pair:${desk.person}:${id}`;
  const radios = [...document.querySelectorAll('input[name="choice"]')], remark = document.getElementById("remark");
  const shown = document.getElementById("saved");

  let now = { ...label, seconds: label.seconds || 0 }, saved = now;
  try { // what was chosen here and never reached the server
    const left = JSON.parse(localStorage.getItem(name) || "null");
    if (left) now = { ...now, ...left };
  } catch { /* nothing is kept */ }
  const value = (one) => (one.choice ? `${one.choice}${one.strength || ""}` : "");
  const show = () => {
    for (const radio of radios) radio.checked = radio.value === value(now);
  };
  show();
  remark.value = now.comment;

  // The time that the page is looked at.
  let last = performance.now();
  setInterval(() => {
    const then = last;
    last = performance.now();
    if (document.visibilityState === "visible" && document.hasFocus()) now.seconds += Math.min(last - then, 2000) / 1000;
  }, 1000);

  const said = (one) => JSON.stringify([one.choice, one.strength, one.comment, one.done]);
  const keep = () => {
    try {
      if (said(now) === said(saved)) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify(now));
      return true;
    } catch { return false; }
  };

  let timer = 0, sending = null;
  const send = () => {
    clearTimeout(timer);
    sending ||= attempt().finally(() => { sending = null; });
    return sending;
  };
  async function attempt() {
    const sent = { ...now, seconds: Math.round(now.seconds * 10) / 10 };
    const answer = await desk.ask(`${at}/say`, sent, { keepalive: true });
    if (answer.ok) {
      saved = sent;
      keep();
      shown.classList.remove("grave");
      shown.textContent = desk.fill(words.saved, { time: desk.clock(Date.now() / 1000) });
      if (said(now) !== said(sent)) timer = setTimeout(send, QUIET);
    } else if ([0, 401, 502, 503, 504].includes(answer.status)) {
      shown.classList.add("grave");
      shown.textContent = answer.status === 401 ? words.signed_out : keep() ? words.not_saved : words.not_stored;
      timer = setTimeout(send, AGAIN);
    } else {
      shown.classList.add("grave");
      shown.textContent = answer.text;
    }
    return answer;
  }
  const changed = (more) => {
    now = { ...now, ...more };
    if (now.choice === null) now.done = false;
    keep();
    clearTimeout(timer);
    timer = setTimeout(send, QUIET);
  };

  const choose = (text) => {
    const strength = Number(text.slice(-1)) || null;
    changed({ choice: strength ? text.slice(0, -1) : text, strength });
    show();
  };
  for (const radio of radios) radio.addEventListener("change", () => choose(radio.value));
  remark.addEventListener("input", () => changed({ comment: remark.value }));

  const next = async () => {
    if (!now.choice) {
      desk.say(words.choose_first, true);
      return;
    }
    now = { ...now, done: true };
    keep();
    if (sending) await sending; // what is under way was said before this
    const answer = await send();
    if (answer.ok) location.assign(answer.next ? `/desk/pairs/${encodeURIComponent(answer.next)}` : "/desk/pairs");
  };
  document.getElementById("pair-next").addEventListener("click", () => desk.during(next()));
  radios.forEach((radio, place) => { desk.keys[String(place + 1)] = () => choose(radio.value); });
  desk.keys.Enter = () => {
    if (document.activeElement instanceof HTMLAnchorElement || document.activeElement instanceof HTMLButtonElement) return false;
    desk.during(next());
    return undefined;
  };
  desk.keys.b = () => {
    if (!before) return false;
    location.assign(`/desk/pairs/${encodeURIComponent(before)}`);
    return undefined;
  };
  desk.keys.c = () => remark.focus();
  addEventListener("pagehide", () => { if (said(now) !== said(saved) || now.seconds !== saved.seconds) send(); });
  if (said(now) !== said(saved)) send();
})();
