"""The shape of the package: layers, one place for each effect, and budgets of size."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "asn_fp"
LAYERS = {
    "_version": 0,
    "errors": 0,
    "names": 1,
    "name_parts": 1,
    "product_names": 3,
    "vocabulary": 1,
    "records": 2,
    "keys": 3,
    "predicates": 3,
    "modes": 4,
    "nods": 4,
    "matching": 3,
    "patterns": 3,
    "compare": 3,
    "check": 3,
    "transforms": 4,
    "codec": 4,
    "sources": 4,
    "wording": 3,
    "markup": 4,
    "show": 5,
    "pipeline": 5,
    "edits": 5,
    "story": 5,
    "relax": 6,
    "steps": 6,
    "explain": 7,
    "rules": 8,
    "intake": 9,
    "rule_files": 9,
    "generate": 9,
    "remarks": 9,
    "knob_checks": 9,
    "gather": 9,
    "fates": 10,
    "api": 10,
    "files": 3,  # it knows nothing but errors and what FITS files are called
    "copies": 4,
    "report": 11,
    "cli": 13,
    "": 12,
}
SIDEWAYS = {
    ("names", "name_parts"),
    ("names", "vocabulary"),
    ("name_parts", "vocabulary"),
    ("predicates", "keys"),
    ("product_names", "keys"),
}
"""Imports between modules of one layer that the table allows: from, to."""

OTHERS = {("transforms", "check"), ("matching", "keys")}
DOORS = {("records", "codec"), ("records", "files"), ("records", "show"), ("story", "report")}
"""The only imports from below, each inside a function."""

WRITERS = {"write_text", "write_bytes", "mkdir", "makedirs", "touch", "symlink_to", "hardlink_to", "unlink", "rmdir", "rename"}
OS_WRITERS = {"open", "replace", "rename", "remove", "unlink", "mkdir", "makedirs", "rmdir", "symlink", "link", "truncate"}
MODULE_LINES, FUNCTION_LINES = 330, 40


def modules():
    """Return every module of the package, by its dotted name without the package's."""
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__").removesuffix("__init__"): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


MODULES = modules()


@cache
def tree(module):
    """Return the syntax tree of a module, each node knowing its parent."""
    found = ast.parse(MODULES[module].read_text())
    for node in ast.walk(found):
        for child in ast.iter_child_nodes(node):
            child.parent = node
    return found


def part(module):
    """Return the part of the package that the table has a layer for."""
    return module.partition(".")[0]


def imports(module):
    """Return (module of this package, inside a function) for each import of a module, with foreign ones as they are."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name.removeprefix("asn_fp.") in MODULES else node.module for name in full]
        else:
            continue
        for name in names:
            yield name, inside_function(node)


def own_imports(module):
    """Return (imported module of this package, inside a function) pairs."""
    for name, inside in imports(module):
        if name == "asn_fp" or name.startswith("asn_fp."):
            yield name.removeprefix("asn_fp").removeprefix("."), inside


def inside_function(node):
    """Tell whether a node is inside a function."""
    while hasattr(node, "parent"):
        node = node.parent
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return True
    return False


def calls(module):
    """Return (the expression called from, name called, node) for each call of a module."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value), node.func.attr, node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield "", node.func.id, node


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_layer(module):
    """A module that the table does not know must be given a layer."""
    assert part(module) in LAYERS


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_up(module):
    """A module imports only from layers above it, but for a few named ways within a layer and three doors in functions."""
    for other, inside in own_imports(module):
        one, two = part(module), part(other)
        if one == two or (one, two) in SIDEWAYS | OTHERS:
            continue
        if (one, two) in DOORS:
            assert inside, f"{module} imports {other} outside of a function"
            continue
        assert LAYERS[two] < LAYERS[one], f"{module} (layer {LAYERS[one]}) imports {other} (layer {LAYERS[two]})"


def test_every_exception_is_used():
    """A way that the table allows and nobody goes is taken out of it."""
    gone = {(part(module), part(other)) for module in MODULES for other, _ in own_imports(module)}
    assert gone >= SIDEWAYS | OTHERS | DOORS


