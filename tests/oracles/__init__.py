"""Second opinions: dull, slow and independent, for the product to be tested against."""
