"""Simulation: fill rates and displacement where parameters are uncertain."""
