"""A scenario back to YAML."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

__all__ = ["dump"]


def dump(scenario: Scenario) -> str:
    """Return YAML that reads back as an equal scenario; see :meth:`Scenario.dump`."""
    layers = scenario.layers
    own = max((place + 1 for place, layer in enumerate(layers) if layer.shipped), default=0)
    values: dict[str, Any] = {"format": "planner-scenario/1"}
    if own:
        values["extends"] = layers[own - 1].shipped
    written = [_listed(layer.values) for layer in layers[own:]]
    if written:
        values.update(written[0])
    if len(written) > 1:
        values["then"] = written[1:]
    return _yaml(values)


def _listed(value: Any) -> Any:
    """Return plain values with tuples as lists, as YAML writes them."""
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_listed(item) for item in value]
    return value


def _yaml(values: dict[str, Any]) -> str:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    yaml.width = 100
    yaml.representer.ignore_aliases = lambda _: True
    out = io.StringIO()
    yaml.dump(values, out)
    return out.getvalue()
