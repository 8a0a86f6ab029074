"""The model card as a page of HTML and as Markdown."""

from markupsafe import Markup

from leadscore.measure.card import Card
from leadscore.measure.charts.lines import reliability_chart, reliability_title
from leadscore.measure.pages import COLUMNS, ratio_charts
from leadscore.measure.rendering import drawn, html_page, markdown_page
from leadscore.measure.terms import terms

__all__ = ["card_html", "card_md"]


def card_html(card: Card) -> str:
    """Return the card as one self-contained HTML page; equal cards give equal bytes."""
    return html_page(
        "card.html.j2",
        card=card,
        columns=COLUMNS,
        terms=_terms(card),
        reliability=_reliability(card),
        fairness_charts=ratio_charts(card.fairness),
    )


def card_md(card: Card) -> str:
    """Return the card as Markdown, with tables in place of charts; equal cards, equal bytes."""
    return markdown_page("card.md.j2", card=card, columns=COLUMNS, terms=_terms(card))


def _terms(card: Card) -> str:
    return terms(one.name for one in card.comparison)


def _reliability(card: Card) -> Markup:
    if not card.reliability:
        return Markup()
    title = reliability_title(card.reliability, said="it said", came=card.came)
    return drawn(reliability_chart(card.reliability, title=title, said="it said", came=card.came))
