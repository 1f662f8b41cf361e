# SPDX-License-Identifier: MIT
"""What notebooks show: HTML without scripts, outside resources or fixed text colours. All text is escaped; each bar has its number beside it."""
from __future__ import annotations

import html
import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional, Sequence, Tuple

from ._values import CONFIDENCES, TIERS, flag_names

if TYPE_CHECKING:
    from .distribution import Distribution
    from .model import LayerInfo, Model, Trait
    from .reference import Reference
    from .result import Result
    from .schema import Schema
    from .scorer import Explanation

ROWS, TRAITS, COLUMNS = 10, 20, 30  # shown at most
_EDGES = (200, 339, 445, 551, 657, 760)  # of the tiers
_LAYERS = {"fit": "Fit", "intent": "Intent", "retention": "Retention"}
_WORDS = {"few_customers": "few customers", "interval_uncalibrated": "interval width not calibrated", "thin": "thin data", "high_on_thin": "high score on thin data",
          "missing_traits": "much is unknown", "nothing_known": "nothing is known", "out_of_range": "value never seen before", "unreadable": "unreadable value",
          "listed_share_high": "over 1/8 of the reference are customers: ratios are capped", "assumed": "assumed, not measured", "stale": "stale events",
          "invalidated": "an event overtook what came before", "flagged": "flagged by people", "review_overdue": "model review overdue",
          "calibration_overdue": "calibration overdue", "changed": "changed since the fit", "edited": "edited by hand"}
_STYLE = """<style>
.icp{font:13px/1.45 system-ui,sans-serif;overflow-x:auto}.icp h4{font-size:1.15em;margin:.2em 0 .4em}.icp p{margin:.35em 0;max-width:70em}.icp .q{opacity:.75}
.icp table{border-collapse:collapse;margin:.4em 0 .8em;font-variant-numeric:tabular-nums}.icp caption{text-align:left;font-weight:600;padding:.2em 0;white-space:nowrap}
.icp th,.icp td{padding:.18em .8em .18em 0;text-align:left;vertical-align:top;border-bottom:1px solid rgba(128,128,128,.25);background:none}
.icp thead th,.icp thead td{vertical-align:bottom;border-bottom:1px solid rgba(128,128,128,.6);white-space:nowrap}.icp thead tr.g>*{border-bottom:0;padding-bottom:0}
.icp tbody th{font-weight:400;min-width:12em;max-width:24em;overflow-wrap:anywhere}
.icp td.n,.icp th.n{text-align:right;white-space:nowrap}.icp td.t{min-width:10em;max-width:22em;overflow-wrap:anywhere}.icp td.w{white-space:nowrap}
.icp .s{display:flex;flex-wrap:wrap;column-gap:2.5em}
.icp .b{display:inline-block;position:relative;width:6em;height:.75em;background:rgba(128,128,128,.16);border-radius:2px}
.icp .b i{position:absolute;top:0;bottom:0;border-radius:2px;background:#2b83ba}.icp .b i.m{background:#d97706}.icp .b u{position:absolute;top:-.15em;bottom:-.15em;width:2px;background:currentColor}
.icp .a{border-left:3px solid #d97706;padding-left:.6em}.icp svg{display:block}
</style>"""
_KINDS = {"n": ' class="n"', "t": ' class="t"', "w": ' class="w"'}


def text(value: Any, most: int = 80) -> str:
    """Escaped, without control characters, cut where it is long."""
    shown = "".join(" " if ord(one) < 32 or 127 <= ord(one) < 160 else one for one in str(value)[: most + 1])
    return html.escape(shown[: most - 1] + "\u2026" if len(shown) > most else shown)


def name(value: Any, most: int = 80) -> str:
    """Text of somebody else, whose direction of writing stays in its cell."""
    return f"<bdi>{text(value, most)}</bdi>"


