# SPDX-License-Identifier: MIT
"""What notebooks show: well-formed, self-contained, readable without colours, and with no way for data to become markup."""
import html.parser
import random
import re

import icp
import pytest

VOID = {"br"}
TAGS = {"style", "div", "h4", "p", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "i", "u", "b", "br", "code", "bdi", "ul", "li", "svg", "g", "rect", "line", "text"}
ATTRIBUTES = {"class", "style", "scope", "colspan", "aria-hidden", "aria-label", "role", "width", "height", "viewbox", "fill", "stroke", "stroke-opacity", "font-size",
              "text-anchor", "x", "y", "x1", "x2", "y1", "y2"}


class Reading(html.parser.HTMLParser):
    """Checks that tags are closed in order, and gathers what is read."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.texts, self.styles = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        assert tag in TAGS and {name for name, _ in attributes} <= ATTRIBUTES, (tag, attributes)
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID and self.get_starttag_text()[-2:] != "/>":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        (self.styles if "style" in self.open else self.texts).append(data)


def read(shown):
    text = shown._repr_html_()
    assert len(text.encode()) < 40_000
    reading = Reading(text)
    assert not re.search(r"url|@|http|[^;{]color", "".join(reading.styles).replace("background", ""))  # nothing from outside; text of the colour of the page, light or dark
    assert all(re.fullmatch(r"[a-z:0-9.%;]+", attributes["style"]) for _, attributes in reading.tags if "style" in attributes)
    assert [tag for tag, attributes in reading.tags if tag == "th" and attributes.get("scope") in ("row", "col", "colgroup")]
    assert not [tag for tag, attributes in reading.tags if tag == "th" and "scope" not in attributes]
    assert len([tag for tag, _ in reading.tags if tag == "caption"]) == len([tag for tag, _ in reading.tags if tag == "table"])
    for tag, attributes in reading.tags:
        assert tag != "svg" or (attributes["role"] == "img" and attributes["aria-label"])
        assert "b" not in attributes.get("class", "").split() or attributes.get("aria-hidden") == "true"
    return reading, " ".join(reading.texts)


def test_a_model_shows_its_layers_side_by_side(timing):
    reading, text = read(timing)
    for said in (timing.id[:12], "Fit", "Intent", "Retention", "Who looks like a customer?", "within 90 days", "60 customers against 1,000 companies", "industry:financials"):
        assert said in text
    for layer in timing.layers:
        info = timing.layer(layer)
        assert f"{info.auc_micro / 1e6:.3f}" in text and f"{info.cllr_micro / 1e6:.3f}" in text
    assert "nobody answers for this model" in text
    assert "Jane Doe" in read(timing.with_card({"owner": "Jane Doe", "review": {"every_days": 90, "last": "2023-11-01"}}))[1]


def test_reservations_stand_in_the_open(golden, reference, companies):
    few = icp.fit((golden / "customers.csv").read_text().split()[1:12], reference, allow_few=True)
    _, text = read(few)
    assert "few customers" in text and few.info.flags
    wide = icp.fit(companies[:150], icp.Reference.build(companies[:400], key="domain"))
    assert "over 1/8 of the reference are customers" in read(wide)[1]
    surge = icp.fit(golden / "customers.csv", reference, events=golden / "events.csv", as_of="2024-01-01")
    assert "assumed" in surge.layer("intent").flags and "assumed" not in surge.layer("fit").flags
    assert "assumed, not measured" in read(surge)[1]


def test_what_was_edited_by_hand_says_so(model, reference):
    trait = model.traits().top(1)[0]
    edited = model.edit(reference, [{"trait": trait.id, "weight": 1}], author="Jane", reason="we sell elsewhere now")
    _, text = read(edited)
    assert f"edited from {model.id[:12]}" in text and "edited by hand" in text
    assert f"by hand; learned {trait.points / 1000:+.1f}" in icp.model.Traits(edited, [one.id for one in edited.traits()].index(trait.id), 1)._repr_html_()


def test_traits_show_counts_beside_shares(model):
    _, text = read(model.traits())
    top = model.traits().top(1)[0]
    assert f"{top.customers} of {top.customers_of}" in text and f"{len(model.traits()):,} traits" in text and "more with smaller weights" in text


def test_a_distribution_says_in_words_what_it_draws(model):
    reading, text = read(model.distribution())
    label = next(attributes["aria-label"] for tag, attributes in reading.tags if tag == "svg")
    for tier, count in model.distribution().spread.tiers.items():
        assert f"{count:,} {tier}" in label and f"{count:,}" in text
    assert "No company yet" in icp.Distribution()._repr_html_()


def test_bars_of_a_histogram_lie_in_one_tier_each():
    from icp import _html
    buckets = _html._buckets()
    assert buckets[0][0] == 200 and buckets[-1][1] == 760 and all(a[1] == b[0] for a, b in zip(buckets, buckets[1:]))
    assert all(icp.tier_of(1) and not any(low < edge < high for edge in (339, 445, 551, 657)) for low, high in buckets)


def test_a_result_shows_every_layer_and_how_far_to_trust_it(timing, companies, golden):
    result = timing.score(companies, events=golden / "events.csv", as_of="2024-01-01", reasons=3)
    _, text = read(result)
    for said in ("Scores of 1,000 companies", "Confidence of fit", "Confidence of intent", "Confidence of retention", "90% interval", "Quadrant", companies[0]["domain"],
                 "990 more rows", result[0].quadrant, f"{result[0].low}\u2013{result[0].high}"):
        assert said in text
    assert companies[11]["domain"] not in text
    for layer in timing.layers:
        for tier, count in icp.Distribution().add(result, layer).spread.tiers.items():
            assert f"{count:,}" in text
    assert "90% interval" in read(timing.score(companies[:3]))[1] and "Scores of 0 companies" in timing.score([])._repr_html_()
    keyless = [{k: v for k, v in row.items() if k != "domain"} for row in companies[:12]]
    assert "row 1" in read(timing.score(keyless))[1]


def test_what_is_shown_does_not_grow_with_the_rows(model, companies):
    once, often = model.score(companies), model.score(companies * 50)
    assert abs(len(once._repr_html_()) - len(often._repr_html_())) < 500
    assert often._lists == {}  # no column of the whole was made into a list
    assert "100,000" not in once._repr_html_() and "50,000" in often._repr_html_()


def test_an_override_is_shown_beside_the_tier(model, companies):
    key = companies[0]["domain"]
    entry = {"kind": "override", "scope": "company", "key": key, "tier": "Excellent", "reason": "context", "text": "x", "author": "Jane", "authority": "VP",
             "expiry": "2025-01-01"}
    decisions = icp.Decisions([{"number": 1, "time": 1704153600000000, "entry": entry}], "2024-06-01")
    result = model.score(companies, decisions=decisions)
    assert result[0].key == key and result[0].effective_tier == "Excellent" != result[0].tier
    assert f"{result[0].tier}, by hand Excellent" in read(result)[1].replace("  ", " ")


def test_a_reference_shows_its_columns(reference):
    _, text = read(reference)
    assert "Reference of 1,000 companies" in text and all(column.name in text for column in (reference.schema[i] for i in range(len(reference.schema))))


def test_an_explanation_shows_what_adds_up_and_the_causes(model):
    explained = model.explain({"industry": "Fintech", "employees": "many"})
    _, text = read(explained)
    assert explained.score.tier in text and explained.score.confidence in text and all(part.trait in text for part in explained.contributions)
    assert all(cause in text for cause in explained.causes["confidence"]["causes"])


HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</style></table><h1>x", "' onmouseover='x", "&lt;b&gt;", "\u202egnp.exe", "a" * 5000, "\x1b[31m\x00",
           "<svg/onload=alert(1)>", "{{constructor}}", "$\\alpha$", "🦆 größe 日本"]


@pytest.mark.parametrize("seed", range(4))
def test_nothing_in_the_data_becomes_markup(seed):
    rng = random.Random(seed)
    names = rng.sample(HOSTILE, 6)
    rows = [{"key": f"{rng.choice(HOSTILE)[:200]}{i}", **{name[:300]: rng.choice(HOSTILE) for name in names}} for i in range(400)]
    reference = icp.Reference.build(rows, key="key")
    model = icp.fit([dict(row, **{names[0][:300]: HOSTILE[0]}) for row in rng.sample(rows, 60)], reference, release="*")
    model = model.with_card({"owner": HOSTILE[1], "review": {"every_days": 30, "last": "2024-01-01"}})
    result = model.score(rows, reasons=5)
    for shown in (model, model.traits(), model.distribution(), reference, result, model.explain(rows[0])):
        reading, text = read(shown)
        assert "\x1b" not in text and "\x00" not in text


def test_three_hundred_columns_stay_small():
    rng = random.Random(1)
    rows = [{"key": i, **{f"{'long column name ' * 6}{j}": rng.choice(["x" * 300 + str(k) for k in range(4)]) for j in range(300)}} for i in range(200)]
    reference = icp.Reference.build(rows, key="key")
    model = icp.fit(rows[:40], reference, release="*")
    for shown in (reference, model, model.traits(), model.score(rows, reasons=64), model.explain(rows[0])):
        read(shown)
