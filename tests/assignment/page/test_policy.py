"""The policy of a page names its own style and script, and forbids the rest."""

import base64
import hashlib

from assignment.page.policy import to_policy


def digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def parse(policy: str) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in policy.split("; "))


def test_style_and_script_of_the_page_are_named_and_nothing_else_is_let_in() -> None:
    assert parse(to_policy(["a {}"], ["x()", "y()"])) == {
        "default-src": "'none'",
        "font-src": "data:",
        "img-src": "data:",
        "style-src": f"'{digest('a {}')}'",
        "script-src": f"'{digest('x()')}' '{digest('y()')}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_page_without_scripts_or_pictures_allows_none() -> None:
    policy = parse(to_policy(["a {}"], images=False))
    assert policy["script-src"] == "'none'"
    assert "img-src" not in policy


def test_any_change_of_a_text_changes_its_name() -> None:
    names = {to_policy([text]) for text in ("a {}", "a { }", "a {}\n", "圖")}
    assert len(names) == 4
