"""Templates: what they show is inert, and nothing in them lets text through as HTML."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from jinja2 import UndefinedError
from markupsafe import Markup
from rendered import hostile

from rag.ui import templating
from rag.ui.markup import escape

TEMPLATES = sorted((files("rag.ui") / "templates").iterdir(), key=str)
SHOWN = templating._environment().from_string('<p title="{{ raw }}">{{ raw }}</p>')


@given(hostile)
def test_what_a_template_shows_is_escaped_as_strictly_as_by_hand(raw):
    assert SHOWN.render(raw=raw) == f'<p title="{escape(raw)}">{escape(raw)}</p>'
    assert SHOWN.render(raw=Markup("<b>")) == '<p title="<b>"><b></p>'


def test_a_break_is_nothing_between_tags_and_a_space_elsewhere():
    made = templating._environment().from_string(
        "<p>\n  {{ n }}\n\n</p>\n<a\n  href=''>b\n c</a>\n"
    )
    assert made.render(n=1200) == "<p>1200</p><a href=''>b c</a>"


def test_what_is_not_given_is_an_error_and_not_empty():
    with pytest.raises(UndefinedError):
        templating._environment().from_string("{{ nothing }}").render()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_template_escapes_by_itself_or_lets_text_through(file):
    told = re.sub(r"{#.*?#}", "", file.read_text("utf-8"), flags=re.DOTALL)
    # Jinja's own escaping, which these have, knows nothing of Markdown.
    assert not re.search(r"\|\s*(safe|e|escape|forceescape|tojson|xmlattr|urlize)\b|~", told)
    assert "autoescape" not in told and "<script" not in told
    assert re.search(r"^{#", file.read_text("utf-8")), "a template begins with what it is of"
