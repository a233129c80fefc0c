"""Scenarios: the words of the user, from files to effective inputs.

:func:`planner.scenario.load.load` and ``loads`` read scenario files; everything else here serves
them.
"""
