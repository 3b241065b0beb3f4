// Collecting: files and pasted texts, what is said of each, and handing on.
"use strict";
(() => {
  const { desk } = window;
  if (!document.getElementById("work")) return;
  const { words } = desk, at = `/desk/item/${encodeURIComponent(desk.state.id)}`;
  const name = `desk-paste:${desk.person}:${desk.state.id}`;
  const by = (id) => document.getElementById(id);
  const PARTS = ["text", "title", "source", "licence"];
  const AGAIN = 30; // times that a file is sent anew while the server does not answer, a second apart
  const reports = []; // what became of the files, as lines that outlive the page's renewal
  let draft = {}, under = 0;
  try { draft = JSON.parse(localStorage.getItem(name) || "{}"); } catch { /* nothing can be kept */ }

  desk.begins(() => {
    if (!by("paste")) return;
    for (const part of PARTS) by(`paste-${part}`).value = draft[part] || "";
    by("uploads").replaceChildren(...reports);
  });
  const write = () => {
    try {
      if (PARTS.some((part) => draft[part])) localStorage.setItem(name, JSON.stringify(draft));
      else localStorage.removeItem(name);
    } catch { /* too long to be kept: it is in the box */ }
  };
  document.addEventListener("input", (event) => {
    const field = event.target;
    field.removeAttribute("aria-invalid");
    if (field.form?.id !== "paste") return;
    draft[field.name] = field.value;
    delete draft.id; // another text is another source
    write();
  });

  // The id of a new source: what is sent again because no answer came is added once.
  const fresh = () => crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, "0");

  // The first field that is missing something gets the focus.
  const FIELDS = ["title", "source", "licence"];
  function missing() {
    const empty = desk.state ? [...document.querySelectorAll(".material [data-field]")].filter((one) => !one.value.trim()) : [];
    for (const one of empty) one.setAttribute("aria-invalid", "true");
    if (!empty.length) return false;
    const what = FIELDS.find((part) => empty[0].dataset.field.endsWith(part));
    empty[0].focus();
    desk.say(desk.fill(words.described, { field: words[`field_${what}`] }), true);
    return true;
  }
  function added(id) {
    const next = id && ["title", "source", "licence"].map((part) => by(`${part}-${id}`)).find((one) => one && !one.value.trim());
    (next || by("paste-text"))?.focus();
  }
  const newest = (answer) => Object.keys(answer.fields).filter((key) => key.endsWith("/cuts")).pop()?.split("/")[0];

  async function paste() {
    if (!by("paste-text").value.trim()) { by("paste-text").focus(); return desk.say(words.blank, true); }
    if (new Blob([by("paste-text").value]).size > desk.state.paste * 0.95) return desk.say(words.large, true);
    draft.id ||= fresh();
    write();
    const said = { id: draft.id, ...Object.fromEntries(PARTS.map((part) => [part, by(`paste-${part}`).value])) };
    if (!(await desk.flush())) return undefined;
    const answer = await desk.ask(`${at}/attach`, said, { wait: 60000 });
    if (!answer.ok) return desk.say(answer.text, true);
    draft = {};
    write();
    desk.say(words.added);
    await desk.renew();
    return added(newest(answer));
  }
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "paste") return;
    event.preventDefault();
    paste();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form?.id === "paste") paste();
  });

  function report(file, text) {
    const line = document.createElement("li"), called = document.createElement("bdi"), said = document.createElement("span");
    called.textContent = file.name;
    said.textContent = text;
    line.append(called, " ", said);
    reports.unshift(line);
    by("uploads")?.prepend(line);
    return said;
  }
  async function upload(file) {
    const said = report(file, words.reading);
    if (file.size > desk.state.upload) { said.textContent = words.large; return; }
    under += 1;
    const about = new URLSearchParams({ name: file.name.toWellFormed?.() ?? file.name, id: fresh() });
    const send = () => desk.ask(`${at}/upload?${about}`, file, { wait: 180000, headers: { "content-type": "application/octet-stream" } });
    let answer = await send();
    for (let n = 0; n < AGAIN && !answer.status; n++) {
      said.textContent = words.again;
      await new Promise((done) => { setTimeout(done, 1000); });
      answer = await send();
    }
    under -= 1;
    said.textContent = answer.ok ? [words.added, ...(answer.notes || [])].join(" ") : answer.text;
    said.classList.toggle("grave", !answer.ok);
    if (answer.status === 423) await desk.renew();
    if (!answer.ok) return;
    await desk.flush();
    await desk.renew();
    if (!under) added(newest(answer));
  }
  const uploads = async (files) => { for (const file of files) await upload(file); };
  document.addEventListener("change", (event) => {
    if (event.target.id !== "file") return;
    const files = [...event.target.files];
    event.target.value = "";
    uploads(files);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const box = by("drop");
      if (!box || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // else the browser leaves the page for the file
      box.classList.toggle("over", kind === "dragover");
      if (kind === "drop") uploads([...event.dataTransfer.files]);
    });
  }

  Object.assign(desk.moves, {
    detach: async (button) => {
      if (await desk.move("detach", { material: button.dataset.material })) {
        desk.say(words.removed);
        by("undo")?.focus({ preventScroll: true });
      }
    },
    collect: () => {
      if (under) return desk.say(words.reading, true);
      if (missing()) return undefined;
      if (by("paste-text").value.trim()) { by("paste-text").focus(); return desk.say(words.not_added, true); }
      return desk.decide("collect");
    },
  });
  Object.assign(desk.keys, {
    m: () => by("paste-text") ? by("paste-text").focus() : false,
    f: () => by("file") ? by("file").click() : false,
  });
  addEventListener("beforeunload", (event) => { if (under) event.preventDefault(); });
})();
