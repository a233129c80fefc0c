"""The mathematics: numbers in, numbers and a proof out."""
