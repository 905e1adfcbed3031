"""方量估算: estimates of what lies buried, kept with everything they were made from."""
