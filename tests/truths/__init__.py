"""What must hold for any correct answer, shown on the engine; numbers are those of the method."""
