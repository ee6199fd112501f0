"use strict";
// Everything that comes from the shop is put into the page as text, never as HTML.

const main = document.getElementById("main");
const store = {
  get customer() { return sessionStorage.getItem("customer"); },
  set customer(id) { id ? sessionStorage.setItem("customer", id) : sessionStorage.removeItem("customer"); },
  get basket() {
    try {
      const kept = JSON.parse(sessionStorage.getItem("basket") || "[]");
      return Array.isArray(kept) ? kept : [];
    } catch { return []; }
  },
  set basket(lines) { sessionStorage.setItem("basket", JSON.stringify(lines)); },
};
const LISTS = [
  ["next_basket", "Your next basket", "What you will probably buy next"],
  ["buy_again", "Buy it again", "What you bought before"],
  ["discover", "New for you", "What you never bought here"],
  ["popular", "Popular products", "We don't know you yet: this is what others buy"],
];
const MOST_IN_BASKET = 100;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

class Refused extends Error {
  constructor(status, detail) {
    super(typeof detail === "string" ? detail : "The API refused this request.");
    this.status = status;
  }
}

async function ask(path, body) {
  const headers = {};
  const key = sessionStorage.getItem("key");
  if (key) headers["X-API-Key"] = key;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    headers, method: body ? "POST" : "GET", body: body ? JSON.stringify(body) : undefined,
  });
  if (answer.status === 401) {
    await askForKey();
    return ask(path, body);
  }
  const content = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, content.detail);
  return content;
}

