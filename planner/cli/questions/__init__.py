"""Questions about a displacement figure, one command each; `ask` runs them, `answers` shows."""
