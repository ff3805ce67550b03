"""What the documentation points to exists: links, files, modules, make targets and tests."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`(?P<text>[^`]+)`")
PATTERN_CHARACTERS = re.compile(r"[<>*…{}$]")
"""Of what stands for a path and is none: `environments/<name>.yaml`. So does a name that begins with my_."""

SUFFIXES = (".py", ".md", ".yaml", ".yml", ".json", ".txt", ".toml", ".in")


@cache
def rooms() -> frozenset[str]:
    """The folders at the top that are the project's own."""
    lines = (ROOT / ".gitignore").read_text().splitlines()
    ignored = [line.strip("/") for line in lines if line and not line.startswith("#")]
    return frozenset(
        each.name
        for each in ROOT.iterdir()
        if each.is_dir() and not each.name.startswith(".") and not any(fnmatch(each.name, name) for name in ignored)
    )


@cache
def file_names() -> frozenset[str]:
    """Names of the files in those folders and beside them."""
    below = (file for room in rooms() for file in (ROOT / room).rglob("*"))
    return frozenset(file.name for file in (*ROOT.iterdir(), *below) if file.is_file())


@cache
def known_tests() -> frozenset[str]:
    return frozenset(
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))
    )


def code(text: str) -> Iterator[str]:
    """What stands between backticks, line by line in blocks."""
    yield from (match["text"] for match in CODE.finditer(FENCE.sub("", text)))
    for block in FENCE.findall(text):
        yield from block.splitlines()[1:-1]


def missing_paths(text: str) -> set[str]:
    """Paths and file names between backticks that do not exist."""
    found = set()
    for word in {word.strip(",;:()'\"").rstrip(".") for each in code(text) for word in each.split()}:
        path = re.sub(r"(::|:\d).*", "", word)
        if PATTERN_CHARACTERS.search(path) or path.startswith(("-", "http", "my_")):
            continue
        if path.partition("/")[0] in rooms() and "/" in path:
            if not (ROOT / path).exists():
                found.add(path)
        elif "/" not in path and path.endswith(SUFFIXES) and path not in file_names():
            found.add(path)
    return found


def missing_modules(text: str) -> set[str]:
    """Modules of ours after `python -m` that do not exist."""
    modules = {module for each in code(text) for module in re.findall(r"python3? -m ([a-z_][\w.]*)", each)}
    ours = {module for module in modules if module.partition(".")[0] in rooms()}
    return {
        module
        for module in ours
        if not (ROOT / f"{module.replace('.', '/')}.py").exists()
        and not (ROOT / module.replace(".", "/") / "__main__.py").exists()
    }


def missing_targets(text: str) -> set[str]:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    return {name for each in code(text) for name in re.findall(r"^make ([a-z-]+)", each)} - targets


def missing_tests(text: str) -> set[str]:
    return (
        {word for each in code(text) for word in re.findall(r"\btest_should_\w+", each)}
        - known_tests()
        - {"test_should_"}
    )


def broken_links(page: Path, text: str) -> set[str]:
    """Relative links to nothing, and to headings that a page has not."""
    found = set()
    for match in LINK.finditer(FENCE.sub("", text)):
        target, _, heading = match["target"].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (heading and heading not in headings(file)):
            found.add(match["target"])
    return found


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@EACH_PAGE
def test_should_link_to_what_exists(page: Path) -> None:
    assert broken_links(page, page.read_text(encoding="utf-8")) == set()


@EACH_PAGE
def test_should_name_files_that_exist(page: Path) -> None:
    assert missing_paths(page.read_text(encoding="utf-8")) == set()


@EACH_PAGE
def test_should_name_commands_and_tests_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert missing_modules(text) | missing_targets(text) | missing_tests(text) == set()


def test_should_lead_to_every_page() -> None:
    reached = {ROOT / "README.md", ROOT / "CHANGELOG.md"}  # where people look for both
    ahead = list(reached)
    while ahead:
        page = ahead.pop()
        for match in LINK.finditer(page.read_text(encoding="utf-8")):
            target = match["target"].partition("#")[0]
            if target and not re.match(r"[a-z]+:", target):
                files = (page.parent / target).resolve()
                new = {*([files] if files.suffix == ".md" else []), *files.glob("*.md")} - reached
                reached |= new
                ahead += new

    assert {str(page.relative_to(ROOT)) for page in set(PAGES) - reached} == set()


@pytest.mark.parametrize("room", ["settings", "k8s", "constructs", "stacks", "operations", "standins"])
def test_should_name_pages_in_the_code_that_exist(room: str) -> None:
    named = {
        (file.relative_to(ROOT), name)
        for file in (ROOT / room).rglob("*")
        if file.suffix in (".py", ".yaml", ".json")
        # "its docs/…" is another project's.
        for name in re.findall(r"(?<!its )\bdocs/[\w/-]+\.md\b", file.read_text(encoding="utf-8"))
    }

    assert {(str(file), name) for file, name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize(
    "text",
    [
        "`settings/nothing.py`",
        "`nothing.py`",
        "see `k8s/nothing/`",
        "```\ncat docs/nothing.md\n```",
        "`stacks/a.py:12`",
    ],
)
def test_should_notice_a_path_to_nothing(text: str) -> None:
    assert len(missing_paths(text)) == 1


@pytest.mark.parametrize("text", ["`environments/<name>.yaml`", "`python -m settings`", "`a/b.c`", "`cdk.out/x.json`"])
def test_should_not_take_everything_for_a_path(text: str) -> None:
    assert missing_paths(text) == set()


def test_should_notice_what_else_does_not_exist() -> None:
    text = "`make nothing` `python -m settings.nothing` `test_should_do_nothing` [a](nothing.md) [b](README.md#nothing)"

    assert missing_targets(text) == {"nothing"}
    assert missing_modules(text) == {"settings.nothing"}
    assert missing_tests(text) == {"test_should_do_nothing"}
    assert broken_links(ROOT / "README.md", text) == {"nothing.md", "README.md#nothing"}