def page(title: str, *parts: str) -> str:
    """The whole."""
    return f'{_STYLE}<div class="icp"><h4>{title}</h4>{"".join(parts)}</div>'


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], kinds: str = "", groups: "Optional[tuple[int, Sequence[str], int]]" = None) -> str:
    """A table whose first column names its rows.

    kinds: a letter for each column, n = number, t = text that may wrap, w = one that may not. groups: columns before them, their names, and columns of each.
    """
    styles = [_KINDS.get(one, "") for one in kinds.ljust(len(heads))]
    above = ""
    if groups is not None:
        before, names, each = groups
        above = f'<tr class="g"><td colspan="{before}"></td>' + "".join(f'<th scope="colgroup" colspan="{each}">{one}</th>' for one in names) + "</tr>"
    head = "".join(f'<th scope="col"{style}>{one}</th>' if one else "<td></td>" for one, style in zip(heads, styles))
    body = "".join(f'<tr><th scope="row"{styles[0]}>{row[0]}</th>' + "".join(f"<td{style}>{one}</td>" for one, style in zip(row[1:], styles[1:])) + "</tr>" for row in rows)
    return f"<table><caption>{caption}</caption><thead>{above}<tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def bar(value: float, most: float, both: bool = False) -> str:
    """A bar for the eye alone: the number stands beside it."""
    share = 100.0 * min(abs(value) / most, 1.0) if most else 0.0
    if both:
        place = f"left:50%;width:{share / 2:.1f}%" if value >= 0 else f"right:50%;width:{share / 2:.1f}%"
    else:
        place = f"left:0;width:{share:.1f}%"
    return f'<span class="b" aria-hidden="true"><i{" class=m" if value < 0 else ""} style="{place}"></i></span>'


def _interval(low: int, high: int, score: int, between: str = " ") -> str:
    def at(value: int) -> float:
        return (value - 200) / 5.6
    return (f'{low}&#8211;{high}{between}<span class="b" aria-hidden="true"><i style="left:{at(low):.1f}%;width:{at(high) - at(low):.1f}%;opacity:.55"></i>'
            f'<u style="left:{at(score):.1f}%"></u></span>')


def percent(part: float, whole: float) -> str:
    """A share in per cent."""
    return f"{100.0 * part / whole:.1f}%" if whole else "\u2013"


def _micro(value: int) -> str:
    return f"{value / 1e6:.3f}"


def _points(milli: int) -> str:
    return f"{milli / 1000:+.1f}".replace("-", "\u2212")


def _words(flags: "Sequence[str]") -> str:
    return "; ".join(_WORDS.get(flag, flag) for flag in flags if not (flag == "missing_traits" and "nothing_known" in flags))


def _more(shown: int, count: int, what: str) -> str:
    return f'<p class="q">{count - shown:,} more {what}.</p>' if count > shown else ""


def _layer_question(info: "LayerInfo") -> str:
    if info.layer == "fit":
        return "Who looks like a customer?"
    return f"Who {'buys' if info.layer == 'intent' else 'stays'} within {info.horizon_days} days?"


def _trait_name(trait: "Trait") -> str:
    return f"{name(trait.column)}: anything known" if trait.kind == "known" else name(trait.id)


def _trait_row(trait: "Trait", most: int, whole: bool) -> "list[str]":
    lift = trait.customers * trait.reference_of / (trait.customers_of * trait.reference) if trait.customers_of and trait.reference else None
    row = [_trait_name(trait), f"{trait.weight:+d}".replace("-", "\u2212"), bar(trait.weight, most, True)]
    if whole:
        points = _points(trait.points) + f" &#177;{math.sqrt(trait.variance) / 1000:.0f}"
        by_hand = f"<br>by hand; learned {_points(trait.learned_points)}" if trait.points != trait.learned_points else ""
        row += [points + by_hand, trait.family, f"{trait.customers:,} of {trait.customers_of:,}"]
    return row + [percent(trait.customers, trait.customers_of), percent(trait.reference, trait.reference_of), (f"{lift:.1f}&#215;" if lift else "0&#215;") if lift is not None else "new"]


def _trait_table(traits: "Sequence[Trait]", caption: str, whole: bool = True) -> str:
    most = max((abs(trait.weight) for trait in traits), default=1) or 1
    timing = bool(traits) and traits[0].layer != "fit"
    sides = ["Outcome", "Others"] if timing else ["Customers", "At large"]
    heads = ["Trait", "Weight", ""] + (["Points", "Family", sides[0], ""] if whole else [sides[0]]) + [sides[1], "Ratio"]
    return table(caption, heads, [_trait_row(trait, most, whole) for trait in traits], " n n nnnn" if whole else " n nnn")


