"""Many visitors at once: everybody is answered, with their own figures and nobody else's."""

from __future__ import annotations

import asyncio

import pytest

import planner as pl
from tests.app.conftest import FLANK, served
from tests.app.visitors import Visitor, visit

VISITORS = 20
LIMIT = 240.0
"""Seconds after which what has not come is lost."""


def size_of(number: int) -> float:
    return round(1.05 + 0.05 * number, 2)  # never 1: that is where it stands


async def one(address: str, number: int) -> Visitor:
    visitor = await visit(address, {"lang": "en", "package": ""})
    size = size_of(number)
    await visitor.move("Size, times", size, f"size.eastern-flank={size:g}")
    await visitor.built("fill")
    return visitor


async def all_of_them(address: str) -> list[Visitor]:
    wanted = asyncio.gather(*(one(address, number) for number in range(VISITORS)))
    visitors = await asyncio.wait_for(wanted, LIMIT)
    for visitor in visitors:
        await visitor.leave()
    return visitors


def test_twenty_visitors_each_see_their_own() -> None:
    with served("--workers", "1", "--draws", "16") as address:
        visitors = asyncio.run(all_of_them(address))
    sizes = [size_of(number) for number in range(VISITORS)]
    for size, visitor in list(zip(sizes, visitors, strict=True))[::4]:
        result = pl.allocate(FLANK.move({"size.eastern-flank": size}).scenario)
        rates = result.fill_by("mission").set_index("mission")["fill_rate"]
        shown = visitor.data("fill")
        for mission, rate in zip(shown["id"], shown["variant"], strict=True):
            assert rate == pytest.approx(rates[mission], abs=1e-9), (size, mission)
    asked = [
        next(text for text in visitor.texts() if "table class=&quot;headline" in text)
        for visitor in visitors
    ]
    assert len(set(asked)) == VISITORS
