"""The programme stated with PuLP, so that it reads like the method page: the reference.

Slower than the engine; it serves comparison, LP and MPS files, other solvers and whole people. It
is built from the engine's blocks, row by row. Importing this package loads PuLP.
"""

from planner.reference.plans import (
    reference_solution,
    solve_reference,
    solve_whole,
    state,
    write_lp,
    write_mps,
)

__all__ = ["reference_solution", "solve_reference", "solve_whole", "state", "write_lp", "write_mps"]
