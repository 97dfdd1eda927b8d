"""The template check finds what the policy breaks, where it stands, and nothing else."""

from pathlib import Path

import pytest

from dev.template_check import faults, main


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ('<p hx-on:click="go()">', "hx-on:click needs eval"),
        ('<p hx-on::after-request="go()">', "needs eval"),
        ('<p data-hx-on-click="go()">', "needs eval"),
        ("<div hx-trigger=\"keyup[key=='Enter']\">", "a filter in hx-trigger needs eval"),
        ("<div hx-vals='js:{a: 1}'>", "hx-vals with a script value"),
        ("<div hx-headers='javascript: {}'>", "hx-headers with a script value"),
        ('<div hx-vars="a:1">', "hx-vars needs eval"),
        ('<a href="JavaScript:go()">', "href with a script value"),
        ('<button onclick="go()">', "onclick= is inline code"),
        ("<img src='a.png' ONERROR='go()'>", "onerror= is inline code"),
        ('<p style="color: red">', "style= is blocked"),
        ("<style>p {}</style>", "<style> is blocked"),
        ('<script nonce="{{ csp_nonce }}">go()</script>', "<script> without src"),
        ("<script src=\"{% static 'a.js' %}\"></script>", "<script> without nonce"),
        ("{{ name|safe }}", "safe switches escaping off"),
        ("{{ names | safeseq }}", "safeseq switches escaping off"),
        ("{% autoescape off %}{{ name }}{% endautoescape %}", "autoescape off"),
        ("{{ mark_safe }}", "mark_safe switches escaping off"),
        ("<p title={{ name }}>", "title= is not quoted"),
        ("<p id=a>", "id= is not quoted"),
        ('<p _="on click go">', "_= is hyperscript"),
        ('<p {% if a > b %}class="x"{% endif %} style="a">', "style= is blocked"),
        ('<p title="a > b" onclick="go()">', "onclick= is inline code"),
        ("<!-- {{ name|safe }} -->", "safe switches escaping off"),
        ('<p title="a>\n</p>', "<p does not end"),
    ],
)
def test_what_the_policy_breaks_is_found(template: str, reason: str) -> None:
    assert [why for _, why in faults(template) if reason in why]


@pytest.mark.parametrize(
    "template",
    [
        '<script src="/a.js" nonce="{{ csp_nonce }}" type="module"></script>',
        '<div hx-vals=\'{"a": "{{ b }}"}\' hx-trigger="click, keyup delay:300ms">',
        '<p class="{% if a > b %}x{% endif %}" title="{{ name }}" hidden>',
        '<p {% if on %}data-on="1"{% endif %} data-once="2" aria-label="on=off">',
        '{# <p onclick="go()"> {{ a|safe }} #}',
        "{% comment %}<style></style>{% endcomment %}",
        '<!-- <p style="a"> -->',
        "<p>1 < 2, unsafe e style=x</p>",
        '<input value="{{ text|default:"js:" }}" required>',
    ],
)
def test_what_the_policy_allows_passes(template: str) -> None:
    assert faults(template) == []


def test_a_fault_is_reported_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "sac" / "page.html"
    page.parent.mkdir()
    page.write_text('<p>\n{% comment %}\n\n{% endcomment %}\n<b style="a">\n')

    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith(f"{page}:5: style= is blocked")


def test_clean_templates_pass(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>Olá</p>")

    assert main([str(tmp_path)]) == 0
