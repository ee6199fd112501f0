"use strict";
// Texts of the shop only ever become text nodes: nothing here writes HTML.
(() => {
  const $ = (id) => document.getElementById(id);
  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    if (text !== undefined && text !== null) made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  // Colours: as the system, light or dark
  const themes = [["auto", "Auto", "as the system"], ["light", "Light", "light"], ["dark", "Dark", "dark"]];
  const button = $("theme");
  const remembered = () => { try { return localStorage.getItem("recsys-theme"); } catch { return null; } };
  const remember = (theme) => { try { localStorage.setItem("recsys-theme", theme); } catch { /* not allowed here */ } };
  let theme = Math.max(0, themes.findIndex(([name]) => name === remembered()));
  const paint = () => {
    const [name, label, said] = themes[theme];
    if (name === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    button.lastElementChild.textContent = label;
    button.setAttribute("aria-label", `Colours: ${said}`);
  };
  button.hidden = false;
  button.addEventListener("click", () => { theme = (theme + 1) % themes.length; remember(themes[theme][0]); paint(); });
  paint();

  // The part that is read is marked in the navigation
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting ? seen.add(target.id) : seen.delete(target.id);
    const current = [...links.keys()].find((id) => seen.has(id));
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-120px 0px -60% 0px" });
  document.querySelectorAll("main > section").forEach((section) => watch.observe(section));

  // A mark's text beside the pointer
  const tip = $("tip");
  document.addEventListener("pointermove", (event) => {
    const mark = event.target.closest?.(".chart [aria-label][aria-roledescription]");
    const text = mark && !mark.matches("g") ? mark.getAttribute("aria-label") : null;
    tip.hidden = !text;
    if (!text) return;
    if (tip.textContent !== text) tip.textContent = text;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(6, Math.min(event.clientX + 14, innerWidth - width - 6))}px`;
    tip.style.top = `${event.clientY + 18 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 18}px`;
  });
  document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

  // The explorer
  const input = $("search");
  if (!input) return;
  const list = $("found"), answer = $("answer");
  const methods = { together: "Bought together", collaborative: "Similar by buyers", content: "Similar by text" };
  const shown = 12;
  let loading = null, options = [], active = -1;

  const load = () => loading ??= (async () => {
    const bytes = Uint8Array.from(atob($("explored").textContent), (letter) => letter.charCodeAt(0));
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
    const data = JSON.parse(text);
    data.byCustomer = new Map(data.customers.map((one, at) => [one.id, at]));
    data.byProduct = new Map(data.products.map((one, at) => [one[0], at]));
    data.folded = data.products.map(([id, title, category]) => `${id}\n${title}\n${category}`.toLowerCase());
    data.foldedCustomers = data.customers.map(({ id }) => id.toLowerCase());
    return data;
  })();

  const titleOf = (product) => product[1] || product[0];
  const matches = (data, typed) => {
    const query = typed.trim().toLowerCase();
    if (!query) return [];
    const words = query.split(/\s+/);
    const found = [];
    data.foldedCustomers.forEach((id, at) => {
      if (id.includes(query)) found.push({ kind: "customer", at, rank: id === query ? 0 : id.startsWith(query) ? 2 : 4 });
    });
    for (let at = 0; at < data.searchable; at++) {
      if (!words.every((word) => data.folded[at].includes(word))) continue;
      const [id, title] = data.products[at];
      found.push({ kind: "product", at, rank: id.toLowerCase() === query ? 1 : title.toLowerCase().startsWith(query) ? 3 : 5 });
    }
    return found.sort((one, other) => one.rank - other.rank || one.at - other.at).slice(0, shown);
  };

  const close = () => {
    list.hidden = true; active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (at) => {
    active = at;
    [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const suggest = async () => {
    const started = performance.now();
    const data = await loaded();
    if (!data) return;
    options = matches(data, input.value);
    list.replaceChildren(...options.map(({ kind, at }, place) => {
      const option = element("li", null, { role: "option", id: `option-${place}`, class: "option", "aria-selected": "false" });
      if (kind === "customer") {
        const { id, segment } = data.customers[at];
        option.append(element("bdi", `Customer ${id}`), element("span", segment ? ` ${segment}` : "", { class: "quiet" }));
      } else {
        const product = data.products[at];
        option.append(element("bdi", titleOf(product)), element("span", ` ${product[0]}, ${product[2]}`, { class: "quiet" }));
      }
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(place); });
      return option;
    }));
    if (!options.length && input.value.trim()) list.append(element("li", "Nothing in this report is called that.", { class: "quiet" }));
    const empty = !list.children.length;
    list.hidden = empty;
    input.setAttribute("aria-expanded", String(!empty));
    mark(options.length ? 0 : -1);
    input.dataset.milliseconds = String(Math.round(performance.now() - started));
  };
  const loaded = async () => {
    try { return await load(); } catch (error) {
      answer.replaceChildren(element("p", `The search needs a newer browser (${error.message}).`, { class: "nothing" }));
      return null;
    }
  };

  const price = (value) => value === null ? "" : value.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const productButton = (data, at) => {
    const item = element("span");
    if (at < data.searchable) {
      const link = element("button", titleOf(data.products[at]), { type: "button" });
      link.addEventListener("click", () => go("product", data.products[at][0]));
      item.append(link);
    } else item.append(element("bdi", titleOf(data.products[at])));
    const category = data.products[at][2];
    if (category) item.append(element("span", ` ${category}`, { class: "quiet" }));
    return item;
  };
  const column = (heading, items, nothing) => {
    const box = element("div");
    box.append(element("h4", heading));
    if (!items.length) { box.append(element("p", nothing, { class: "note" })); return box; }
    const made = element("ol");
    made.append(...items);
    box.append(made);
    return box;
  };
  const line = (...parts) => { const item = element("li"); item.append(...parts); return item; };

  const showCustomer = (data, at) => {
    const { id, segment, orders, last, recent, lists } = data.customers[at];
    const columns = element("div", null, { class: "columns" });
    for (const [name, title] of Object.entries(data.lists)) {
      columns.append(column(title, (lists[name] ?? []).map(([product, probability, reason]) => {
        const said = [probability === null ? "" : `${(100 * probability).toFixed(probability < .1 ? 1 : 0)} %`, data.texts[reason]];
        return line(productButton(data, product), element("br"), element("span", said.filter(Boolean).join(" · "), { class: "quiet" }));
      }), "No products for this list."));
    }
    const before = element("p", recent.length ? "Bought last: " : "");
    before.append(...recent.flatMap((at, place) => [place ? ", " : "", element("bdi", titleOf(data.products[at]))]));
    const facts = [segment, orders === null ? "" : `${orders.toLocaleString()} ${orders === 1 ? "order" : "orders"}`, last ? `last on ${last}` : ""];
    answer.replaceChildren(element("h3", `Customer ${id}`), element("p", facts.filter(Boolean).join(", ")), before, columns);
  };
  const showProduct = (data, at) => {
    const [id, title, category, cost] = data.products[at];
    const columns = element("div", null, { class: "columns" });
    for (const [name, heading] of Object.entries(methods)) {
      columns.append(column(heading, (data.near[at]?.[name] ?? []).map((other) => line(productButton(data, other))), "None."));
    }
    const facts = [title ? id : "", category, price(cost)];
    answer.replaceChildren(element("h3", title || id), element("p", facts.filter(Boolean).join(", ")), columns);
  };

  const open = async () => {
    const [, kind, coded] = location.hash.match(/^#(customer|product)=(.*)$/) ?? [];
    if (!kind) return;
    const started = performance.now();
    const data = await loaded();
    if (!data) return;
    let id;
    try { id = decodeURIComponent(coded); } catch { id = coded; }
    const at = (kind === "customer" ? data.byCustomer : data.byProduct).get(id);
    if (at === undefined) answer.replaceChildren(element("p", `This report has no ${kind} ${id}.`, { class: "nothing" }));
    else (kind === "customer" ? showCustomer : showProduct)(data, at);
    answer.dataset.milliseconds = String(Math.round(performance.now() - started));
    $("explorer").scrollIntoView();
  };
  const go = (kind, id) => {
    const hash = `#${kind}=${encodeURIComponent(id)}`;
    if (location.hash === hash) open(); else location.hash = hash;
  };
  const choose = async (place) => {
    const data = await loaded();
    const { kind, at } = options[place];
    const id = kind === "customer" ? data.customers[at].id : data.products[at][0];
    input.value = kind === "customer" ? id : titleOf(data.products[at]);
    close();
    go(kind, id);
  };

  input.addEventListener("focus", () => { load().catch(() => {}); if (input.value) suggest(); });
  input.addEventListener("input", suggest);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) suggest();
      else if (options.length) mark((active + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length);
    } else if (event.key === "Enter" && active >= 0) { event.preventDefault(); choose(active); }
    else if (event.key === "Escape") close();
  });
  addEventListener("hashchange", open);
  open();
})();
