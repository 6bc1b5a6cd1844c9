"""Does a page keep the rules for older eyes and hands? Measured on the page as it is drawn.

``audit_page`` is cheap enough to stand at the end of any journey; ``audit_stretched`` and
``audit_focus`` move the page about and belong into a walk over all pages. Each gives back
sentences that begin with the number of the rule, an empty list when nothing is wrong.
"""

from pathlib import Path

from playwright.sync_api import Page

MEASURE = Path(__file__).with_name("audit.js").read_text()
AXE = Path(__file__).resolve().parents[2] / ".assets/node_modules/axe-core/axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_RULES = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}

# WCAG 1.4.12, and all text doubled: what a reader's own settings may do to a page.
STRETCHES = {
    "A4 with wide spacing": """
        * { line-height: 1.5 !important }
        * { letter-spacing: .12em !important; word-spacing: .16em !important }
        p { margin-block-end: 2em !important }""",
    "A3 with doubled text": "html { font-size: calc(2 * var(--text)) !important }",
}
MOST_STOPS = 400
ASK_AXE = """async ([within, runOnly, rules]) => {
    const answer = await axe.run(within, {runOnly, rules, resultTypes: ["violations"]});
    const lines = ({id, nodes}) => nodes.map((n) => [id, n.target.join(" "), n.failureSummary]);
    return answer.violations.flatMap(lines);
}"""

STOP = """() => {
    const stop = document.activeElement;
    if (!stop || stop === document.body) return null;
    const style = getComputedStyle(stop);
    const box = stop.getBoundingClientRect();
    const place = [];
    for (let one = stop; one.parentElement; one = one.parentElement) {
        place.push([...one.parentElement.children].indexOf(one));
    }
    return {
        place: place.join("/"),
        name: stop.localName + " " + stop.textContent.trim().slice(0, 30),
        ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        in_view: box.bottom > 0 && box.top < innerHeight && box.right > 0,
    };
}"""


def audit_page(page: Page, *, axe: bool = True) -> list[str]:
    """Every rule of ours that can be measured here, and axe's with the enhanced contrast.

    axe waits for answers that never come in a browser where script is off.
    """
    findings: list[str] = page.evaluate(MEASURE)
    return findings + (run_axe(page) if axe else [])


def run_axe(page: Page, *, within: str = "html") -> list[str]:
    """What axe has to say, one sentence for each element.

    The script is evaluated, not added to the page: the page's own policy would refuse it.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    violations = page.evaluate(ASK_AXE, [within, AXE_TAGS, AXE_RULES])
    return [f"axe {rule}: {target} ({' '.join(why.split())})" for rule, target, why in violations]


def audit_stretched(page: Page) -> list[str]:
    """Nothing runs off the side when the reader's own settings stretch the text."""
    findings = []
    for name, sheet in STRETCHES.items():
        width, window = page.evaluate(
            """(text) => {
                const sheet = new CSSStyleSheet();
                sheet.replaceSync(text);
                document.adoptedStyleSheets = [sheet];
                const widths = [document.documentElement.scrollWidth, innerWidth];
                document.adoptedStyleSheets = [];
                return widths;
            }""",
            sheet,
        )
        if width > window:
            findings.append(f"{name}: {width} px wide in a window of {window}")
    return findings


def audit_focus(page: Page) -> list[str]:
    """Walk the page by Tab: every stop shows a ring and stands in view, and none is a trap."""
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    findings = []
    seen: list[str] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop["place"] in seen[:1]:
            return findings
        if seen and stop["place"] == seen[-1]:
            return [*findings, f"B3 Tab does not leave {stop['name']}"]
        seen.append(stop["place"])
        if stop["ring"] < 3:
            findings.append(f"B4 a ring of {stop['ring']} px: {stop['name']}")
        if not stop["in_view"]:
            findings.append(f"B4 out of view when focused: {stop['name']}")
    return [*findings, f"B3 more than {MOST_STOPS} stops"]
