"""The pages of the API in a real browser, which reaches no other machine."""

import socket
import threading

import duckdb
import pytest

from recsys.api import Access, create_app

KEY = "a-key-of-tests-0123456789"
EVIL = '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>'


@pytest.fixture
def serving(built):
    """Return a function that serves the built database and returns its address."""
    uvicorn = pytest.importorskip("uvicorn")
    running = []

    def started(access=None):
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(built, access=access), log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        running.append((server, thread, listener))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield started
    for server, thread, listener in running:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def page(browser):
    """Return a function that opens an address, and fails what goes wrong in the page."""
    opened = []

    def at(address, width=1400, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.set_default_timeout(20_000)
        one = context.new_page()
        wrong, asked = [], []
        one.on("pageerror", lambda error: wrong.append(str(error)))
        one.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        one.on("request", lambda request: asked.append(request.url))
        opened.append((context, address, wrong, asked))
        one.goto(address)
        return one

    yield at
    for context, address, wrong, asked in opened:
        context.close()
        assert wrong == []
        home = address.split("/")[2]
        assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {home}


def shown(page, text):
    page.get_by_role("heading", name=text, exact=True).wait_for()


def tiles(page, section):
    tiles = page.locator("section", has=page.get_by_role("heading", name=section)).locator("li")
    return [one.split("\n")[0] for one in tiles.locator(".title").all_inner_texts()]


def signed_in(page, customer):
    page.get_by_label("Customer id").fill(customer)
    page.get_by_role("button", name="Sign in").click()


def test_the_description_is_shown(serving, page):
    docs = page(f"{serving()}/docs")
    docs.locator(".opblock").first.wait_for()
    described = docs.evaluate("fetch('/openapi.json').then(answer => answer.json())")
    assert docs.locator(".opblock").count() == sum(map(len, described["paths"].values()))
    assert docs.get_by_text("/basket/recommendations").is_visible()


def test_a_customer_sees_the_lists(serving, page):
    shop = page(f"{serving()}/demo")
    shown(shop, "Popular products")
    assert tiles(shop, "Popular products") == ["Café [crème], 250 g", 'Milk "fresh"']
    signed_in(shop, "00123")
    shown(shop, "Hello, customer 00123")
    for section in ("Your next basket", "Buy it again", "New for you"):
        assert tiles(shop, section)[:2] == ["Café [crème], 250 g", 'Milk "fresh"']
    assert shop.get_by_text("often bought with Milk").first.is_visible()
    shop.get_by_role("button", name="Sign out").click()
    shown(shop, "Welcome")


def test_an_unknown_customer_is_told_and_sees_popular_products(serving, page):
    shop = page(f"{serving()}/demo")
    signed_in(shop, "123")
    shown(shop, "Popular products")
    message = shop.get_by_role("alert")
    message.wait_for()
    assert message.inner_text().startswith("There is no customer 123")


def test_products_and_the_basket(serving, page):
    shop = page(f"{serving()}/demo#/product/P1")
    shown(shop, "Café [crème], 250 g")
    assert tiles(shop, "Often bought together") == ['Milk "fresh"', "Line one line two"]
    assert tiles(shop, "Similar products") == ["Line one line two", 'Milk "fresh"']
    shop.get_by_role("button", name="Add Café [crème], 250 g to the basket").click()
    shop.get_by_role("link", name="Basket 1").click()
    shown(shop, "Your basket")
    shown(shop, "Goes well with it")
    assert tiles(shop, "Goes well with it") == ['Milk "fresh"', "Line one line two"]
    shop.get_by_role("button", name='Add Milk "fresh" to the basket').click()
    shop.get_by_role("link", name="Basket 2").wait_for()
    shop.get_by_role("button", name="Remove Café").click()
    shop.get_by_role("link", name="Basket 1").wait_for()


def test_products_are_found_by_keyboard(serving, page):
    shop = page(f"{serving()}/demo")
    shop.get_by_label("Search products").focus()
    shop.keyboard.type("milk")
    shop.keyboard.press("Enter")
    shown(shop, "Products for “milk”")
    shop.get_by_role("link", name='Milk "fresh"').focus()
    shop.keyboard.press("Enter")
    shown(shop, 'Milk "fresh"')


@pytest.mark.parametrize("product_id", ["P/3", "x' & ?#%", EVIL])
def test_odd_ids_and_names_are_text(serving, page, built, product_id):
    with duckdb.connect(built) as writer:
        writer.execute(
            "update marts.products set product_id = $id, title = $text, category = $text, "
            "brand = $text where product_id = 'P/3'",
            {"id": product_id, "text": EVIL},
        )
        for table, column in (
            ("recommendations", "product_id"),
            ("similar_products", "similar_product_id"),
            ("bought_together", "other_product_id"),
        ):
            writer.execute(
                f"update marts.{table} set {column} = $id where {column} = 'P/3'",  # noqa: S608
                {"id": product_id},
            )
        writer.execute("update marts.recommendations set reason = $text", {"text": EVIL})
    shop = page(f"{serving()}/demo")
    signed_in(shop, "00123")
    shown(shop, "Hello, customer 00123")
    shop.locator(".tile a", has=shop.locator(".title", has_text="<img")).first.click()
    shop.locator(".product h1").wait_for()
    as_shown = EVIL.replace("/", "/\u200b")  # where lines may break
    assert shop.locator(".product h1").text_content() == as_shown
    shop.locator(".product button").click()
    shop.get_by_role("link", name="Basket 1").click()
    shop.locator(".lines li").wait_for()
    assert shop.evaluate("window.hacked") is None
    assert shop.locator("main img, main script").count() == 0


@pytest.mark.parametrize("width", [390, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_phones_and_desktops_by_day_and_night(serving, page, width, scheme):
    shop = page(f"{serving()}/demo", width, scheme)
    signed_in(shop, "00123")
    shown(shop, "Hello, customer 00123")
    too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not shop.evaluate(too_wide)
    light = shop.evaluate("getComputedStyle(document.body).backgroundColor")
    values = [int(part) for part in light.strip("rgb()").split(",")]
    assert (sum(values) > 600) == (scheme == "light")


def test_a_server_with_a_key_asks_for_it(serving, browser):
    context = browser.new_context()
    shop = context.new_page()
    shop.goto(f"{serving(Access(keys=(KEY,)))}/demo")
    shop.get_by_label("This server asks for its API key").fill(KEY)
    shop.get_by_role("button", name="Continue").click()
    shown(shop, "Popular products")
    assert tiles(shop, "Popular products")
    context.close()
