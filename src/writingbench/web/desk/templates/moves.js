// Moves on a request, and the trail that they leave.
"use strict";
(() => {
  const { desk } = window;
  if (!document.getElementById("work")) return;
  const { words } = desk, at = `/desk/item/${encodeURIComponent(desk.state.id)}`;

  // Moves, each after what is typed is saved.
  desk.move = (what, body) => desk.during(carried(what, body));
  async function carried(what, body) {
    if (what !== "hold" && !(await desk.flush())) return false; // what could not be saved may be, once it is in hand
    const answer = await desk.ask(`${at}/${what}`, body);
    if (answer.status === 409 && answer.error === "outdated") {
      desk.merge(answer);
      desk.say(desk.fill(words.look_again, { name: answer.by }), true);
    } else if (!answer.ok) desk.say(answer.text, true);
    if (answer.status) await desk.renew();
    return answer.ok;
  }
  desk.decide = async (what, more = {}) => {
    if (!(await desk.flush())) return;
    if (!(await desk.move(what, { revision: desk.state.revision, ...more }))) return;
    desk.say(words[`done_${what}`]);
    document.getElementById("next")?.focus({ preventScroll: true });
  };
  Object.assign(desk.moves, {
    undo: async () => { if (await desk.move("undo", {})) desk.say(words.undone); },
    release: async () => { if (await desk.move("release", {})) { desk.sayThere(words.released); location.assign("/desk"); } },
    over: async () => { if (await desk.move("hold", { over: true })) desk.say(words.in_your_hand); },
  });

  // While somebody looks at the trail, it is made anew after something was saved.
  const SOON = 1000; // milliseconds
  let stale = false, seen = false, soon = 0;
  async function renewed() {
    const next = stale && seen && (await desk.now());
    if (!next) return;
    stale = false;
    const list = next.querySelector(".trail");
    desk.times(list);
    document.querySelector(".trail").replaceWith(list);
  }
  const later = () => { clearTimeout(soon); soon = setTimeout(renewed, SOON); };
  const looking = new IntersectionObserver((all) => { seen = all[all.length - 1].isIntersecting; if (seen) later(); });
  desk.saved.push(() => { stale = true; if (seen) later(); });
  desk.begins(() => {
    stale = false;
    looking.disconnect();
    looking.observe(document.querySelector(".trailing"));
  });
})();
