"""The shape of the whole: imports point down, the core knows no plugin, only the command line prints, nothing grows too long."""

import ast
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = ROOT / "core" / "overdracht"
PLUGINS = ROOT / "plugins"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "financial_year", "paths", "replacing"),
    ("secrets", "identifiers", "names", "text"),
    ("subject", "items", "world"),
    ("coverage", "people", "steps", "retention", "mentions"),
    ("ruling",),
    ("connector",),
    ("hookspecs",),
    ("testing", "registry"),
    ("config",),
    ("state",),
    ("survey",),
    ("review", "manifest", "seal"),
    ("bundle",),
    ("export", "erasure"),
    ("rectifying",),
    ("report", "trial"),
    ("demo", "scaffold"),
    ("cli",),
    ("__main__",),
)
"""Bottom to top, the modules and packages of the core; one imports from layers below its own only."""

FACADE_REACHES_TO = "hookspecs"
"""The façade re-exports the interface, so that importing it loads no more than a plugin needs."""

MAY_IMPORT = {
    "click": {"cli"},
    "rich": {"cli"},
    "pluggy": {"hookspecs", "registry"},
    "pytest": {"testing"},
    "keyring": {"secrets"},
    "pyrage": {"seal"},
    "pyzipper": {"seal", "bundle"},
    "cryptography": {"seal", "state"},
    "phonenumbers": {"identifiers"},
    "stdnum": {"identifiers"},
    "idna": {"identifiers", "mentions"},
    "ahocorasick_rs": {"mentions"},
    "isal": {"bundle"},
}
"""Who in the core may import what, where that is a decision."""

TEMPLATE = CORE / "scaffold" / "template"
LONGEST_MODULE = 300
LONGEST_FUNCTION = 50


@dataclass(frozen=True)
class Import:
    """One import in one module."""

    path: Path
    line: int
    module: str
    """What is imported, with the name that is taken from it: `overdracht.errors.ConfigError`."""
    for_types_only: bool

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} imports {self.module}"


@cache
def tree(path: Path) -> ast.Module:
    """Return the parsed module at *path*."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def modules(directory: Path) -> list[Path]:
    """Return the Python files below *directory*, of which there must be some."""
    # What a new connector is begun from is somebody else's code, and is tested as that.
    found = sorted(path for path in directory.rglob("*.py") if TEMPLATE not in path.parents)
    assert found
    return found


def imports(path: Path) -> Iterator[Import]:
    """Yield what the module at *path* imports, wherever it does so."""
    typing_only = {
        inner
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield Import(path, node.lineno, name, node in typing_only)


def unit(path: Path) -> str:
    """Return the module or package of the core that *path* belongs to."""
    return path.relative_to(CORE).parts[0].removesuffix(".py")


UNITS = [name for layer in LAYERS for name in layer]


def level(name: str) -> int:
    """Return the number of the layer that *name* is in."""
    return next(number for number, layer in enumerate(LAYERS) if name in layer)


def plugin_packages() -> list[Path]:
    """Return the package folder of every bundled plugin."""
    return sorted(
        package
        for plugin in PLUGINS.iterdir()
        if plugin.is_dir()
        for package in plugin.iterdir()
        if package.is_dir() and package.name.startswith("overdracht_")
    )


def test_every_module_of_the_core_is_in_a_layer() -> None:
    """A new module is given its place here, once."""
    assert len(UNITS) == len(set(UNITS))
    found = {unit(path) for path in modules(CORE)} - {"__init__"}
    assert found <= set(UNITS)


def test_imports_point_down() -> None:
    """A module of the core imports from layers below its own, or from its own package."""
    wrong = []
    for path in modules(CORE):
        here = unit(path)
        for one in imports(path):
            parts = one.module.split(".")
            if parts[0] != "overdracht" or here == "__init__" or parts[1] == here:
                continue
            if parts[1] not in UNITS or level(parts[1]) >= level(here):
                wrong.append(str(one))
    assert not wrong


def test_the_facade_holds_the_interface_only() -> None:
    """It re-exports from the layers of the interface, defines `__all__` and nothing else."""
    path = CORE / "__init__.py"
    highest = level(FACADE_REACHES_TO)

    assert all(level(one.module.split(".")[1]) <= highest for one in imports(path))
    others = [node for node in tree(path).body if not isinstance(node, ast.Expr | ast.ImportFrom)]
    assert [ast.unparse(node).split(" ")[0] for node in others] == ["__all__"]


def test_the_core_names_no_plugin() -> None:
    """No module of the core imports a plugin or knows the name of its package."""
    for package in plugin_packages():
        for path in modules(CORE):
            assert package.name not in path.read_text(encoding="utf-8"), path


def test_plugins_use_the_facade_and_not_one_another() -> None:
    """A plugin imports `overdracht` itself, its own package, the standard library and other people's libraries."""
    wrong = [
        str(one)
        for package in plugin_packages()
        for path in modules(package)
        for one in imports(path)
        if _is_out_of_bounds(one.module, package.name)
    ]
    assert not wrong


