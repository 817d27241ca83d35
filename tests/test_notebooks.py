"""The notebooks run as they stand, from top to bottom, and what is kept of them is small and ours."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LARGEST = 400_000
# Folders of machines, and names that jupyter gives cells in its temporary files.
MACHINE = re.compile(r"/(?:home|root|tmp|work|Users|usr|var|opt|private)/|[A-Za-z]:\\|ipykernel_\d")
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts_of(output: Any) -> list[str]:
    """Return what an output says, without its pictures."""
    data = output.get("data", {})
    return [output.get("text", ""), *(str(data[kind]) for kind in data if not kind.startswith("image/"))]


def test_there_are_the_notebooks_of_the_readme() -> None:
    listed = re.findall(r"\((\w+\.ipynb)\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert [path.name for path in NOTEBOOKS] == listed


@each_notebook
def test_notebook_runs_from_top_to_bottom(path: Path) -> None:
    notebook = read(path)
    client = NotebookClient(
        notebook, timeout=150, kernel_name="python3", resources={"metadata": {"path": FOLDER}}
    )
    client.execute()
    said = [text for cell in code_cells(notebook) for output in cell.outputs for text in texts_of(output)]
    assert any(said)
    assert not [text for text in said if MACHINE.search(text)]
    assert not [
        output for cell in code_cells(notebook) for output in cell.outputs if output.get("name") == "stderr"
    ]


@each_notebook
def test_notebook_imports_the_library_and_defines_nothing(path: Path) -> None:
    for cell in code_cells(read(path)):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda))


@each_notebook
def test_outputs_are_kept_small_in_order_and_without_errors(path: Path) -> None:
    cells = code_cells(read(path))
    assert path.stat().st_size < LARGEST
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"stream", "display_data", "execute_result"}
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not [text for output in outputs for text in texts_of(output) if MACHINE.search(text)]
