"""What the accessibility checker axe-core finds on a page."""

from axe_playwright_python.sync_playwright import Axe


def axe_violations(page):
    found = Axe().run(page).response["violations"]
    return [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found]
