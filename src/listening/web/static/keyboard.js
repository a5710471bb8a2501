/* The sheet by keyboard alone. Without this file the sheet works too: every code is listed, every button is there. */
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const plain = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const sheet = () => find("#sheet");
  const lines = () => all("#codes > .line");
  const current = () => find("#codes > .line.current") ?? lines()[0];
  const box = (line) => find("input[type=checkbox]", line);

  // Lines: the current one shows its definition, and its evidence in the text.

  function choose(line, focus = true) {
    all(".line.current").forEach((one) => one.classList.toggle("current", one === line));
    if (!line) return;
    line.classList.add("current");
    if (focus) box(line).focus();
    show(line);
  }

  function show(line) {
    const [start, stop] = (find("select", line).value || "0-0").split("-").map(Number);
    all("#verbatim > *").forEach((piece) =>
      piece.classList.toggle("current", start < stop && piece.dataset.start >= start && piece.dataset.stop <= stop));
  }

  function step(by) {
    const rows = lines();
    const at = rows.indexOf(find("#codes > .line.current"));
    choose(rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)]);
  }

  function cycle(radios) {
    if (!radios.length) return;
    const next = radios[(radios.findIndex((one) => one.checked) + 1) % radios.length];
    next.checked = true;
    next.focus();
    next.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function demand(line) {
    const wanted = box(line).checked;
    all("input[type=radio]", line).forEach((one) => { one.required = wanted; });
    line.classList.toggle("left", !wanted);
  }

  function tone(line, rank) {
    const radio = all(".tones input", line)[rank];
    box(line).checked = true;
    radio.checked = true;
    demand(line);
  }

  function nextProof(line) {
    const select = find("select", line);
    select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
    show(line);
  }

  // Adding a code: two letters find it, Enter takes the first that is shown.

  // Codes with words that begin as those typed; failing that, with words that hold them.

  function matching(words) {
    const known = all(".line").map((line) => [line, plain(line.dataset.words).split(/[^\p{L}\d]+/u)]);
    const kept = (holds) => known.filter(([, parts]) => words.every((word) => parts.some((part) => holds(part, word))));
    const first = kept((part, word) => part.startsWith(word));
    return (first.length ? first : kept((part, word) => word.length > 2 && part.includes(word))).map(([line]) => line);
  }

  function offer() {
    const input = find("#add"), list = find("#options");
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    const found = words.length ? matching(words) : [];
    list.replaceChildren(...found.slice(0, 8).map((line, rank) => {
      const item = document.createElement("li");
      item.id = `option-${rank}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(rank === 0));
      item.dataset.code = line.dataset.code;
      item.textContent = line.dataset.name;
      return item;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    point(0);
  }

  function point(rank) {
    const items = all("#options > li");
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === rank)));
    if (items[rank]) find("#add").setAttribute("aria-activedescendant", items[rank].id);
    else find("#add").removeAttribute("aria-activedescendant");
    items[rank]?.scrollIntoView({ block: "nearest" });
  }

  function pointed() {
    return all("#options > li").findIndex((item) => item.getAttribute("aria-selected") === "true");
  }

  function add(code) {
    const line = all(".line").find((one) => one.dataset.code === code);
    if (line.closest("#others")) {
      find("#codes").append(line);
      find("select", line).replaceChildren(find("#passages").content.cloneNode(true));
    }
    box(line).checked = true;
    demand(line);
    find("#add").value = "";
    offer();
    choose(line);
  }

  function typing(event) {
    const items = all("#options > li"), at = pointed();
    if (event.key === "Enter") { event.preventDefault(); if (items[at]) add(items[at].dataset.code); }
    else if (event.key === "ArrowDown" && items.length) { event.preventDefault(); point((at + 1) % items.length); }
    else if (event.key === "ArrowUp" && items.length) { event.preventDefault(); point((at - 1 + items.length) % items.length); }
    else if (event.key === "Escape") { event.target.value = ""; offer(); find("#verbatim").focus(); }
  }

  // Keys: one letter does one thing, unless somebody is writing or has switched this off.

  const KEYS = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    a: () => find("#add").focus(),
    n: () => find("#note").focus(),
    s: () => cycle(all(".mood input")),
    m: () => current() && (choose(current(), false), nextProof(current())),
    p: () => find("button[value=passer]")?.click(),
    u: () => find("#take-back")?.click(),
    "?": () => find("#help").showModal(),
    Enter: () => sheet()?.requestSubmit(find("#sheet .actions .main")),
  };
  const single = () => localStorage.getItem("single-keys") !== "no";

  function pressed(event) {
    const place = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || find("dialog[open]")) return;
    if (place.id === "add") return typing(event);
    if (place.matches("textarea, select, input[type=text], input[type=search], input[type=date], input[type=password]")) {
      if (event.key === "Escape") find("#verbatim")?.focus();
      return;
    }
    const long = event.key.length > 1;
    if (!long && !single()) return;
    if (event.key === "Enter" && place.matches("a, button, summary")) return;
    if (event.key.startsWith("Arrow") && (place.matches("input[type=radio]") || !sheet())) return;
    const digit = /^(?:Digit|Numpad)([123])$/.exec(event.code);
    if (digit && sheet() && current()) {
      event.preventDefault();
      choose(current());
      tone(current(), digit[1] - 1);
    } else {
      const act = (sheet() || find("#undo")) && KEYS[long ? event.key : event.key.toLowerCase()];
      if (act) { event.preventDefault(); act(); }
    }
  }

  // Each new sheet, whether the page was loaded or htmx put it there.

  function begin() {
    const help = find("#ask-help");
    if (!sheet() || !help || !help.hidden) return;
    help.hidden = false;
    find("#adding").hidden = false;
    find("#others").open = false;
    all(".line").forEach(demand);
    find("#single-keys").checked = single();
    document.body.classList.add("by-key");
    find("#verbatim").focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  document.addEventListener("keydown", pressed);
  document.addEventListener("input", (event) => event.target.id === "add" && offer());
  document.addEventListener("focusin", (event) => {
    const line = event.target.closest?.(".line");
    if (line && !line.classList.contains("current")) choose(line, false);
  });
  document.addEventListener("change", (event) => {
    const line = event.target.closest(".line");
    if (event.target.id === "single-keys") localStorage.setItem("single-keys", event.target.checked ? "yes" : "no");
    if (line && event.target.matches("input[type=radio]")) box(line).checked = true;
    if (line) { demand(line); show(line); }
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("#options > li"), line = event.target.closest("#codes > .line");
    if (option) add(option.dataset.code);
    else if (event.target.closest("#ask-help")) find("#help").showModal();
    else if (line && !event.target.closest("label, select")) choose(line);
  });
  document.addEventListener("htmx:after:swap", begin);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
