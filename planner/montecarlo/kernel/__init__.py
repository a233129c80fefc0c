"""Plans of single draws in compiled code: each from the same start, each with its proof.

Nothing here knows scenarios, files or tables. Arrays go in, people by column and a certificate come
out; what could not be found or proved says so, and is planned by the engine instead.
"""