def traits(shown: Any) -> str:
    """The traits with the largest weights."""
    top = shown.top(TRAITS)
    note = '<p class="q">Weight: percentage points by which customers have it more often than companies at large. Points: what it adds to a score (53 double the ratio), and the half width of their 90% interval.</p>'
    layers = list(dict.fromkeys(trait.layer for trait in top))
    parts = [_trait_table([trait for trait in top if trait.layer == layer], _LAYERS[layer]) for layer in layers]
    return page(f"{len(shown):,} traits", *parts, _more(len(top), len(shown), "with smaller weights"), note)


def _buckets() -> "list[tuple[int, int]]":
    """Scores from and below of the bars of a histogram; no bar lies in two tiers."""
    found: "list[tuple[int, int]]" = []
    for low, high in zip(_EDGES, _EDGES[1:]):
        count = round((high - low) / 17.5)
        cuts = [low + (high - low) * i // count for i in range(count + 1)]
        found += zip(cuts, cuts[1:])
    return found


def histogram(counts: "Sequence[int]", label: str, width: int = 420, height: int = 84) -> str:
    """A histogram of scores as SVG, with the edges of the tiers."""
    def x(score: int) -> str:
        return f"{(score - 200) * width / 560:.1f}"
    found = [(low, high, sum(counts[low - 200:high - 200]) / (high - low)) for low, high in _buckets()]
    most = max(density for _, _, density in found) or 1.0
    bars = "".join(f'<rect x="{x(low)}" y="{height - height * density / most:.1f}" width="{(high - low) * width / 560 - 1:.1f}" height="{height * density / most:.1f}"/>'
                   for low, high, density in found if density)
    lines = "".join(f'<line x1="{x(edge)}" x2="{x(edge)}" y1="0" y2="{height + 4}"/>' for edge in _EDGES[1:-1])
    texts = "".join(f'<text x="{x(edge)}" y="{height + 16}">{edge}</text>' for edge in _EDGES[1:-1])
    texts += "".join(f'<text x="{x((low + high) // 2)}" y="{height + 30}">{tier}</text>' for low, high, tier in zip(_EDGES, _EDGES[1:], TIERS[1:]))
    return (f'<svg role="img" aria-label="{html.escape(label)}" width="{width}" height="{height + 36}" viewBox="0 0 {width} {height + 36}"><g fill="#2b83ba">{bars}</g>'
            f'<g stroke="currentColor" stroke-opacity=".35">{lines}<line x1="0" x2="{width}" y1="{height}" y2="{height}"/></g>'
            f'<g fill="currentColor" font-size="10" text-anchor="middle">{texts}</g></svg>')


def _tier_rows(counts: "Sequence[Mapping[str, int]]") -> "list[list[str]]":
    ratios = {"Excellent": "8 and more", "Good": "2 to 8", "Fair": "1/2 to 2", "Poor": "1/8 to 1/2", "Very Poor": "below 1/8"}
    totals = [sum(one.values()) for one in counts]
    rows = []
    for tier in reversed(TIERS[1:]):
        row = [tier, ratios[tier]]
        for one, total in zip(counts, totals):
            row += [f"{one[tier]:,}", percent(one[tier], total), bar(one[tier], total)]
        rows.append(row)
    return rows


def distribution(shown: "Distribution") -> str:
    """A histogram and the companies of each tier."""
    spread = shown.spread
    parts = [histogram(shown.counts, f"Histogram. Scores of {spread.companies:,} companies" + _tiers_said(spread.tiers)),
             table("By tier", ["Tier", "Ratio to companies at large", "Companies", "Share", ""], _tier_rows([spread.tiers]), " wnn ")]
    return page(f"Scores of {spread.companies:,} companies", *(parts if spread.companies else ["<p>No company yet.</p>"]))


def _layer_table(shown: "Model") -> str:
    rows = []
    for layer in shown.layers:
        info = shown.layer(layer)
        rows.append([_LAYERS[layer], _layer_question(info), f"{info.examples:,}", f"{info.others:,}", _micro(info.auc_micro), _micro(info.cllr_micro), f"{info.traits:,}",
                     _words(info.flags) or "none"])
    return table("Layers, each with its own score", ["Layer", "Question", "Examples", "Against", "AUC", "Cllr (bits)", "Traits", "Reservations"], rows, " wnnnnnt")


def _layer_part(shown: "Model", layer: str) -> str:
    found = [(who, shown.distribution(layer, who)) for who in ("customers", "reference")]
    named = {"customers": "customers", "reference": "companies at large"} if layer == "fit" else {"customers": "moments with the outcome to come", "reference": "other moments"}
    drawn = ""
    for who, one in found:
        said = f"Scores of {len(one):,} {named[who]}"
        drawn += f"<p>{said}</p>" + histogram(one.counts, "Histogram. " + said + _tiers_said(one.spread.tiers), 340, 40) if len(one) else ""
    return f'<div>{_trait_table(shown.traits(layer).top(6), f"{_LAYERS[layer]}: what tells most", False)}{drawn}</div>'


def _tiers_said(tiers: "Mapping[str, int]") -> str:
    return ": " + ", ".join(f"{n:,} {tier}" for tier, n in tiers.items())


def _card(card: "Mapping[str, Any]") -> str:
    if not card:
        return '<p class="a">No card: nobody answers for this model yet (<code>with_card()</code>).</p>'
    review = card.get("review")
    due = f", reviewed every {text(review.get('every_days', '?'))} days, last {text(review.get('last', 'never'))}" if isinstance(review, Mapping) else ""
    return f"<p>Owner: {name(card.get('owner', 'not named'))}{due}.</p>"


def model(shown: "Model") -> str:
    """The layers side by side, what tells most in each, how the scores lie, and who answers for it."""
    info = shown.info
    parts = [f'<p>{info.customers:,} customers against {info.companies:,} companies, {info.listed:,} of them customers; reference <code>{info.reference_id[:12]}</code>.</p>']
    if info.flags:
        parts.append(f'<p class="a">{_words(info.flags)}.</p>')
    parts += [_card(shown.card), _layer_table(shown)]
    parts.append(f'<div class="s">{"".join(_layer_part(shown, layer) for layer in shown.layers)}</div>')
    parts.append('<p class="q">AUC, Cllr and the scores of these histograms come from fits that had not seen the company: an AUC of 0.5 and a Cllr of 1 say nothing. 498 = as common as at large, 53 points double the ratio, 657 and more = 8 times. Layers are not merged.</p>')
    parent = f", edited from {info.parent_id[:12]}" if info.parent_id else ""
    return page(f"Ideal Customer Profile <code>{info.id[:12]}</code>{parent}", *parts)


def reference(shown: "Reference") -> str:
    """Figures, and what each column is taken for."""
    info = shown.info
    counts = [("Rows read", info.rows_read), ("without a key", info.rows_without_key), ("that differ for one key", info.rows_differed), ("Cells cut", info.cells_cut)]
    said = "; ".join(f"{what.lower() if i else what} {n:,}" for i, (what, n) in enumerate(counts) if n or not i)
    note = f"<p>{said}. About {info.distinct_estimate:,} different companies; key {name(info.key_column)} ({info.key_form}).</p>"
    return page(f"Reference of {info.companies:,} companies <code>{info.id[:12]}</code>", note, _columns(shown.schema))


def _columns(schema: "Schema") -> str:
    rows = [[name(column.name), column.kind, column.family, percent(column.filled, column.seen), bar(column.filled, column.seen), name(column.reason, 200)]
            for column in (schema[i] for i in range(min(len(schema), COLUMNS)))]
    return table("Columns", ["Column", "Kind", "Family", "Filled", "", "Why it was so read"], rows, "   n") + _more(len(rows), len(schema), "columns")


def _score_cells(row: Any, layer: str, known: "Sequence[str]") -> "list[str]":
    own = "" if layer == "fit" else f"{layer}_"
    tier, confidence, flags, effective = row[f"{layer}_tier"], f"{own}confidence", f"{own}flags", f"{own}effective_tier"
    if effective in known and row[effective] != tier:
        tier = f"{tier}, by hand {row[effective]}"
    why = _words(flag_names(row[flags])) if flags in known else ""
    return [f"{row[f'{layer}_score']}", text(tier), _interval(row[f"{layer}_low"], row[f"{layer}_high"], row[f"{layer}_score"], "<br>"),
            (text(row[confidence]) if confidence in known else "") + (f'<br><span class="q">{why}</span>' if why else "")]


def _reasons(shown: "Result", count: int) -> "list[str]":
    if "reason_traits" not in shown.columns:
        return []
    return ["<br>".join(f"{name(trait, 50)} {_points(points)}" for trait, points in row[:3]) for row in shown.reasons()[:count]]


def _result_table(whole: "Result") -> str:
    shown = whole._first(ROWS)
    known, layers, count = shown.columns, shown.layers, min(len(shown), ROWS)
    reasons = _reasons(shown, count)
    quadrant = "quadrant" in known
    heads = ["Company"] + ["Quadrant"] * quadrant + ["Score", "Tier", "90% interval", "Confidence"] * len(layers) + ["Reasons (fit)"] * bool(reasons)
    rows = []
    for i in range(count):
        row = shown[i]
        cells = [name(row["key"], 60) if "key" in known and row["key"] else f"row {i + 1:,}"]
        if quadrant:
            cells.append(text(row["quadrant"]))
        for layer in layers:
            cells += _score_cells(row, layer, known)
        rows.append(cells + ([reasons[i]] if reasons else []))
    return table(f"The first {count:,}" if count < len(whole) else "All", heads, rows, " " * (1 + quadrant) + "nwwt" * len(layers) + "w",
                 (1 + quadrant, [_LAYERS[layer] for layer in layers], 4))


def _confidences(shown: "Result", layer: str) -> str:
    column = "confidence" if layer == shown.layers[0] and "confidence" in shown.columns else f"{layer}_confidence"
    if column not in shown.columns:
        return ""
    counts = Counter(shown.codes(column).tolist())
    return ", ".join(f"{counts[i]:,} {CONFIDENCES[i]}" for i in range(len(CONFIDENCES) - 1, 0, -1) if counts[i])


def result(shown: "Result") -> str:
    """Tiers of each layer side by side, how far they can be trusted, and the first rows."""
    if not len(shown):
        return page("Scores of 0 companies")
    from .distribution import Distribution
    tiers = [Distribution(context=shown._model._context).add(shown, layer).spread.tiers for layer in shown.layers]
    heads = ["Tier", "Ratio"] + ["Companies", "Share", ""] * len(tiers)
    said = [(_LAYERS[layer], _confidences(shown, layer)) for layer in shown.layers]
    confidence = "".join(f"<p>Confidence of {layer.lower()}: {counts}.</p>" for layer, counts in said if counts)
    parts = [table("Companies by tier", heads, _tier_rows(tiers), " w" + "nn " * len(tiers), (2, [_LAYERS[layer] for layer in shown.layers], 3)), confidence, _result_table(shown), _more(min(ROWS, len(shown)), len(shown), "rows")]
    return page(f"Scores of {len(shown):,} companies", *parts)


def explanation(shown: "Explanation") -> str:
    """A score, what adds up to it, and what its confidence rests on."""
    score, causes = shown.score, shown.causes
    top: "Sequence[Tuple[str, int]]" = shown.contributions[:TRAITS]
    most = max((abs(points) for _, points in top), default=1)
    confidence: "Mapping[str, Any]" = causes.get("confidence", {})
    listed = "".join(f"<li>{name(cause, 300)}</li>" for cause in confidence.get("causes", ()))
    unknown = ", ".join(name(one["column"]) for one in causes.get("unknown", ())[:COLUMNS])
    parts = [f"<p>{_interval(score.low, score.high, score.score)} (90% interval). Confidence <b>{score.confidence}</b>: the tier holds with a chance of {score.holds_milli / 10:.0f}%.</p>",
             f"<ul>{listed}</ul>" if listed else "", f"<p>Unknown: {unknown}.</p>" if unknown else "",
             table("What adds up to it", ["Trait", "Points", ""], [[name(trait), _points(points), bar(points, most, True)] for trait, points in top], " n "),
             _more(len(top), len(shown.contributions), "traits")]
    return page(f"{_LAYERS[score.layer]} {score.score}, {score.tier}", *parts)


def holder(kind: Optional[str]) -> Any:
    """A method _repr_html_ of a class, by the name of the function above; loaded when it is first used."""
    def _repr_html_(self: Any) -> str:
        return str(globals()[kind or type(self).__name__.lower()](self))
    return _repr_html_
