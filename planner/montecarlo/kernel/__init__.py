"""Plans of single draws, compiled to machine code: the same rules as the engine, from cold each time.

A draw's plan is found without looking at any other draw, so it cannot depend on what was solved
before. Every plan is checked by :mod:`planner.montecarlo.kernel.check`, which shares nothing with the
code that found it. What the kernel does not cover, or cannot prove, goes to the engine.
"""
