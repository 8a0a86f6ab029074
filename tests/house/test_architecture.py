"""Rules of the house that neither ruff nor mypy nor import-linter can see."""

import ast
import re

import pytest

from tests.house.source import MODULES, SHELL, STEPS, Module

MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 40

#: A step that reads the clock, a file or the environment cannot be replayed.
IMPURE = frozenset(
    [
        "asyncio",
        "http",
        "logging",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "socket",
        "sqlite3",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    ]
)
TALKS = frozenset(["input", "open", "print"])
SQL = frozenset(["alembic", "psycopg", "sqlalchemy", "sqlite3"])
TOUCHES_FILES = frozenset(["mkdir", "open", "rmdir", "touch", "unlink", "write_bytes"])
SILENCER = re.compile(
    r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no \w+)"
    r"(?:\[(?P<code>[\w, -]+)\]|:\s*(?P<rules>[A-Z0-9, ]*[0-9]))?"
)
#: An import "loaded when called" is the one exception whose reason is always the same.
NEEDS_NO_REASON = frozenset(["PLC0415"])

PACKAGES = [one for one in MODULES if one.path.name == "__init__.py" and one.layer != "__init__"]
PLAIN = [one for one in MODULES if one.path.name != "__init__.py"]
IN_STEPS = [one for one in MODULES if one.layer in STEPS]


def name(module: Module) -> str:
    return module.name


every_module = pytest.mark.parametrize("module", MODULES, ids=name)
every_plain_module = pytest.mark.parametrize("module", PLAIN, ids=name)
every_package = pytest.mark.parametrize("module", PACKAGES, ids=name)
every_step = pytest.mark.parametrize("module", IN_STEPS, ids=name)


def test_every_module_is_in_a_step_or_in_the_shell() -> None:
    assert {module.layer for module in MODULES} <= STEPS | SHELL
    assert not STEPS & SHELL


@every_step
def test_a_step_is_pure(module: Module) -> None:
    assert not module.imported_roots & IMPURE
    assert not TALKS & set(module.calls())


@every_module
def test_files_are_touched_in_the_store_alone(module: Module) -> None:
    if module.layer not in {"store", "scale"}:
        assert not TOUCHES_FILES & set(module.calls())


@every_module
def test_sql_is_in_the_store_alone(module: Module) -> None:
    if module.layer != "store":
        assert not module.imported_roots & SQL


@every_module
def test_a_file_and_its_functions_are_short(module: Module) -> None:
    assert len(module.text.splitlines()) <= MOST_LINES_IN_A_FILE
    long = {
        node.name: _body_lines(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _body_lines(node) > MOST_LINES_IN_A_FUNCTION
    }
    assert not long


@every_plain_module
def test_all_names_what_is_public(module: Module) -> None:
    """A constant or an alias that only its own file uses may be left out."""
    listed = _listed(module)
    built = {name for node in module.tree.body for name in _built(node)}
    bound = {name for node in module.tree.body for name in [*_assigned(node), *_imported(node)]}
    assert {name for name in built if not name.startswith("_")} <= listed
    assert listed <= built | bound


@every_package
def test_a_package_is_a_docstring_alone(module: Module) -> None:
    assert ast.get_docstring(module.tree)
    assert len(module.tree.body) == 1


@every_module
def test_what_is_silenced_says_why(module: Module) -> None:
    unexplained = [
        f"{module.name}:{line}: {comment}"
        for line, comment in module.comments.items()
        if not _explained(comment)
    ]
    assert not unexplained


@every_module
def test_any_and_broad_excepts_say_why(module: Module) -> None:
    lines = [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler | ast.ImportFrom) and _reaches_wide(node)
    ]
    assert [line for line in lines if len(module.comments.get(line, "")) < 10] == []


@pytest.mark.parametrize(
    ("comment", "fine"),
    [
        ("# why this is so", True),
        ("# noqa: PLC0415", True),
        ("# noqa: S101", False),
        ("# noqa: S101 -- a reason in words", True),
        ("# type: ignore[misc]", False),
        ("# type: ignore[misc]  # sklearn has no types", True),
        ("# pragma: no cover", False),
    ],
)
def test_a_silencing_comment_is_recognised(comment: str, fine: bool) -> None:
    assert _explained(comment) is fine


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    docstring = node.body[0] if ast.get_docstring(node, clean=False) is not None else None
    spared = (
        docstring.end_lineno - docstring.lineno + 1 if docstring and docstring.end_lineno else 0
    )
    return (node.end_lineno or node.lineno) - node.lineno + 1 - spared


def _built(node: ast.stmt) -> list[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return [node.name] if isinstance(node, kinds) else []


def _assigned(node: ast.stmt) -> list[str]:
    match node:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def _imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    return []


def _listed(module: Module) -> set[str]:
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and _assigned(node) == ["__all__"]:
            return set(ast.literal_eval(node.value))
    return {"(no __all__)"}


def _explained(comment: str) -> bool:
    found = SILENCER.match(comment)
    if not found:
        return True
    rules = set(re.split(r"[,\s]+", found["rules"] or found["code"] or ""))
    return rules <= NEEDS_NO_REASON or len(comment[found.end() :].strip(" #-–:")) >= 10


def _reaches_wide(node: ast.ExceptHandler | ast.ImportFrom) -> bool:
    """Tell whether the node catches every exception or imports the type of everything."""
    if isinstance(node, ast.ImportFrom):
        return "Any" in {alias.name for alias in node.names}
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    names = {one.id if isinstance(one, ast.Name) else None for one in caught}
    return node.type is None or bool(names & {"Exception", "BaseException"})
