"""The command line ``planner``: the only part that reads arguments, prints and sets exit codes.

``main`` is the entry point, ``app`` names the commands, and each module beside them holds one group
of commands. Their bodies import what they need when they run, so that help costs nothing.
"""
