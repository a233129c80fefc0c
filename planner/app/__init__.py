"""The what-if page: Panel over :mod:`planner.whatif`, for a browser or a notebook.

Nothing is computed here: pictures come from the package's own verbs, in worker processes.
"""
