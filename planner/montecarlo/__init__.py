"""Many futures: fill rates and displacement where the figures are uncertain."""
