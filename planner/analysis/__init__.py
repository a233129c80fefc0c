"""What a displacement figure means: ranges, curves, prices, shares, causes, relief, tipping points.

Each module is one analysis: a function that takes a scenario (its name, a loaded or compiled one,
a result or a neutral problem) and returns a small frozen outcome with tidy tables (``.to_frame()``
is the main one), plain numbers, sentences that a person can read, and ``.as_dict()`` for JSON::

    from planner.analysis.ranges import ranges

    ranges("eastern-flank-battalion", rule="value").to_frame()
"""
