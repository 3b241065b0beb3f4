// Screening: what changed in the request, the whole query as a writer gets it, and the decision.
"use strict";
(() => {
  const { desk } = window;
  if (!document.getElementById("work")) return;
  const { words, make } = desk, at = `/desk/item/${encodeURIComponent(desk.state.id)}`;
  const by = (id) => document.getElementById(id);

  desk.saved.push((answer) => {
    if (answer.diff && by("diff")) {
      by("diff").replaceChildren(...answer.diff.map(([how, text]) => (how === "=" ? text : make(how === "+" ? "ins" : "del", "", text))));
      by("no-diff").hidden = answer.diff.some(([how]) => how !== "=");
      by("diff").hidden = !by("no-diff").hidden;
    }
    if (by("preview").open) preview();
  });
  async function preview() {
    const answer = await desk.ask(`${at}/query`);
    if (!answer.ok) return desk.say(answer.text, true);
    by("preview-text").textContent = answer.text;
    by("preview-size").textContent = desk.fill(words.size, { characters: desk.number(answer.characters), tokens: desk.number(answer.tokens) });
    return undefined;
  }
  document.addEventListener("toggle", (event) => { if (event.target.id === "preview" && event.target.open) preview(); }, true);

  // The decisions; two of them want a reason.
  const reason = (what) => () => {
    const dialog = by("ask"), text = by("ask-reason"), yes = by("ask-yes");
    by("ask-title").textContent = words[`ask_${what}`];
    yes.textContent = words[what === "back" ? "send_back" : "reject"];
    text.value = "";
    text.removeAttribute("aria-invalid");
    dialog.returnValue = "";
    yes.onclick = (event) => {
      if (text.value.trim()) return;
      event.preventDefault();
      text.setAttribute("aria-invalid", "true");
      by("ask-hint").textContent = words.reason;
      text.focus();
    };
    text.onkeydown = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      yes.click();
    };
    dialog.onclose = () => { if (dialog.returnValue === "yes") desk.decide(what, { reason: text.value }); };
    dialog.showModal();
    text.focus();
  };
  Object.assign(desk.moves, {
    approve: () => desk.decide("approve"), confirm: () => desk.decide("confirm"), back: reason("back"), reject: reason("reject"),
  });
  desk.start();
})();