let asking = null;
function askForKey() {
  // several requests may be refused at once: one question is enough
  asking ??= new Promise((done) => {
    const dialog = document.getElementById("key");
    dialog.addEventListener("close", () => {
      sessionStorage.setItem("key", dialog.querySelector("input").value);
      dialog.querySelector("input").value = "";
      asking = null;
      done();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

const at = (id) => encodeURIComponent(id);
// lines may break after a slash
const nameOf = (product) => (product.title || `Product ${product.product_id}`).replaceAll("/", "/\u200b");
const productAddress = (id) => `#/product/${at(id)}`;

function picture(product) {
  const words = nameOf(product).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
  let hue = 0;
  for (const letter of product.category || "") hue = (hue * 31 + letter.codePointAt(0)) % 360;
  const element = make("div", { class: "picture", "aria-hidden": "true" }, letters || "·");
  element.style.setProperty("--hue", hue);
  return element;
}

function price(product) {
  return make("span", { class: "price" }, product.price === null ? "" : product.price.toFixed(2));
}

function addButton(product) {
  return make("button", {
    type: "button", "aria-label": `Add ${nameOf(product)} to the basket`,
    onclick: () => add(product),
  }, "Add");
}

function tile(product) {
  return make("li", { class: "tile" },
    make("a", { href: productAddress(product.product_id) },
      picture(product),
      make("div", { class: "body" },
        make("div", { class: "title" }, nameOf(product)),
        make("div", { class: "category" }, product.category || ""),
        product.reason ? make("div", { class: "reason" }, product.reason) : null)),
    make("div", { class: "foot" }, price(product), addButton(product)));
}

function shelf(title, about, products) {
  return make("section", {},
    make("h2", {}, title),
    make("p", { class: "about" }, about),
    products.length
      ? make("ul", { class: "tiles" }, ...products.map(tile))
      : make("p", { class: "note" }, "Nothing to show here."));
}

function unique(products) {
  const seen = new Set();
  return products.filter(({ product_id: id }) => !seen.has(id) && seen.add(id));
}

async function home() {
  if (!store.customer) {
    const found = await ask("popular-products");
    return built(found, make("h1", {}, "Welcome"),
      shelf("Popular products", "What most customers bought lately", found.popular));
  }
  const found = await ask(`customers/${at(store.customer)}/recommendations?fallback=popular`);
  const shelves = LISTS
    .map(([name, title, about]) => [title, about, found.recommendations.filter((row) => row.list_type === name)])
    .filter(([, , rows]) => rows.length)
    .map((one) => shelf(...one));
  if (!found.known) say(`There is no customer ${store.customer}: popular products are shown instead.`);
  return built(found,
    make("h1", {}, found.known ? `Hello, customer ${store.customer}` : "Welcome"),
    ...(shelves.length ? shelves : [make("p", { class: "note" }, "There are no lists for this customer.")]));
}

async function product(id) {
  const [one, together, similar] = await Promise.all([
    ask(`products/${at(id)}`),
    ask(`products/${at(id)}/bought-together?in_stock=true&k=10`),
    ask(`products/${at(id)}/similar?in_stock=true&k=10`),
  ]);
  const goesWith = together.bought_together.map((row) => ({ ...row, product_id: row.other_product_id }));
  const alike = unique(similar.similar.map((row) => ({ ...row, product_id: row.similar_product_id })));
  return built(one,
    make("div", { class: "product" }, picture(one),
      make("div", {},
        make("h1", {}, nameOf(one)),
        make("p", { class: "about" }, [one.brand, one.category].filter(Boolean).join(" · ")),
        make("p", {}, price(one)),
        one.why_not ? make("p", { class: "note" }, one.is_recommendable ? `It is ${one.why_not}` : `Not recommended: ${one.why_not}`) : null,
        addButton(one))),
    shelf("Often bought together", "In the same baskets more often than by chance", goesWith),
    shelf("Similar products", "Alike by their texts, or bought by the same customers", alike));
}

async function basket() {
  const lines = store.basket;
  const page = [make("h1", {}, "Your basket")];
  if (!lines.length) return [...page, make("p", { class: "note" }, "It is empty. Add a product to see what goes with it.")];
  page.push(make("ul", { class: "lines" }, ...lines.map((line) => make("li", {},
    make("a", { href: productAddress(line.product_id) }, nameOf(line)), price(line),
    make("button", {
      type: "button", class: "plain", "aria-label": `Remove ${nameOf(line)}`,
      onclick: () => { keep(store.basket.filter((one) => one.product_id !== line.product_id)); show(); },
    }, "Remove")))));
  const found = await ask("basket/recommendations",
    { product_ids: lines.map((line) => line.product_id), k: 10, in_stock: true, fallback: "popular" });
  const about = found.fallback ? "Nothing goes with this basket: popular products" : "What others put in baskets like yours";
  return built(found, ...page, shelf("Goes well with it", about, found.recommendations));
}

async function search(text) {
  const found = await ask(`products?k=40&search=${at(text)}`);
  return [make("h1", {}, `Products for “${text}”`),
    found.length
      ? make("ul", { class: "tiles" }, ...found.map(tile))
      : make("p", { class: "note" }, "No product's title holds all these words.")];
}

function built(answer, ...elements) {
  const moment = answer.generated_at ? new Date(answer.generated_at).toLocaleString() : "unknown";
  document.getElementById("footer").textContent =
    `A demonstration of the recommendations of the build of ${moment}. Nothing can be ordered here.`;
  return elements;
}

function keep(lines) {
  store.basket = lines;
  document.getElementById("count").textContent = lines.length;
}

function add({ product_id, title, category, price }) {
  const lines = store.basket.filter((line) => line.product_id !== product_id);
  if (lines.length >= MOST_IN_BASKET) return say(`A basket of this demo holds ${MOST_IN_BASKET} products.`);
  keep([...lines, { product_id, title, category, price }]);
  if (location.hash === "#/basket") show();
}

function say(text) {
  const message = document.getElementById("message");
  message.textContent = text;
  message.hidden = !text;
}

let shown = 0;
async function show() {
  const turn = ++shown;
  const [, kind = "", rest = ""] = location.hash.match(/^#\/([a-z]*)\/?(.*)$/s) || [];
  const pages = { product, basket, search };
  say("");
  let page;
  try {
    page = await (Object.hasOwn(pages, kind) ? pages[kind](decodeURIComponent(rest)) : home());
  } catch (error) {
    if (turn !== shown) return;
    say(error instanceof Refused ? error.message : "The server doesn't answer. Is `recsys serve` running?");
    page = [];
  }
  if (turn !== shown) return; // another page was asked for meanwhile
  main.replaceChildren(...page);
  main.dataset.shown = location.hash || "#/";
}

function signedIn() {
  document.getElementById("sign-out").hidden = !store.customer;
  document.getElementById("customer").elements.id.value = store.customer || "";
}

function go(hash) {
  if (location.hash === hash) show();
  else location.hash = hash;
}

document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = event.target.elements.text.value.trim();
  if (text) go(`#/search/${at(text)}`);
});
document.getElementById("customer").addEventListener("submit", (event) => {
  event.preventDefault();
  store.customer = event.target.elements.id.value.trim();
  signedIn();
  go("#/");
});
document.getElementById("sign-out").addEventListener("click", () => {
  store.customer = null;
  signedIn();
  go("#/");
});
window.addEventListener("hashchange", () => { window.scrollTo(0, 0); show(); });

keep(store.basket);
signedIn();
show().then(async () => {
  try {
    const some = await ask("customers?k=20");
    document.getElementById("customers").append(
      ...some.map(({ customer_id: id, segment, orders }) =>
        make("option", { value: id }, `${segment || ""}, ${orders ?? 0} orders`)));
  } catch { /* the page above said why */ }
});