def _is_out_of_bounds(module: str, own: str) -> bool:
    top, *rest = module.split(".")
    if top == "overdracht":
        return len(rest) != 1 or (CORE / rest[0]).is_dir() or (CORE / f"{rest[0]}.py").is_file()
    return top.startswith("overdracht_") and top != own


def test_decided_imports_stay_where_they_were_decided() -> None:
    """The command line alone knows click and rich, `seal` alone the ciphers, and so on; types may be named anywhere."""
    wrong = [
        str(one)
        for path in modules(CORE)
        for one in imports(path)
        if not one.for_types_only
        and unit(path) not in MAY_IMPORT.get(one.module.split(".")[0], {unit(path)})
    ]
    assert not wrong


def test_only_the_command_line_prints() -> None:
    """Everything below raises, returns or yields; what a person sees is decided in one place."""
    printing = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in [
            *modules(CORE),
            *(one for package in plugin_packages() for one in modules(package)),
        ]
        if not path.is_relative_to(CORE / "cli")
        for node in ast.walk(tree(path))
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"print", "input", "breakpoint"}
        )
        or (isinstance(node, ast.Attribute) and ast.unparse(node) in {"sys.stdout", "sys.stderr"})
    ]
    # A script that is shipped inside a bundle runs alone, at the receiver's, and has to speak.
    assert [one for one in printing if not _is_shipped_script(one)] == []


def _is_shipped_script(place: str) -> bool:
    return Path(place).name.startswith("importeer_")


SOURCES = [
    *modules(CORE),
    *(path for package in plugin_packages() for path in modules(package)),
]


def test_no_module_is_too_long() -> None:
    """What does not fit in the head does not fit in a module."""
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if not _is_shipped_script(str(path))  # a program of one file cannot be parted
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert not too_long


def test_no_function_is_too_long() -> None:
    """The same holds for a function, its decorators and docstring included."""
    too_long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert not too_long


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "misc", "base"])
def test_no_module_is_called_after_nothing(word: str) -> None:
    """A module is a noun of the domain."""
    assert not [path for path in SOURCES if path.stem == word]


def test_every_module_says_what_it_is() -> None:
    """Its docstring's first line, which may be missing only where there is no code."""
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if tree(path).body and not ast.get_docstring(tree(path))
    ]
    assert not silent


def wheel_files(directory: Path) -> list[str]:
    """Return the files of the wheel: built here where hatchling is there, else the one that is installed."""
    try:
        from hatchling.builders.wheel import WheelBuilder
    except ImportError:
        installed = [str(path) for path in metadata.files("overdracht") or ()]
        if any(path.endswith(".pth") for path in installed):
            pytest.skip("the install is editable, and without hatchling no wheel can be built")
        return installed
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(directory), versions=["standard"])
    with zipfile.ZipFile(built) as wheel:
        return wheel.namelist()


def test_the_wheel_holds_the_packages_and_nothing_generic(tmp_path: Path) -> None:
    """Nothing called `core`, `plugins` or `tests` reaches site-packages; every package, its data and its type marker do."""
    files = wheel_files(tmp_path)
    packages = {"overdracht", *(package.name for package in plugin_packages())}

    tops = {name.split("/")[0] for name in files if not name.startswith("..")}
    assert {top for top in tops if not top.endswith(".dist-info")} == packages
    for source in (CORE, *plugin_packages()):
        for path in source.rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                assert path.relative_to(source.parent).as_posix() in files


def test_the_core_starts_without_what_is_slow() -> None:
    """A command that needs no phone numbers, terminal tables or ciphers does not load them."""
    import subprocess

    code = "import overdracht, overdracht.registry, overdracht.config, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(map(str, [CORE.parent]))},
    )
    loaded = set(done.stdout.split())

    slow = {
        "ahocorasick_rs",
        "phonenumbers",
        "stdnum",
        "idna",
        "rich",
        "click",
        "cryptography",
        "pyrage",
        "pyzipper",
    }
    assert not loaded & (slow | {"keyring", "imapclient", "sqlite3", "pytest"})