def test_modules_do_not_import_in_circles():
    """Following imports outside of functions never leads back."""
    edges = {module: {other for other, inside in own_imports(module) if not inside} - {module} for module in MODULES}
    done: set[str] = set()
    while left := {module for module in edges if module not in done}:
        free = {module for module in left if edges[module] <= done}
        assert free, f"in a circle, or behind one: {sorted(left)}"
        done |= free


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("transforms.")])
def test_transforms_do_not_import_each_other(module):
    """A transform can be read alone: it imports no other transform, only helpers with an underscore."""
    siblings = [other for other, _ in own_imports(module) if part(other) == "transforms"]
    assert all(other.startswith("transforms._") for other in siblings)


@pytest.mark.parametrize(
    ("package", "home"), [("fire", "cli.main"), ("astropy", "sources"), ("cattrs", "codec"), ("jwst", None)]
)
def test_heavy_packages_have_one_home(package, home):
    """Only cli/main.py imports fire, only sources/ astropy, only the codec cattrs, and nothing the peer."""
    users = {module for module in MODULES for name, _ in imports(module) if name.partition(".")[0] == package}
    assert {user for user in users if user != home and part(user) != home} == set()
    if home is not None:
        assert users


@pytest.mark.parametrize("package", ["astropy", "cattrs", "msgspec", "rich"])
def test_slow_packages_are_imported_when_needed(package):
    """Packages that are slow to import are imported inside functions, or for the type checker only."""
    for module in MODULES:
        for node in tree(module).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                assert all(name.partition(".")[0] != package for name in names), f"{module} imports {package} at once"


@pytest.mark.parametrize("module", [name for name in MODULES if name not in ("files", "copies")])
def test_only_files_writes(module):
    """No module but files.py and copies.py makes, writes, renames or removes a file."""
    for place, name, node in calls(module):
        if place in ("files", ""):
            assert not (name == "open" and place == "" and not reads(node)), f"{module}: {ast.unparse(node)}"
            continue
        writes = (place == "os" and name in OS_WRITERS) or (place == "shutil") or name in WRITERS
        opens = place != "os" and name == "open" and not reads(node)
        allowed = ast.unparse(node) == "os.open(os.devnull, os.O_WRONLY)"
        assert allowed or not (writes or opens), f"{module}: {ast.unparse(node)}"


def reads(node):
    """Tell whether a call of open reads: its mode is missing or a text without w, a, x and +."""
    arguments = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    modes = [each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return not any(set(mode) & set("wax+") for mode in modes if len(mode) <= 3)


@pytest.mark.parametrize("module", [name for name in MODULES if part(name) != "cli"])
def test_only_the_command_line_prints(module):
    """No module outside cli/ prints or touches the standard streams; reading headers may show a bar of progress."""
    assert [node.lineno for place, name, node in calls(module) if place == "" and name in ("print", "input")] == []
    streams = [ast.unparse(node) for node in ast.walk(tree(module)) if isinstance(node, ast.Attribute)]
    allowed = {"sys.stderr"} if module == "sources.headers" else set()
    assert not {"sys.stdout", "sys.stderr", "sys.stdin"} & set(streams) - allowed


@pytest.mark.parametrize("module", MODULES)
def test_modules_are_short(module):
    """A module fits into a few screens: docstrings and blank lines do not count."""
    assert length(tree(module), MODULES[module]) <= MODULE_LINES


@pytest.mark.parametrize("module", MODULES)
def test_functions_are_short(module):
    """A function fits onto one screen: its docstring and blank lines do not count."""
    long = {
        node.name: length(node, MODULES[module])
        for node in ast.walk(tree(module))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and length(node, MODULES[module]) > FUNCTION_LINES
    }
    assert long == {}


def length(node, path):
    """Return the lines of a function or module without blank ones and without docstrings."""
    lines = path.read_text().splitlines()
    first, last = (1, len(lines)) if isinstance(node, ast.Module) else (node.lineno, node.end_lineno)
    counted = {number for number in range(first, last + 1) if lines[number - 1].strip()}
    for each in ast.walk(node):
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str):
            counted -= set(range(each.lineno, each.end_lineno + 1))
    return len(counted)


@pytest.mark.parametrize("module", MODULES)
def test_no_inheritance_but_of_exceptions_and_mixins(module):
    """A class has no parent but an exception, a generic, or the mapping that records read like."""
    parents = {"Generic", "Mapping", "Enum", "StrEnum", "_ReadsLikeAMapping", "NamedTuple", "Protocol"}
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ClassDef) and module != "errors":
            assert {ast.unparse(base).partition("[")[0] for base in node.bases} <= parents, f"{module}.{node.name}"
