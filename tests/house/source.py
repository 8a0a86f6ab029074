"""The source tree as the house tests read it."""

import ast
import io
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import leadscore

__all__ = ["MODULES", "PACKAGE", "ROOT", "SHELL", "STEPS", "Module"]

PACKAGE = Path(leadscore.__file__).parent
ROOT = PACKAGE.parent.parent

#: The pure part: no clock, no files, no environment, no logging.
STEPS = frozenset(
    [
        "audit",
        "errors",
        "leads",
        "learn",
        "measure",
        "model",
        "monitor",
        "plan",
        "score",
        "worklist",
        "world",
    ]
)
#: What stands around it.
SHELL = frozenset(
    [
        "__init__",
        "__main__",
        "cli",
        "client",
        "flows",
        "library",
        "scale",
        "service",
        "settings",
        "store",
        "testing",
        "wiring",
        "worker",
    ]
)


@dataclass(frozen=True)
class Module:
    """One file of the source tree."""

    path: Path

    @property
    def name(self) -> str:
        """The file's path inside the package."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def layer(self) -> str:
        """The step or part of the shell that the file belongs to."""
        return self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    @cached_property
    def text(self) -> str:
        """The file's text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.text)

    @cached_property
    def comments(self) -> dict[int, str]:
        """The comment of each line that has one."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}

    @cached_property
    def imports(self) -> frozenset[str]:
        """Every module that the file imports anywhere, by its full name."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module))
        return frozenset(found)

    @property
    def imported_roots(self) -> frozenset[str]:
        """The top-level packages among them."""
        return frozenset(name.split(".")[0] for name in self.imports)

    def calls(self) -> list[str]:
        """Return the last name of everything that the file calls."""
        heads = [node.func for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        names = [head.id for head in heads if isinstance(head, ast.Name)]
        return names + [head.attr for head in heads if isinstance(head, ast.Attribute)]


MODULES = tuple(Module(path) for path in sorted(PACKAGE.rglob("*.py")))
