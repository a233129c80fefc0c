"""What the record says: parameters inferred from people seen, forecasts scored against them."""
