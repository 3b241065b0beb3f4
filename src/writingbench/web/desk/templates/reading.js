// The material of a request, paragraph by paragraph: going through it, and cutting what is not needed.
"use strict";
(() => {
  const { desk } = window;
  if (!document.getElementById("work")) return;
  const { words } = desk, by = (id) => document.getElementById(id);
  const { make } = desk;
  let texts = []; // { id, text, cuts, wide, box, paragraphs: [{ start, end, box, p, button }] }; places are those of JS
  const places = new WeakMap(); // of the buttons beside the paragraphs
  let here = null, anchor = null; // paragraphs: where one is, and from where on they are picked

  // Python counts characters, JavaScript halves of some: positions of those that have two.
  const wides = (text) => {
    const found = [];
    if (/[\ud800-\udbff]/.test(text)) for (let n = 0; n < text.length; n++) if ((text.charCodeAt(n) & 0xfc00) === 0xd800) found.push(n++);
    return found;
  };
  const before = (places, at, shift) => { // how many places lie before `at`
    let low = 0, high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle] - (shift ? middle : 0) < at) low = middle + 1; else high = middle;
    }
    return low;
  };
  const counted = (one, span) => span.map((at) => at - before(one.wide, at, false));
  const placed = (one, span) => span.map((at) => at + before(one.wide, at, true));
  const tokens = (text) => { // as benchmark/size.py has it
    const characters = [...text].length, wide = (new TextEncoder().encode(text).length - characters) / 2;
    return 0.8 * wide + 0.19 * (characters - wide);
  };

  function merged(cuts) {
    const found = [];
    for (const [start, end] of [...cuts].sort((a, b) => a[0] - b[0])) {
      const last = found[found.length - 1];
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else if (start < end) found.push([start, end]);
    }
    return found;
  }
  const without = (cuts, [start, end]) => cuts.flatMap(([a, b]) =>
    [[a, Math.min(b, start)], [Math.max(a, end), b]].filter(([x, y]) => x < y));
  const inside = (one, [start, end]) => one.cuts.some(([a, b]) => a <= start && end <= b);

  // One paragraph as it is now.
  function draw(one, part) {
    const pieces = [];
    let at = part.start;
    for (const [start, end] of one.cuts) {
      if (end <= part.start || start >= part.end) continue;
      const from = Math.max(start, part.start), to = Math.min(end, part.end);
      if (from > at) pieces.push(one.text.slice(at, from));
      pieces.push(make("del", "", one.text.slice(from, to)));
      at = to;
    }
    if (at < part.end) pieces.push(one.text.slice(at, part.end));
    part.p.replaceChildren(...pieces);
    const all = inside(one, [part.start, part.end]), some = pieces.some((piece) => piece instanceof Element);
    part.box.classList.toggle("cut", all);
    if (!part.button) return;
    part.button.setAttribute("aria-pressed", all ? "true" : some ? "mixed" : "false");
    part.button.textContent = all ? "↺" : "✕";
  }
  function size(one) {
    const gone = one.cuts.map(([a, b]) => one.text.slice(a, b));
    const facts = {
      cut: desk.number(gone.reduce((sum, text) => sum + [...text].length, 0)),
      characters: desk.number(one.characters),
      tokens: desk.number(Math.max(0, Math.round(gone.reduce((sum, text) => sum - tokens(text), one.tokens)))),
    };
    one.size.textContent = desk.fill(gone.length ? words.cut_of : words.uncut, facts);
  }

  function cut(one, cuts, [start, end]) {
    one.cuts = merged(cuts);
    for (const part of one.paragraphs) if (part.start < end && start < part.end) draw(one, part);
    size(one);
    desk.set(`${one.id}/cuts`, one.cuts.map((span) => counted(one, span)));
  }
  const toggle = (one, span) => cut(one, inside(one, span) ? without(one.cuts, span) : [...one.cuts, span], span);

  desk.puts.cuts = (value, key) => {
    const one = texts.find(({ id }) => key === `${id}/cuts`);
    if (!one) return;
    one.cuts = value.map((span) => placed(one, span));
    for (const part of one.paragraphs) draw(one, part);
    size(one);
  };

  desk.begins(() => {
    const place = here && [texts.indexOf(here.one), here.one.paragraphs.indexOf(here.part)];
    const focused = here && document.activeElement === document.body;
    here = anchor = null;
    texts = [...document.querySelectorAll(".reading")].map((box) => {
      const { material } = box.closest(".material").dataset, text = desk.state.texts[material];
      const one = { id: material, text, wide: wides(text), box, size: box.closest(".material").querySelector(".cut-size") };
      Object.assign(one, { characters: text.length - one.wide.length, tokens: tokens(text) });
      one.cuts = desk.get(`${material}/cuts`).map((span) => placed(one, span));
      const can = !box.classList.contains("read-only");
      one.paragraphs = [...text.matchAll(/[^\n]*\S[^\n]*/g)].map((found, n) => {
        const p = make("p"), part = { start: found.index, end: found.index + found[0].length, p, box: make("div", "para") };
        p.dir = "auto";
        if (can) {
          part.button = make("button", "strike");
          part.button.type = "button";
          part.button.tabIndex = n ? -1 : 0;
          part.button.setAttribute("aria-label", desk.fill(words.cut_paragraph, { n: n + 1 }));
          part.box.append(part.button);
          places.set(part.button, { one, part });
        }
        part.box.append(p);
        draw(one, part);
        return part;
      });
      box.replaceChildren(...one.paragraphs.map((part) => part.box));
      size(one);
      return one;
    });
    hide(hidden);
    const one = place && texts[place[0]], part = one?.paragraphs[place[1]];
    if (part?.button) focused ? go(one, part) : mark(one, part);
  });

  // Going from paragraph to paragraph.
  function mark(one, part) {
    if (here?.part.button) here.part.button.tabIndex = -1;
    here = { one, part };
    if (one.paragraphs[0].button !== part.button) one.paragraphs[0].button.tabIndex = -1;
    part.button.tabIndex = 0;
  }
  function go(one, part) {
    mark(one, part);
    part.button.focus({ preventScroll: true });
    part.box.scrollIntoView({ block: "nearest" });
  }
  const all = () => texts.flatMap((one) => one.paragraphs.filter((part) => part.button && !(hidden && part.box.classList.contains("cut")))
    .map((part) => ({ one, part })));
  function step(by, extend) {
    const every = all();
    if (!every.length) return false;
    getSelection().removeAllRanges();
    const now = here ? every.findIndex(({ part }) => part === here.part) : -1;
    const seen = here && !document.activeElement?.matches(".strike") && now >= 0;
    const next = seen && !extend ? now : Math.min(every.length - 1, Math.max(0, now + (now < 0 ? 1 : by)));
    if (extend) anchor ||= here;
    else anchor = null;
    go(every[next].one, every[next].part);
    pick();
    return true;
  }
  function picked() {
    if (!here) return [];
    if (!anchor || anchor.one !== here.one) return [here.part];
    const [a, b] = [anchor.part.start, here.part.start].sort((x, y) => x - y);
    return here.one.paragraphs.filter((part) => part.start >= a && part.start <= b);
  }
  function pick() {
    for (const box of document.querySelectorAll(".para.picked")) box.classList.remove("picked");
    if (anchor) for (const part of picked()) part.box.classList.add("picked");
  }
  // The sentence before or after the one that is selected, in the paragraph where one is.
  function sentence(by) {
    if (!document.activeElement?.matches(".strike") || !here || !Intl.Segmenter) return false;
    const text = here.one.text.slice(here.part.start, here.part.end), now = selected();
    const found = [...new Intl.Segmenter(desk.state.language, { granularity: "sentence" }).segment(text)]
      .map(({ index, segment }) => [here.part.start + index, here.part.start + index + segment.trimEnd().length]);
    const place = now && now.one === here.one ? found.findIndex(([, end]) => end >= now.span[1]) + by : by > 0 ? 0 : found.length - 1;
    const [start, end] = found[Math.min(found.length - 1, Math.max(0, place))];
    const range = document.createRange();
    range.setStart(...node(here.part, start));
    range.setEnd(...node(here.part, end));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return true;
  }
  function node(part, at) {
    const walker = document.createTreeWalker(part.p, NodeFilter.SHOW_TEXT);
    let left = at - part.start, last = part.p.firstChild;
    for (let one = walker.nextNode(); one; one = walker.nextNode()) {
      if (left <= one.length) return [one, left];
      left -= one.length;
      last = one;
    }
    return [last, last.length];
  }

  // What is selected, as a passage of one text.
  function selected() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    for (const one of texts) {
      if (!range.intersectsNode(one.box)) continue;
      let start = null, end = null;
      for (const part of one.paragraphs) {
        if (!range.intersectsNode(part.p)) continue;
        const whole = document.createRange();
        whole.selectNodeContents(part.p);
        let from = 0, to = part.end - part.start;
        if (range.compareBoundaryPoints(Range.START_TO_START, whole) > 0) {
          const head = whole.cloneRange();
          head.setEnd(range.startContainer, range.startOffset);
          from = head.toString().length;
        }
        if (range.compareBoundaryPoints(Range.END_TO_END, whole) < 0) {
          const head = whole.cloneRange();
          head.setEnd(range.endContainer, range.endOffset);
          to = head.toString().length;
        }
        if (from >= to) continue;
        start ??= part.start + from;
        end = part.start + to;
      }
      if (start !== null) return { one, span: [start, end] };
    }
    return null;
  }
  const can = () => texts.some((one) => one.paragraphs[0]?.button);
  function strike() {
    if (!can()) return false;
    const passage = selected();
    if (passage) {
      toggle(passage.one, passage.span);
      getSelection().removeAllRanges();
      return true;
    }
    if (!here || !document.activeElement?.matches(".strike")) { desk.say(words.pick_first); return true; }
    const parts = picked(), [first, last] = [parts[0], parts[parts.length - 1]];
    if (parts.length === 1) toggle(here.one, [first.start, first.end]);
    else {
      const spans = parts.map((part) => [part.start, part.end]), { one } = here;
      const gone = spans.every((span) => inside(one, span));
      cut(one, gone ? spans.reduce(without, one.cuts) : [...one.cuts, ...spans], [first.start, last.end]);
    }
    anchor = null;
    pick();
    if (hidden && here.part.box.classList.contains("cut")) {
      const after = all().find(({ one, part }) => one === here.one && part.start > here.part.start) || all().pop();
      if (after) go(after.one, after.part);
    }
    return true;
  }

  let hidden = false;
  function hide(yes) {
    hidden = yes;
    for (const box of document.querySelectorAll("[data-hide]")) box.checked = yes;
    for (const one of texts) one.box.classList.toggle("hiding", yes);
  }
  document.addEventListener("change", (event) => { if (event.target.matches("[data-hide]")) hide(event.target.checked); });
  document.addEventListener("pointerdown", (event) => { // else the click would end the selection
    if (event.target.closest("[data-cut]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-cut]")) strike();
    const button = event.target.closest(".strike");
    if (!button) return;
    anchor = null;
    pick();
    const { one, part } = places.get(button);
    mark(one, part);
    toggle(one, [part.start, part.end]);
  });
  document.addEventListener("focusin", (event) => {
    const place = places.get(event.target);
    if (place) mark(place.one, place.part);
  });
  const arrows = (by) => (event) => (document.activeElement?.matches(".strike") ? step(by, event.shiftKey) : false);
  Object.assign(desk.keys, {
    j: (event) => step(1, event.shiftKey), k: (event) => step(-1, event.shiftKey),
    ArrowDown: arrows(1), ArrowUp: arrows(-1), ArrowRight: () => sentence(1), ArrowLeft: () => sentence(-1),
    x: strike, Delete: strike, h: () => hide(!hidden),
    e: () => { if (!by("request")) return false; by("request").focus(); return true; },
  });
})();
