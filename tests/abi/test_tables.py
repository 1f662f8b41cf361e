# SPDX-License-Identifier: MIT
"""Tables that are searched by halves are in order, without repeats; what they say of companies is folded."""
import pathlib
import re

import pytest

TOP = pathlib.Path(__file__).parents[2] / "libicp"
TABLES = [("trait/registries.c", "registries"), ("trait/registries.c", "platforms"), ("trait/registries.c", "usual"), ("trait/registries.c", "flat"),
          ("trait/mail_hosts.c", "hosts"), ("trait/mail_hosts.c", "families"), ("trait/legal_forms.c", "behind"), ("trait/legal_forms.c", "before"),
          ("trait/company_name.c", "top"), ("trait/company_name.c", "places"), ("trait/domain.c", "classic")]


def words(file, name):
    text = (TOP / file).read_text(encoding="utf-8")
    found = re.search(r"static const char \*const %s\[\] = \{(.*?)\};" % name, text, re.S)
    assert found, name
    return re.findall(r'"([^"]*)"', re.sub(r"/\*.*?\*/", "", found.group(1)))


@pytest.mark.parametrize("file,name", TABLES)
def test_in_order(file, name):
    w = words(file, name)
    coded = [x.encode() for x in w]
    assert coded == sorted(set(coded)), [b for a, b in zip(coded, coded[1:]) if a >= b]


def test_sizes():
    """The tables stay rich: 150 hosts of private mail, 150 registries, 200 legal forms."""
    assert len(words("trait/mail_hosts.c", "hosts")) >= 150
    assert len(words("trait/registries.c", "registries")) >= 150
    assert len(words("trait/legal_forms.c", "behind")) >= 200


def test_legal_forms_are_words_as_names_are_read():
    for w in words("trait/legal_forms.c", "behind") + words("trait/legal_forms.c", "before"):
        assert w == w.casefold() and re.fullmatch(r"\w+( \w+)*", w) and len(w.split()) <= 6, w
        assert "and" not in w.split(), w
