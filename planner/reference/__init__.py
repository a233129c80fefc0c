"""The programme stated with PuLP, so that it reads like the method page: the reference.

Slow and plain where the engine is fast: for a second opinion, LP and MPS files, any other solver
and whole people. It is built from the engine's blocks, row by row. Importing this loads PuLP.
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
