"""One break of the product."""

import ast
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """A text of a file that becomes another one, and who has to notice."""

    promise: str
    """What the broken line no longer keeps."""

    file: str
    old: str
    """Stands in the file exactly once."""

    new: str
    tests: tuple[str, ...]
    """Test modules, or single tests, of which one must fail. Snapshots are left out: they see every change."""

    def fault(self, root: Path) -> str | None:
        """Why this is no break of the tree at `root`; None if it is one."""
        path = root / self.file
        if not path.is_file():
            return "there is no such file"
        text = path.read_text()
        if (found := text.count(self.old)) != 1:
            return f"its line is there {found} times"
        if self.old == self.new:
            return "it changes nothing"
        try:
            ast.parse(self.broken(text))
        except SyntaxError as error:
            return f"it is no Python: {error}"
        for test in self.tests:
            if not (root / test.partition("::")[0]).exists():
                return f"there is no {test}"
        return None

    def broken(self, text: str) -> str:
        """The file's text, broken."""
        return text.replace(self.old, self.new)


def breaks(file: str, tests: tuple[str, ...], *rows: tuple[str, str, str]) -> tuple[Mutant, ...]:
    """Several breaks of one file with the same tests; each row is a promise, the text and what it becomes."""
    return tuple(Mutant(promise, file, old, new, tests) for promise, old, new in rows)
