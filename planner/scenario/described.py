"""What the docstrings under the fields of a part say, for the published schema.

Pydantic can read them itself, but does so while it builds the models; that took a quarter of the
time, at every start of the program.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import lru_cache

__all__ = ["descriptions"]

Descriptions = dict[str, dict[str, str]]


def descriptions(model: type) -> dict[str, str]:
    """Return the description of each field of a model, its own and those it inherits.

    Examples
    --------
    >>> from planner.scenario.fields import Quantity
    >>> descriptions(Quantity)["value"]
    'The likely value.'
    """
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if part.__module__.startswith("planner."):
            found |= _of_module(part.__module__).get(part.__name__, {})
    return found


@lru_cache
def _of_module(name: str) -> Descriptions:
    """Return the descriptions of a module by class and field."""
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {node.name: _of_class(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _of_class(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, after in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match after:
                case ast.Expr(ast.Constant(str(text))):
                    found[field.target.id] = inspect.cleandoc(text)
    return found
