// Shows how far the run is and loads the page again when there is more to see and nobody is in the middle of something.
"use strict";
(() => {
  const said = document.createElement("p");
  said.className = "live";
  said.setAttribute("role", "status");
  const words = JSON.parse(document.getElementById("live-words").textContent);
  const main = document.querySelector("main");
  main.prepend(said);
  let shown = null;
  const busy = () => document.hidden || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)
    || !getSelection().isCollapsed;
  const tell = (state) => {
    const text = state.asked ? words.progress.replace("{judged}", state.judged.toLocaleString())
      .replace("{asked}", state.asked.toLocaleString()) : words.nothing;
    if (said.textContent !== text) said.textContent = text;
  };
  const look = async () => {
    try {
      const state = await (await fetch("/state", { cache: "no-store" })).json();
      tell(state);
      if (shown === null) shown = state.shown;
      else if (state.shown !== shown && !busy()) {
        location.reload();
        return;
      }
    } catch {
      said.textContent = words.gone;
    }
    setTimeout(look, 2000);
  };
  look();
})();
