"""The engine: linear programmes of an allocation, their solutions and certificates."""
